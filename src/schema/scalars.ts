import { GraphQLScalarType, Kind, type ValueNode, valueFromASTUntyped } from 'graphql';
import type { Type } from '../catalog/type.ts';
import { AppError, badInput } from '../errors.ts';
import { readGeometry, writeGeometry } from './geoJson.ts';
import { JsonText, jsonLiteral, parseJson } from './json.ts';

/**
 * Describes how a scalar travels. `read` turns PostgreSQL's text into the value of the response, or into an Error if
 * the value has no form there. `write` turns a client's value into text for PostgreSQL.
 */
export interface Scalar {
  readonly read: (text: string) => unknown;
  /** Converts PostgreSQL's text directly to JSON text; if absent, the value is a JSON string. */
  readonly json?: (text: string) => string | Error;
  /** Whether its results have no characters that JSON escapes. */
  readonly isPlain?: boolean;
  readonly write: (value: unknown) => string;
}

export interface CustomScalar extends Scalar {
  readonly description: string;
  readonly specifiedByURL?: string;
  /** TypeScript type, for generators of client types and for extensions; `string` if absent. */
  readonly inTypeScript?: 'number' | 'unknown' | { readonly input: 'string | number'; readonly output: 'string' };
  /** Reads a literal in a document, if JavaScript's value would lose digits. */
  readonly literal?: (node: ValueNode, variables: Variables) => unknown;
}

type Variables = Readonly<Record<string, unknown>> | undefined;

const same = (text: string): string => text;

/** Creates a scalar that is text on both sides; `form` matches what clients may send. */
const textual = (name: string, form: RegExp, what: string, example: string, specifiedByURL?: string): CustomScalar => ({
  description: `${what} Example: ${example}.`,
  ...(specifiedByURL && { specifiedByURL }),
  read: same,
  isPlain: true,
  write(value) {
    if (typeof value === 'string' && form.test(value)) return value;
    throw badInput(`${shown(value)} is not a ${name}; write it like ${example}`);
  },
});

/** Converts a client's number to text. No digit is lost, since `readVariables` passes longer numbers as text. */
const numberText = (value: unknown): unknown => (typeof value === 'number' ? String(value) : value);

/** Reads a number in a document with all its digits. */
const numberLiteral = (node: ValueNode, variables: Variables): unknown =>
  node.kind === Kind.INT || node.kind === Kind.FLOAT ? node.value : valueFromASTUntyped(node, variables);

/** Creates a scalar that is text in results, and text or a number in arguments. */
const numeric = (form: CustomScalar): CustomScalar => ({
  ...form,
  inTypeScript: { input: 'string | number', output: 'string' },
  write: (value) => form.write(numberText(value)),
  literal: numberLiteral,
});

const bigIntForm = textual(
  'BigInt',
  /^[+-]?\d+$/,
  'A 64-bit integer: a string in results, a string or an integer in arguments.',
  '"9007199254740993"',
);

