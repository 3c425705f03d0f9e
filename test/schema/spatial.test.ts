import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '../support/api.ts';
import { createExtendedDatabase, hasExtensions, type TestDatabase } from '../support/database.ts';
import { costOf } from '../support/plans.ts';
import { patience, runs } from '../support/property.ts';

type Json = Readonly<Record<string, unknown>>;

const number = fc.oneof(
  fc.integer({ min: -90, max: 90 }),
  fc.double({ min: -90, max: 90, noNaN: true }).map((n) => n + 0), // no -0, which JSON does not have
);
const positions = (dimensions: number, least: number) =>
  fc.array(fc.array(number, { minLength: dimensions, maxLength: dimensions }), { minLength: least, maxLength: 4 });
const ring = (dimensions: number) => positions(dimensions, 3).map((line) => [...line, line[0] ?? []]);

/** Any geometry of RFC 7946 with this many dimensions; only the outermost one has a `crs`. */
const anyGeometry = (dimensions: number): fc.Arbitrary<Json> => {
  const of = (type: string, coordinates: fc.Arbitrary<unknown>) =>
    coordinates.map((coordinates): Json => ({ type, coordinates }));
  const line = positions(dimensions, 2);
  const polygon = fc.array(ring(dimensions), { minLength: 1, maxLength: 2 });
  const simple = fc.oneof(
    of('Point', fc.array(number, { minLength: dimensions, maxLength: dimensions })),
    of('LineString', line),
    of('Polygon', polygon),
    of('MultiPoint', positions(dimensions, 1)),
    of('MultiLineString', fc.array(line, { minLength: 1, maxLength: 2 })),
    of('MultiPolygon', fc.array(polygon, { minLength: 1, maxLength: 2 })),
  );
  const collection = fc
    .array(simple, { maxLength: 3 })
    .map((geometries): Json => ({ type: 'GeometryCollection', geometries }));
  return fc.oneof(simple, collection);
};

const anyCrs = fc.constantFrom<Json>({}, { crs: null }, { crs: { type: 'name', properties: { name: 'EPSG:25832' } } });
const anyValue = fc
  .tuple(fc.constantFrom(2, 3).chain(anyGeometry), anyCrs)
  .map(([geometry, crs]): Json => ({ ...geometry, ...crs }));

