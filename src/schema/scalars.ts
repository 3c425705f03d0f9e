import { GraphQLScalarType, valueFromASTUntyped } from 'graphql';
import type { Type } from '../catalog/type.ts';
import { AppError, badInput } from '../errors.ts';
import { durationForm, inIso } from './durationText.ts';
import { readGeometry, writeGeometry } from './geoJson.ts';
import { JsonText, jsonLiteral, parseJson } from './json.ts';
import { type CustomScalar, numberScalar, type Scalar, shownValue, textScalar, unchanged } from './scalar.ts';

const bigIntForm = textScalar(
  'BigInt',
  /^[+-]?\d+$/,
  'A 64-bit integer: a string in results, a string or an integer in arguments.',
  '"9007199254740993"',
);

const decimalForm = textScalar(
  'Decimal',
  /^([+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,5})?|NaN|[+-]?Infinity)$/i,
  'A decimal number of any precision: a string in results, a string or a number in arguments. May be "NaN".',
  '"1234.50"',
);

/** PostgreSQL's years have up to seven digits and begin in 4713 BC. */
const day = String.raw`\d{4,7}-\d{2}-\d{2}`;
const clock = String.raw`\d{2}:\d{2}(:\d{2}(\.\d+)?)?`;
const zone = String.raw`(Z|[+-]\d{2}(:?\d{2})?)`;
const moment = (form: string) => new RegExp(`^(${form}( BC)?|-?infinity)$`, 'i');

/** Scalars in addition to GraphQL's own, by name. */
export const customScalars = {
  BigInt: numberScalar(bigIntForm),
  Decimal: numberScalar(decimalForm),
  SafeInt: {
    description: 'A count: an integer up to 2^53 - 1, as a number. Example: 42.',
    inTypeScript: 'number',
    read: Number,
    json: (text) => String(Number(text)),
    write(value) {
      if (Number.isSafeInteger(value)) return String(value);
      throw badInput(`${shownValue(value)} is not an integer up to 2^53 - 1`);
    },
  },
  UUID: textScalar(
    'UUID',
    /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i,
    'A UUID.',
    '"f81d4fae-7dec-11d0-a765-00a0c91e6bf6"',
    'https://www.rfc-editor.org/rfc/rfc9562',
  ),
  DateTime: {
    ...textScalar(
      'DateTime',
      moment(`${day}[T ]${clock}${zone}`),
      'An instant in RFC 3339 with up to six decimals of a second; results are in UTC. Infinity, and years before 1 or after 9999, are written as in PostgreSQL.',
      '"2026-03-29T01:30:00.123456Z"',
      'https://scalars.graphql.org/andimarek/date-time.html',
    ),
    read: (text) => (isIso(text) && text.endsWith('+00') ? `${text.slice(0, 10)}T${text.slice(11, -3)}Z` : text),
  },
  LocalDateTime: {
    ...textScalar(
      'LocalDateTime',
      moment(`${day}[T ]${clock}`),
      'A date and time of day without a time zone, in ISO 8601.',
      '"2026-03-29T01:30:00.5"',
    ),
    read: (text) => (isIso(text) ? `${text.slice(0, 10)}T${text.slice(11)}` : text),
  },
  Date: textScalar('Date', moment(day), 'A date in ISO 8601.', '"2026-03-29"'),
  LocalTime: textScalar('LocalTime', new RegExp(`^${clock}$`), 'A time of day in ISO 8601.', '"13:45:00.25"'),
  Duration: { ...durationForm, write: (value) => durationForm.write(inIso(value)) },
  JSON: {
    description: 'Any JSON value. Example: {"volt": 3.3}.',
    specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
    inTypeScript: 'unknown',
    read: parseJson,
    // A line break would end a line in an event stream.
    json: (text) => (text.includes('\n') || text.includes('\r') ? JSON.stringify(parseJson(text)) : text),
    write: (value) => JSON.stringify(value),
    literal: jsonLiteral,
  },
  GeoJSON: {
    description:
      'A geometry in GeoJSON. Coordinates other than longitude and latitude have a `crs`, which is null if unknown. Example: {"type": "Point", "coordinates": [8.68, 50.11]}.',
    specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc7946#section-3.1',
    inTypeScript: 'unknown',
    read: readGeometry,
    json(text) {
      const geometry = readGeometry(text);
      return geometry instanceof Error ? geometry : JSON.stringify(geometry);
    },
    write: writeGeometry,
    literal: jsonLiteral,
  },
  Byte: {
    description: 'Bytes in base64. Example: "aGVsbG8=".',
    specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc4648#section-4',
    read: (text) => Buffer.from(text.slice(2), 'hex').toString('base64'),
    isPlain: true,
    write(value) {
      if (typeof value !== 'string' || !/^([a-z\d+/]{4})*([a-z\d+/]{2}==|[a-z\d+/]{3}=)?$/i.test(value))
        throw badInput(`${shownValue(value)} is not base64; write it like "aGVsbG8="`);
      return `\\x${Buffer.from(value, 'base64').toString('hex')}`;
    },
  },
} as const satisfies Readonly<Record<string, CustomScalar>>;