const decimalForm = textual(
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

/** Matches the parts of a duration, each a number followed by its letter. */
const parts = (letters: string) => [...letters].map((letter) => String.raw`([+-]?\d+(\.\d+)?${letter})?`).join('');

const durationForm = textual(
  'Duration',
  new RegExp(`^(P(?=.)${parts('YMWD')}(T(?=.)${parts('HMS')})?|-?infinity)$`),
  'A duration in ISO 8601. Arguments may also use a short form from weeks to seconds, such as "1d12h" or "15m".',
  '"P1DT2H30M"',
);

const shortDuration = /^(?=\d)(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+(?:\.\d+)?s)?$/;

/** Converts a short duration such as 1d12h to ISO 8601; returns anything else unchanged. */
function inIso(value: unknown): unknown {
  const found = typeof value === 'string' && shortDuration.exec(value);
  if (!found) return value;
  const [weeks = '', days = '', ...clock] = found.slice(1);
  const time = clock.join('');
  return `P${weeks}${days}${time && `T${time}`}`.toUpperCase();
}

/** Scalars in addition to GraphQL's own, by name. */
export const customScalars = {
  BigInt: numeric(bigIntForm),
  Decimal: numeric(decimalForm),
  SafeInt: {
    description: 'A count: an integer up to 2^53 - 1, as a number. Example: 42.',
    inTypeScript: 'number',
    read: Number,
    json: (text) => String(Number(text)),
    write(value) {
      if (Number.isSafeInteger(value)) return String(value);
      throw badInput(`${shown(value)} is not an integer up to 2^53 - 1`);
    },
  },
  UUID: textual(
    'UUID',
    /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i,
    'A UUID.',
    '"f81d4fae-7dec-11d0-a765-00a0c91e6bf6"',
    'https://www.rfc-editor.org/rfc/rfc9562',
  ),
  DateTime: {
    ...textual(
      'DateTime',
      moment(`${day}[T ]${clock}${zone}`),
      'An instant in RFC 3339 with up to six decimals of a second; results are in UTC. Infinity, and years before 1 or after 9999, are written as in PostgreSQL.',
      '"2026-03-29T01:30:00.123456Z"',
      'https://scalars.graphql.org/andimarek/date-time.html',
    ),
    read: (text) => (isIso(text) && text.endsWith('+00') ? `${text.slice(0, 10)}T${text.slice(11, -3)}Z` : text),
  },
  LocalDateTime: {
    ...textual(
      'LocalDateTime',
      moment(`${day}[T ]${clock}`),
      'A date and time of day without a time zone, in ISO 8601.',
      '"2026-03-29T01:30:00.5"',
    ),
    read: (text) => (isIso(text) ? `${text.slice(0, 10)}T${text.slice(11)}` : text),
  },
  Date: textual('Date', moment(day), 'A date in ISO 8601.', '"2026-03-29"'),
  LocalTime: textual('LocalTime', new RegExp(`^${clock}$`), 'A time of day in ISO 8601.', '"13:45:00.25"'),
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
      if (typeof value !== 'string' || !/^([\w+/]{4})*([\w+/]{2}==|[\w+/]{3}=)?$/.test(value) || value.includes('_'))
        throw badInput(`${shown(value)} is not base64; write it like "aGVsbG8="`);
      return `\\x${Buffer.from(value, 'base64').toString('hex')}`;
    },
  },
} as const satisfies Readonly<Record<string, CustomScalar>>;

export type CustomScalarName = keyof typeof customScalars;
export type ScalarName = 'ID' | 'String' | 'Int' | 'Float' | 'Boolean' | CustomScalarName;

/** All scalars of the API. For GraphQL's own, graphql-js has already checked the client's values. */
export const scalars: Readonly<Record<ScalarName, Scalar>> = {
  ...customScalars,
  ID: { read: same, write: String },
  String: { read: same, write: String },
  Int: { read: Number, json: same, write: String },
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

/** Returns the function that converts a scalar's text to JSON text. */
export function jsonWriter({
  read,
  isPlain = false,
  json = isPlain ? (text) => `"${String(read(text))}"` : (text) => quotedJson(String(read(text))),
}: Scalar): NonNullable<Scalar['json']> {
  return json;
}

/** Quotes a text as JSON; most texts need no escapes. */
export const quotedJson = (text: string): string =>
  /["\\]|[^\u0020-\uffff]/.test(text) ? JSON.stringify(text) : `"${text}"`;

function finite(text: string): number | AppError {
  const value = Number(text);
  return Number.isFinite(value)
    ? value
    : new AppError('VALUE_NOT_REPRESENTABLE', `${text} cannot be expressed in JSON`);
}

/**
 * Creates the GraphQL type of a custom scalar. Inputs are converted to PostgreSQL's text right away; outputs have
 * already been read.
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

/** Returns the scalar of a type: by name for built-in types and some of extensions, String for all others. */
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

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
