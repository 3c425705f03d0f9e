import fc from 'fast-check';

/** Columns of every type, by name: the type in the database, and that of an operand in GraphQL. */
export const columns = {
  flag: ['bool', 'Boolean'],
  tiny: ['int2', 'Int'],
  whole: ['int4', 'Int'],
  big: ['int8', 'BigInt'],
  exact: ['numeric', 'Decimal'],
  single: ['float4', 'Float'],
  double: ['float8', 'Float'],
  words: ['text', 'String'],
  fixed: ['char(9)', 'String'],
  letter: ['"char"', 'String'],
  key: ['uuid', 'UUID'],
  at: ['timestamptz', 'DateTime'],
  local: ['timestamp', 'LocalDateTime'],
  day: ['date', 'Date'],
  clock: ['time', 'LocalTime'],
  span: ['interval', 'Duration'],
  doc: ['jsonb', 'JSON'],
  raw: ['json', 'JSON'],
  bytes: ['bytea', 'Byte'],
  mood: ['events.mood', 'Mood'],
  address: ['inet', 'String'],
  bits: ['varbit', 'String'],
  object: ['oid', 'String'],
  spot: ['point', 'String'],
  span_of_days: ['daterange', 'String'],
  texts: ['text[]', '[String!]'],
  bigs: ['int8[]', '[BigInt!]'],
  doubles: ['float8[]', '[Float!]'],
  times: ['timestamptz[]', '[DateTime!]'],
  blobs: ['bytea[]', '[Byte!]'],
  docs: ['jsonb[]', '[JSON!]'],
  moods: ['events.mood[]', '[Mood!]'],
} as const;

export type Column = keyof typeof columns;

const text = fc.string({ unit: 'binary', maxLength: 20 }).map((s) => s.replaceAll('\0', ''));
const two = (n: number) => String(n).padStart(2, '0');
const dateUpTo = (year: number) =>
  fc
    .record({
      year: fc.oneof(fc.integer({ min: 1, max: year }), fc.integer({ min: 1900, max: 2100 })),
      month: fc.integer({ min: 1, max: 12 }),
      day: fc.integer({ min: 1, max: 28 }),
    })
    .map((d) => `${String(d.year).padStart(4, '0')}-${two(d.month)}-${two(d.day)}`);
const time = fc
  .tuple(fc.integer({ max: 23, min: 0 }), fc.integer({ max: 59, min: 0 }), fc.nat({ max: 59_999_999 }))
  .map(([h, m, us]) => `${two(h)}:${two(m)}:${two(Math.floor(us / 1e6))}.${String(us % 1e6).padStart(6, '0')}`);
/** A span of microseconds as hours, minutes and seconds: before PostgreSQL 15 a single field holds 32 bits. */
const clockOf = (us: bigint) => {
  const size = us < 0n ? -us : us;
  const seconds = `${two(Number((size / 1_000_000n) % 60n))}.${String(size % 1_000_000n).padStart(6, '0')}`;
  return `${us < 0n ? '-' : ''}${size / 3_600_000_000n}:${two(Number((size / 60_000_000n) % 60n))}:${seconds}`;
};
const moment = (zone: string) =>
  fc.oneof(
    fc.tuple(dateUpTo(294_275), time).map(([d, t]) => `${d} ${t}${zone}`),
    fc.tuple(dateUpTo(4712), time).map(([d, t]) => `${d} ${t}${zone} BC`),
    fc.constantFrom('infinity', '-infinity'),
  );
const bytes = fc.uint8Array({ maxLength: 20 }).map((b) => `\\x${Buffer.from(b).toString('hex')}`);
const json = fc
  .jsonValue()
  .filter((value) => value !== null)
  .map((value) => JSON.stringify(value))
  .filter((value) => !value.includes('\\u'));
const finite = { noNaN: true, noDefaultInfinity: true };
const double = fc.double(finite).map(String);
const big = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
const mood = fc.constantFrom('sad', 'so so', '{"quoted", \\}');
const digits = fc.stringMatching(/^[1-9]\d{0,39}$/);
const listOf = (item: fc.Arbitrary<string>) =>
  fc
    .array(item, { maxLength: 4 })
    .map((items) => `{${items.map((i) => `"${i.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`);

/** Any value of each column, as PostgreSQL's text. */
export const anyValue: { readonly [C in Column]: fc.Arbitrary<string> } = {
  flag: fc.boolean().map(String),
  tiny: fc.integer({ min: -32768, max: 32767 }).map(String),
  whole: fc.integer().map(String),
  big,
  exact: fc.oneof(
    fc.tuple(fc.constantFrom('', '-'), digits, digits).map(([sign, a, b]) => `${sign}${a}.${b}`),
    fc.constantFrom('0', '0.00', 'NaN', 'Infinity', '-Infinity', '1e1000', '1e-1000'),
  ),
  single: fc.float(finite).map(String),
  double,
  words: text,
  fixed: fc.stringMatching(/^[a-z ]{0,9}$/),
  letter: fc.stringMatching(/^[!-~]$/),
  key: fc.uuid(),
  at: moment('+00'),
  local: moment(''),
  day: fc.oneof(
    dateUpTo(5_874_897),
    dateUpTo(4713).map((d) => `${d} BC`),
    fc.constantFrom('infinity', '-infinity'),
  ),
  clock: fc.oneof(time, fc.constant('24:00')),
  span: fc
    .tuple(fc.integer(), fc.integer(), fc.bigInt({ min: -(2n ** 60n), max: 2n ** 60n }))
    .map(([months, days, us]) => `${months} months ${days} days ${clockOf(us)}`),
  doc: json,
  raw: json,
  bytes,
  mood,
  address: fc.oneof(fc.ipV4(), fc.ipV6()),
  bits: fc.stringMatching(/^[01]{0,70}$/),
  object: fc.nat({ max: 2 ** 32 - 1 }).map(String),
  spot: fc.tuple(double, double).map(([x, y]) => `(${x},${y})`),
  span_of_days: fc.tuple(dateUpTo(2000), fc.constantFrom(']', ')')).map(([d, end]) => `[${d},3000-01-01${end}`),
  texts: listOf(text),
  bigs: listOf(big),
  doubles: listOf(double),
  times: listOf(moment('+00')),
  blobs: listOf(bytes),
  docs: listOf(json),
  moods: listOf(mood),
};