export type CustomScalarName = keyof typeof customScalars;
export type ScalarName = 'ID' | 'String' | 'Int' | 'Float' | 'Boolean' | CustomScalarName;

/** All scalars of the API. For GraphQL's own, graphql-js has already checked the client's values. */
export const scalars: Readonly<Record<ScalarName, Scalar>> = {
  ...customScalars,
  ID: { read: unchanged, write: String },
  String: { read: unchanged, write: String },
  Int: { read: Number, json: unchanged, write: String },
  Boolean: { read: (text) => text === 't', json: (text) => (text === 't' ? 'true' : 'false'), write: String },
  Float: {
    read: finite,
    json(text) {
      const value = finite(text);
      return value instanceof Error ? value : String(value);
    },
    write: String,
  },
};

function finite(text: string): number | AppError {
  const value = Number(text);
  return Number.isFinite(value)
    ? value
    : new AppError('VALUE_NOT_REPRESENTABLE', `${text} cannot be expressed in JSON`);
}

/**
 * Creates the GraphQL type of a custom scalar. Inputs are converted to PostgreSQL's text right away (JSON to a
 * `JsonText`); outputs have already been read.
 */
export function scalarType(name: CustomScalarName): GraphQLScalarType<string | JsonText, unknown> {
  const { description, literal = valueFromASTUntyped, ...rest }: CustomScalar = customScalars[name];
  const write = name === 'JSON' ? (value: unknown) => new JsonText(value) : rest.write;
  return new GraphQLScalarType<string | JsonText, unknown>({
    name,
    description,
    specifiedByURL: rest.specifiedByURL ?? null,
    serialize: (value) => value,
    parseValue: write,
    parseLiteral: (node, variables) => write(literal(node, variables ?? undefined)),
  });
}

/** Returns the scalar of a type: by name for built-in types and some types of extensions, String for all others. */
export const scalarOf = ({ name, sql, extension }: Pick<Type, 'name' | 'sql' | 'extension'>): ScalarName =>
  (sql.startsWith('pg_catalog.') ? byName[name] : ofExtensions[`${extension}.${name}`]) ?? 'String';

const ofExtensions: Readonly<Record<string, ScalarName>> = {
  'postgis.geometry': 'GeoJSON',
  'postgis.geography': 'GeoJSON',
  'hstore.hstore': 'JSON',
};

const byName: Readonly<Record<string, ScalarName>> = {
  bool: 'Boolean',
  int2: 'Int',
  int4: 'Int',
  int8: 'BigInt',
  float4: 'Float',
  float8: 'Float',
  numeric: 'Decimal',
  uuid: 'UUID',
  timestamptz: 'DateTime',
  timestamp: 'LocalDateTime',
  date: 'Date',
  time: 'LocalTime',
  interval: 'Duration',
  json: 'JSON',
  jsonb: 'JSON',
  bytea: 'Byte',
};

const isIso = (text: string) => text[4] === '-' && text[10] === ' ' && !text.endsWith('BC');