describe.skipIf(!hasExtensions('postgis'))('geometries', () => {
  let database: TestDatabase;
  let api: TestApi;

  beforeAll(async () => {
    database = await createExtendedDatabase('postgis');
    await database.admin(`
      create schema events;
      create table events.shape (shape_id int primary key generated always as identity, shape geometry);
      create table events.place (place_id int primary key, at geometry(Point, 4326), spot geography(Point, 4326));
      insert into events.place
      select n, p, p from generate_series(1, 20000) n
      cross join lateral (select st_setsrid(st_makepoint(n % 360 - 180, (n * 7) % 170 - 85), 4326) as p) p;
      create index on events.place using gist (at);
      create index on events.place using gist (spot);
      create index on events.place using gist ((spot::geometry));
      create table events.curve (curve_id int primary key, shape geometry);
      insert into events.curve values (1, 'CIRCULARSTRING(0 0, 1 1, 2 0)'), (2, 'POINT EMPTY'), (3, 'POINT M (1 2 3)')`);
    await database.vacuum();
    await database.grantAll(database.connection);
    api = await createTestApi(database.connection);
  });

  afterAll(async () => {
    await api.close();
    await database.drop();
  });

  test("geometries are GeoJSON in both directions, and equal to PostGIS's own", { timeout: patience }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyValue, { minLength: 1, maxLength: 8 }), async (values) => {
        const { created } = await api.query<{ created: { shapes: { shapeId: number; shape: unknown }[] } }>(
          'mutation ($inputs: [CreateShapeInput!]!) { created: createShapes(inputs: $inputs) { shapes { shapeId shape } } }',
          { inputs: values.map((shape) => ({ shape })) },
        );
        expect(created.shapes.map(({ shape }) => shape)).toEqual(values);
        const { rows } = await database.admin<{ json: unknown }>(
          'select st_asgeojson(shape, 15, 0)::json as json from events.shape where shape_id = any ($1) order by shape_id',
          [created.shapes.map(({ shapeId }) => shapeId)],
        );
        const near = (value: unknown): unknown =>
          typeof value === 'number'
            ? expect.closeTo(value, 12)
            : Array.isArray(value)
              ? value.map(near)
              : typeof value === 'object' && value !== null
                ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, near(one)]))
                : value;
        expect(rows.map(({ json }) => json)).toEqual(values.map(({ crs: _, ...geometry }) => near(geometry)));
        const { found } = await api.query<{ found: { nodes: { shapeId: number }[] } }>(
          'query ($shape: GeoJSON!) { found: shapes(where: { shape: { eq: $shape } }) { nodes { shapeId } } }',
          { shape: values[0] },
        );
        expect(found.nodes).toContainEqual({ shapeId: created.shapes[0]?.shapeId });
      }),
      runs(40),
    );
  });

  test('geometries that GeoJSON cannot express are null with an error', async () => {
    const { data, errors } = await api.send('{ curves { nodes { shape } } }');
    expect(data).toEqual({
      curves: {
        nodes: [
          { shape: null },
          { shape: { type: 'Point', crs: null, coordinates: [] } },
          { shape: { type: 'Point', crs: null, coordinates: [1, 2] } },
        ],
      },
    });
    expect(errors).toMatchObject([
      { path: ['curves', 'nodes', 0, 'shape'], extensions: { code: 'VALUE_NOT_REPRESENTABLE' } },
    ]);
  });

  const polygon = '{type: "Polygon", coordinates: [[[0, 0], [20, 0], [20, 20], [0, 20], [0, 0]]]}';
  const inSql = `st_geomfromtext('POLYGON((0 0, 20 0, 20 20, 0 20, 0 0))', 4326)`;
  const point = '{type: "Point", coordinates: [8.5, 50]}';
  const pointInSql = `'SRID=4326;POINT(8.5 50)'`;

  test.each([
    [`at: { intersects: ${polygon} }`, `st_intersects(at, ${inSql})`],
    [`at: { within: ${polygon} }`, `st_within(at, ${inSql})`],
    [`at: { dWithin: { from: ${point}, distance: 2.5 } }`, `st_dwithin(at, ${pointInSql}, 2.5)`],
    ['at: { bbox: [5, 5, 9, 9.5] }', 'at && st_makeenvelope(5, 5, 9, 9.5, 4326)'],
    ['at: { bbox: [178, 5, -178, 9.5] }', 'st_y(at) between 5 and 9.5 and (st_x(at) >= 178 or st_x(at) <= -178)'],
    [`spot: { intersects: ${polygon} }`, `st_intersects(spot, ${inSql}::geography)`],
    [`spot: { within: ${polygon} }`, `st_coveredby(spot, ${inSql}::geography)`],
    [`spot: { dWithin: { from: ${point}, distance: 300000 } }`, `st_dwithin(spot, ${pointInSql}::geography, 300000)`],
    ['spot: { bbox: [5, 5, 9, 9.5] }', 'spot::geometry && st_makeenvelope(5, 5, 9, 9.5, 4326)'],
  ])('%s finds the same rows as SQL, by an index', async (where, condition) => {
    const { places } = await api.query<{ places: { nodes: { placeId: number }[] } }>(
      `{ places(first: 1000, where: { ${where} }) { nodes { placeId } } }`,
    );
    const [statement] = api.queries;
    const { rows } = await database.admin<{ place_id: number }>(
      `select place_id from events.place where ${condition} order by place_id`,
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(places.nodes).toEqual(rows.map(({ place_id }) => ({ placeId: place_id })));
    const { scans } = (statement && (await costOf(api.db, statement))) ?? { scans: [] };
    expect(scans.join()).toMatch(/Index Scan.*place_(at|spot)\d?_idx/);
    expect(scans.join()).not.toMatch(/Seq Scan/);
  });

  test.each([
    ['"POINT(1 2)"', /its type is not one of Point, LineString/],
    ['{ type: "Feature" }', /its type is not one of/],
    ['{ type: "Point", coordinates: [1] }', /a position in its coordinates is not 2 numbers/],
    ['{ type: "Point", coordinates: ["1", "2"] }', /is not 2 numbers/],
    ['{ type: "LineString", coordinates: [1, 2] }', /not nested as its type requires/],
    ['{ type: "LineString", coordinates: [[1, 2], [1, 2, 3]] }', /is not 2 numbers/],
    ['{ type: "GeometryCollection", geometries: 1 }', /geometries is not a list/],
    ['{ type: "Point", coordinates: [1, 2], crs: "x" }', /its crs is not like/],
  ])('%s is not GeoJSON', async (value, message) => {
    const { errors } = await api.send(`{ shapes(where: { shape: { eq: ${value} } }) { nodes { shapeId } } }`);
    expect(errors).toMatchObject([{ message: expect.stringMatching(message), extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test.each([
    ['bbox: [1, 2, 3]', /give four numbers/],
    ['bbox: [1, 9, 3, 8]', /south must not be greater than north/],
    ['dWithin: { from: { type: "Point", coordinates: [1, 2], crs: null }, distance: 1 }', /coordinate system/],
    [`dWithin: { from: ${point}, distance: -1 }`, /distance must not be negative/],
  ])('%s is rejected', async (test, message) => {
    const { errors } = await api.send(`{ places(where: { at: { ${test} } }) { nodes { placeId } } }`);
    expect(errors).toMatchObject([{ message: expect.stringMatching(message), extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});
