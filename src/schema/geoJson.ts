import { AppError, badInput } from '../errors.ts';

/** The geometry types of RFC 7946, with their codes in PostGIS's binary form and the nesting of their coordinates. */
const kinds = {
  Point: { code: 1, depth: 0 },
  LineString: { code: 2, depth: 1 },
  Polygon: { code: 3, depth: 2 },
  MultiPoint: { code: 4, depth: 1 },
  MultiLineString: { code: 5, depth: 2 },
  MultiPolygon: { code: 6, depth: 3 },
  GeometryCollection: { code: 7, depth: 0 },
} as const;
type Kind = keyof typeof kinds;

type Coordinates = readonly (number | Coordinates)[];

interface Geometry {
  readonly type: Kind;
  /** The coordinate system: absent for WGS 84, the default of RFC 7946; null if unknown. */
  readonly crs?: { readonly type: 'name'; readonly properties: { readonly name: string } } | null;
  readonly coordinates?: Coordinates;
  readonly geometries?: readonly Geometry[];
}

const wgs84 = 4326;
const [hasZ, hasM, hasSrid] = [0x8000_0000, 0x4000_0000, 0x2000_0000];

/** Reads PostGIS's hexadecimal EWKB. Returns an error for a geometry that GeoJSON cannot express, such as a curve. */
export function readGeometry(hex: string): Geometry | AppError {
  const bytes = Buffer.from(hex, 'hex');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  let isLittle = true;
  const integer = () => {
    at += 4;
    return view.getUint32(at - 4, isLittle);
  };
  const float = () => {
    at += 8;
    return view.getFloat64(at - 8, isLittle);
  };
  const times = <T>(count: number, one: () => T): T[] => Array.from({ length: count }, one);

  const geometry = (outer: number | null): Geometry => {
    isLittle = view.getUint8(at++) === 1;
    const flags = integer();
    const srid = flags & hasSrid ? integer() : (outer ?? 0);
    const found = Object.entries(kinds).find(([, { code }]) => code === (flags & 0xff));
    if (!found) throw new AppError('VALUE_NOT_REPRESENTABLE', 'GeoJSON has no geometry of this kind');
    const type = found[0] as Kind;
    const position = () => {
      const numbers = times(flags & hasZ ? 3 : 2, float);
      if (flags & hasM) float();
      return Number.isNaN(numbers[0]) ? [] : numbers;
    };
    const line = () => times(integer(), position);
    const parts = () => times(integer(), () => geometry(srid).coordinates ?? []);
    const head = { type, ...(outer === null && srid !== wgs84 && { crs: crsOf(srid) }) };
    if (type === 'GeometryCollection') return { ...head, geometries: times(integer(), () => geometry(srid)) };
    const coordinates =
      type === 'Point'
        ? position()
        : type === 'LineString'
          ? line()
          : type === 'Polygon'
            ? times(integer(), line)
            : parts();
    return { ...head, coordinates };
  };

  try {
    return geometry(null);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

const crsOf = (srid: number): Geometry['crs'] =>
  srid === 0 ? null : { type: 'name', properties: { name: `EPSG:${srid}` } };

const example = '{"type": "Point", "coordinates": [8.68, 50.11]}';

/** Writes a client's GeoJSON as text for PostGIS; throws BAD_USER_INPUT for anything else. */
export function writeGeometry(value: unknown): string {
  // A client's numbers may be raw JSON. Parsing them loses nothing, since coordinates are floats.
  const given: unknown = JSON.parse(JSON.stringify(value) ?? 'null');
  return `SRID=${sridOf(given)};${written(given)}`;
}

function sridOf(geometry: unknown): number {
  const crs = isObject(geometry) ? geometry['crs'] : undefined;
  if (crs === undefined) return wgs84;
  if (crs === null) return 0;
  const name = isObject(crs) && isObject(crs['properties']) ? crs['properties']['name'] : null;
  const code = typeof name === 'string' ? /^(?:urn:ogc:def:crs:)?EPSG:{1,2}(\d{1,6})$/.exec(name)?.[1] : undefined;
  if (code === undefined)
    throw notGeoJson('its crs is not like {"type": "name", "properties": {"name": "EPSG:25832"}}');
  return Number(code);
}

function written(geometry: unknown): string {
  const type = isObject(geometry) ? geometry['type'] : undefined;
  if (!isObject(geometry) || !isKind(type)) throw notGeoJson(`its type is not one of ${Object.keys(kinds).join(', ')}`);
  if (type === 'GeometryCollection') {
    const { geometries } = geometry;
    if (!Array.isArray(geometries)) throw notGeoJson('geometries is not a list');
    return `${type}${listed(geometries.map(written))}`;
  }
  const { coordinates } = geometry;
  const dimensions = typeof innermost(coordinates)[2] === 'number' ? 3 : 2;
  const text = writeCoordinates(coordinates, kinds[type].depth, dimensions);
  return `${type}${dimensions === 3 ? ' Z' : ''}${type === 'Point' && text !== ' EMPTY' ? `(${text})` : text}`;
}

function writeCoordinates(value: unknown, depth: number, dimensions: number): string {
  if (!Array.isArray(value)) throw notGeoJson('its coordinates are not nested as its type requires');
  if (depth > 0) return listed(value.map((one) => writeCoordinates(one, depth - 1, dimensions)));
  if (value.length === 0) return ' EMPTY';
  if (value.length !== dimensions || !value.every((one) => typeof one === 'number'))
    throw notGeoJson(`a position in its coordinates is not ${dimensions} numbers`);
  return value.join(' ');
}

const listed = (parts: readonly string[]): string => (parts.length === 0 ? ' EMPTY' : `(${parts.join(',')})`);

const innermost = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (Array.isArray(value[0]) ? innermost(value[0]) : value) : [];

const isKind = (type: unknown): type is Kind => typeof type === 'string' && Object.hasOwn(kinds, type);
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const notGeoJson = (why: string) => badInput(`This is not a GeoJSON geometry: ${why}; write it like ${example}`);
