import fc from 'fast-check';
import pg from 'pg';
import { all, any, type Truth } from './logic.ts';

/** A kind of column: its values, its operators, and a model of what its filters match. */
export interface Kind {
  /** The SQL type. */
  readonly type: string;
  /** The values of its columns, apart from null; and the SQL for one of them. */
  readonly values: readonly string[];
  readonly sql: (value: string) => string;
  /** The operators, each with its possible arguments. */
  readonly operators: Readonly<Record<string, fc.Arbitrary<unknown>>>;
  /** Tells whether a value that is not null matches an operator other than `isNull`. */
  readonly test: (value: string, operator: string, argument: unknown) => Truth;
  /** The same for null; if absent, the result is unknown (SQL's null). */
  readonly testNull?: (operator: string, argument: unknown) => Truth;
}

/** Tells whether a value matches an operator. */
export function fulfils(kind: Kind, value: string | null, operator: string, argument: unknown): Truth {
  if (operator === 'isNull') return (value === null) === argument;
  if (Array.isArray(argument) && argument.length === 0 && ['in', 'notIn'].includes(operator))
    return ofNone(operator, argument);
  if (value !== null) return kind.test(value, operator, argument);
  return kind.testNull ? kind.testNull(operator, argument) : null;
}

/**
 * Returns an operator's result for a missing value. An empty list makes no comparison, so its result is never unknown.
 */
function ofNone(operator: string, argument: unknown): Truth {
  return Array.isArray(argument) && argument.length === 0 && /^(in|notIn|type)$/.test(operator)
    ? operator === 'notIn'
    : null;
}

const asIs = (text: string) => text;
const lists = (items: fc.Arbitrary<unknown>) => fc.array(items, { maxLength: 3 });

const equality = (argument: fc.Arbitrary<unknown>) => ({
  eq: argument,
  ne: argument,
  in: lists(argument),
  notIn: lists(argument),
  isNull: fc.boolean(),
});

const inequality = (argument: fc.Arbitrary<unknown>) => ({ lt: argument, lte: argument, gt: argument, gte: argument });

/** Results of the operators by the order of two values: below, at or above zero. */
const comparisons: Readonly<Record<string, (order: number) => boolean>> = {
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  lt: (order) => order < 0,
  lte: (order) => order <= 0,
  gt: (order) => order > 0,
  gte: (order) => order >= 0,
};

/** Tests an operator that compares; `order` compares the value with an argument. */
function compared(operator: string, argument: unknown, order: (argument: unknown) => number): Truth {
  if (operator === 'in') return any((argument as readonly unknown[]).map((item) => order(item) === 0));
  if (operator === 'notIn') return all((argument as readonly unknown[]).map((item) => order(item) !== 0));
  const comparison = comparisons[operator];
  if (!comparison) throw new Error(`No operator ${operator}`);
  return comparison(order(argument));
}

/**
 * Makes a kind of ordered values, in ascending groups of equal values; the first of a group is PostgreSQL's form.
 * `write` converts a value to a client's argument, or to undefined if that is impossible.
 */
function ordered(type: string, groups: readonly (readonly string[])[], write: (text: string) => unknown): Kind {
  const values = groups.flat();
  const rankOf = (text: string) => groups.findIndex((group) => group.includes(text));
  const ranks = new Map(values.map((text) => [JSON.stringify(write(text)), rankOf(text)]));
  const argument = fc.constantFrom(...values.map(write).filter((value) => value !== undefined));
  return {
    type,
    values,
    sql: pg.escapeLiteral,
    operators: { ...equality(argument), ...(type !== 'boolean' && inequality(argument)) },
    test: (value, operator, given) =>
      compared(operator, given, (item) => rankOf(value) - (ranks.get(JSON.stringify(item)) ?? Number.NaN)),
  };
}

/** Makes a kind of texts from an ordered kind. */
function textual(base: Kind): Kind {
  const piece = fc.constantFrom('', 'a', 'A', 'b', '1', '%', '_', '\\', '.', '/', 'é', '😀', '[', ')');
  const pattern = fc
    .array(fc.constantFrom('a', 'B', '%', '_', '\\%', '\\_', '\\\\', '\\a', '1', '.', 'É', '(', '%'), { maxLength: 4 })
    .map((pieces) => pieces.join(''));
  const part = fc.oneof(
    fc.array(piece, { maxLength: 3 }).map((pieces) => pieces.join('')),
    fc.constantFrom(...base.values).chain((value) => fc.nat({ max: 3 }).map((n) => [...value].slice(n).join(''))),
  );
  const expression = fc
    .array(
      fc.constantFrom('a', 'B', 'é', '1', '.', '^', '$', '[ab]', '[^a]', '(a|b)', 'a*', 'b?', '\\\\', '\\.', '.+'),
      {
        maxLength: 4,
      },
    )
    .map((pieces) => pieces.join(''));
  const query = fc.constantFrom('a', 'AB', '1 or a', '-a', '"a b"', 'é -1', '1', '%');
  return {
    ...base,
    operators: {
      ...base.operators,
      ...{ like: pattern, ilike: pattern, startsWith: part, endsWith: part, contains: part },
      ...{ eqInsensitive: part, startsWithInsensitive: part, endsWithInsensitive: part, containsInsensitive: part },
      ...{ matches: expression, matchesInsensitive: expression, search: query },
    },
    test(shown, operator, argument) {
      if (operator === 'search') return isFound(shown, String(argument));
      if (operator === 'matches') return new RegExp(String(argument), 'su').test(shown);
      if (operator === 'matchesInsensitive')
        return new RegExp(lowerAscii(String(argument)), 'su').test(lowerAscii(shown));
      const [, strict] = /^(\w+)Insensitive$/.exec(operator) ?? [];
      if (strict === 'eq') return lowerAscii(shown) === lowerAscii(String(argument));
      if (strict !== undefined) return this.test(lowerAscii(shown), strict, lowerAscii(String(argument)));
      if (operator === 'like') return isLike(shown, String(argument));
      if (operator === 'ilike') return isLike(lowerAscii(shown), lowerAscii(String(argument)));
      if (operator === 'startsWith') return shown.startsWith(String(argument));
      if (operator === 'endsWith') return shown.endsWith(String(argument));
      if (operator === 'contains') return shown.includes(String(argument));
      return base.test(shown, operator, argument);
    },
  };
}

/** Tells whether a text has the words of a query. The model's words have no endings. */
function isFound(text: string, query: string): boolean {
  const found: readonly string[] = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const parts: readonly string[] = query.toLowerCase().match(/"[^"]*"|[^ ]+/g) ?? [];
  const fits = (part: string): boolean => {
    if (part.startsWith('-')) return !fits(part.slice(1));
    if (part.startsWith('"')) return found.join(' ').includes(part.slice(1, -1));
    return found.includes(part);
  };
  if (parts.includes('or')) return parts.some((part) => part !== 'or' && fits(part));
  return parts.every(fits);
}

const lowerAscii = (text: string) => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());

function isLike(text: string, pattern: string): boolean {
  const source = pattern.replaceAll(/\\(.)|%|_|[\^$.*+?()[\]{}|/-]/gsu, (match, escaped?: string) => {
    if (match === '%') return '.*';
    if (match === '_') return '.';
    return literal(escaped ?? match);
  });
  return new RegExp(`^${source}$`, 'su').test(text);
}

const literal = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

const words = [
  '',
  'a',
  'A',
  'ab',
  'aB',
  'a%',
  'a_b',
  'a\\b',
  '%',
  '_',
  '\\',
  'é',
  'Éa',
  '😀',
  '😀b',
  'b\nc',
  `'a'`,
  '1',
];
const bytewise = (texts: readonly string[]) =>
  texts.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))).map((text) => [text]);

const text = (type: string): Kind => textual(ordered(type, bytewise(words), asIs));

const finite = (value: string) => (Number.isFinite(Number(value)) ? Number(value) : undefined);
const constantCase = (label: string) => label.replace(' ', '_').toUpperCase();
const moods = ['Low end', 'mid', 'HIGH'];

/** An instant in a form that documents contain. */
const instant = '2026-03-01T00:00:00+01:30';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const isObject = (json: Json): json is { readonly [key: string]: Json } =>
  typeof json === 'object' && json !== null && !Array.isArray(json);
const isList = (json: Json): json is readonly Json[] => Array.isArray(json);

function isSame(a: Json, b: Json): boolean {
  if (isList(a) && isList(b)) return a.length === b.length && a.every((item, i) => isSame(item, b[i] ?? null));
  if (!isObject(a) || !isObject(b)) return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => key in b && isSame(a[key] ?? null, b[key] ?? null))
  );
}

/** Models PostgreSQL's `@>`: items are compared as a set, and at the top level a list also contains a scalar item. */
function containsJson(a: Json, b: Json, isTop = true): boolean {
  if (isObject(a) && isObject(b))
    return Object.entries(b).every(([key, value]) => key in a && containsJson(a[key] ?? null, value, false));
  if (isList(a) && isList(b)) return b.every((item) => a.some((own) => containsJson(own, item, false)));
  if (isTop && isList(a) && !isObject(b)) return a.some((own) => isSame(own, b));
  return isSame(a, b);
}

/** Returns the value at a path; undefined if there is none. */
const atPath = (json: Json | undefined, path: readonly string[]): Json | undefined =>
  path.reduce<Json | undefined>((value, key) => {
    if (value === undefined) return undefined;
    if (isList(value)) return /^-?\d+$/.test(key) ? value.at(Number(key)) : undefined;
    return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }, json);

const documents: readonly Json[] = [
  ...[null, true, 0, 1, 'a', '', [], {}, [1, 2, 'a'], [[1], { a: 1 }], [null]],
  ...[{ a: 1 }, { a: 1, b: [1, { c: null }] }, { a: { b: { c: 'x' } } }, { a: null }, { '': 0 }, { b: ['a', 'b'] }],
  ...[instant, '2026-02-30T00:00:00Z', [instant], { a: instant, b: true }, false, -1, 2],
];
const given = fc.constantFrom(...documents.filter((json) => json !== null));

/** The comparison of JSON values of one type: as values of another kind, if they have the type. */
interface Nested {
  readonly kind: Kind;
  readonly of: (json: Json) => string | null;
}

const nested: Readonly<Record<string, Nested>> = {
  number: {
    kind: ordered('numeric', [['-1'], ['0'], ['1', '1.0'], ['2']], asIs),
    of: (json) => (typeof json === 'number' ? String(json) : null),
  },
  string: {
    kind: textual(ordered('text', [[''], ['2026-02-30T00:00:00Z'], [instant], ['a'], ['x']], asIs)),
    of: (json) => (typeof json === 'string' ? json : null),
  },
  boolean: {
    kind: ordered('boolean', [['false'], ['true']], (value) => value === 'true'),
    of: (json) => (typeof json === 'boolean' ? String(json) : null),
  },
  instant: {
    kind: ordered(
      'timestamptz',
      [['2025-12-31T23:00:00Z'], [instant, '2026-02-28T22:30:00Z'], ['2027-01-01T00:00:00Z']],
      asIs,
    ),
    of: (json) => (json === instant ? json : null),
  },
  length: {
    kind: ordered('int4', [['0'], ['1'], ['2'], ['3']], Number),
    of: (json) => (isList(json) ? String(json.length) : null),
  },
};

const typeOf = (json: Json) =>
  json === null ? 'NULL' : isList(json) ? 'ARRAY' : typeof json === 'object' ? 'OBJECT' : (typeof json).toUpperCase();

/** The operators of JSON that also work at a path. */
const ofJson: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  contains: given,
  hasKey: fc.constantFrom('a', 'b', '', '0', 'c'),
  type: fc.uniqueArray(fc.constantFrom('OBJECT', 'ARRAY', 'STRING', 'NUMBER', 'BOOLEAN', 'NULL'), { maxLength: 3 }),
  ...Object.fromEntries(Object.entries(nested).map(([name, { kind }]) => [name, anyTest(kind.operators)])),
};

/** Makes one of these operators with an argument. */
function anyTest(operators: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<object> {
  return fc.oneof(...Object.entries(operators).map(([name, argument]) => argument.map((value) => ({ [name]: value }))));
}

/** Tells whether JSON matches an operator; undefined is an absent value. */
function fitsJson(document: Json | undefined, operator: string, argument: unknown): Truth {
  if (operator === 'at') {
    const { path, ...tests } = argument as { readonly path: readonly string[] };
    return all(Object.entries(tests).map(([name, test]) => fitsJson(atPath(document, path), name, test)));
  }
  const part = nested[operator];
  if (part) {
    const value = document === undefined ? null : part.of(document);
    return all(Object.entries(argument as object).map(([name, test]) => fulfils(part.kind, value, name, test)));
  }
  if (operator === 'isNull') return (document === undefined) === argument;
  if (document === undefined) return ofNone(operator, argument);
  if (operator === 'contains') return containsJson(document, argument as Json);
  if (operator === 'type') return (argument as readonly string[]).includes(typeOf(document));
  if (operator === 'hasKey') {
    const key = String(argument);
    if (isList(document)) return document.includes(key);
    return isObject(document) ? Object.hasOwn(document, key) : document === key;
  }
  return compared(operator, argument, (item) => (isSame(document, item as Json) ? 0 : 1));
}

const json = (type: string): Kind => ({
  type,
  values: [...documents.map((document) => JSON.stringify(document)), '{"a": 1.0}', '{"a": 2, "a": 1}'],
  sql: pg.escapeLiteral,
  operators: {
    ...equality(given),
    ...ofJson,
    at: fc
      .tuple(
        fc.array(fc.constantFrom('a', 'b', 'c', '0', '1', '-1', ''), { maxLength: 3 }),
        anyTest({ ...equality(given), ...ofJson }),
      )
      .map(([path, test]) => ({ path, ...test })),
  },
  test: (value, operator, argument) => fitsJson(JSON.parse(value) as Json, operator, argument),
  testNull: (operator, argument) => fitsJson(undefined, operator, argument),
});

/** Makes a kind of arrays; the values are JSON, with lists of lists for two dimensions. */
function array(
  type: string,
  lists: readonly Json[],
  items: readonly Json[],
  write: (item: Json) => Json = (item) => item,
): Kind {
  const list = fc.array(fc.constantFrom(...items.map(write)), { maxLength: 3 });
  const withNulls = fc.array(fc.constantFrom(null, ...items.map(write)), { maxLength: 3 });
  return {
    type,
    values: lists.map((value) => JSON.stringify(value)),
    sql: (value) => pg.escapeLiteral(arrayText(JSON.parse(value) as readonly Json[])),
    operators: {
      eq: withNulls,
      ne: withNulls,
      isNull: fc.boolean(),
      contains: list,
      containedBy: list,
      overlaps: list,
    },
    test(value, operator, argument) {
      const held = JSON.parse(value) as readonly Json[];
      const wanted = argument as readonly Json[];
      const flat = held.flat().map((item) => (item === null ? null : write(item)));
      if (operator === 'contains') return wanted.every((item) => flat.includes(item));
      if (operator === 'containedBy') return flat.every((item) => item !== null && wanted.includes(item));
      if (operator === 'overlaps') return wanted.some((item) => flat.includes(item));
      const isEqual = held.every((item) => !isList(item)) && isSame(flat, wanted);
      return operator === 'eq' ? isEqual : !isEqual;
    },
  };
}

const arrayText = (items: readonly Json[]): string =>
  `{${items.map((item) => (isList(item) ? arrayText(item) : JSON.stringify(item))).join(',')}}`;

/** Makes a kind whose values only have equality. */
function unordered(type: string, values: readonly string[]): Kind {
  return {
    ...ordered(
      type,
      values.map((value) => [value]),
      asIs,
    ),
    operators: equality(fc.constantFrom(...values)),
  };
}

/** The relations between the sets of a kind. */
interface Sets {
  readonly contains: (outer: string, inner: string) => boolean;
  readonly overlaps: (a: string, b: string) => boolean;
  readonly adjacent?: (a: string, b: string) => boolean;
  /** Arguments that values may lie in, and further arguments that values may contain. */
  readonly containers: readonly string[];
  readonly contents: readonly string[];
}

/** Makes a kind whose values are sets. */
function containing(base: Kind, { contains, overlaps, adjacent, containers, contents }: Sets): Kind {
  const container = fc.constantFrom(...containers);
  const operand = fc.oneof(container, fc.constantFrom(...contents));
  return {
    ...base,
    operators: {
      ...base.operators,
      ...{ contains: operand, containedBy: container, overlaps: container },
      ...(adjacent && { adjacent: container }),
    },
    test(value, operator, argument) {
      const other = String(argument);
      if (operator === 'contains') return contains(value, other);
      if (operator === 'containedBy') return contains(other, value);
      if (operator === 'overlaps') return overlaps(value, other);
      if (operator === 'adjacent') return adjacent?.(value, other) ?? false;
      return base.test(value, operator, argument);
    },
  };
}

type Days = readonly [from: number, to: number];

/**
 * Parses ranges of days, each as its first day and the day after its last. None is empty and none touches another. A
 * single day is a range too.
 */
function rangesOf(text: string): readonly Days[] {
  const texts = /^\{(.*)\}$/.exec(text)?.[1]?.match(/[[(].*?[\])]/g) ?? [text];
  const apart: Days[] = [];
  for (const [from, to] of texts.filter((range) => !['empty', '{}'].includes(range)).map(daysOf)) {
    const last = apart.at(-1);
    if (last && from <= last[1]) apart[apart.length - 1] = [last[0], Math.max(last[1], to)];
    else apart.push([from, to]);
  }
  return apart;
}

function daysOf(text: string): Days {
  const dayOf = (date: string, isOpen: boolean, open: number) =>
    date === '' ? open : Date.parse(date) / 86_400_000 + (isOpen ? 1 : 0);
  const [, before = '[', from = text, to = text, after = ']'] = /^([[(])(.*),(.*)([\])])$/.exec(text) ?? [];
  return [dayOf(from, before === '(', -Infinity), dayOf(to, after === ']', Infinity)];
}

const ranges: Pick<Sets, 'contains' | 'overlaps' | 'adjacent'> = {
  contains: (outer, inner) =>
    rangesOf(inner).every(([from, to]) => rangesOf(outer).some((range) => range[0] <= from && to <= range[1])),
  overlaps: (one, other) =>
    rangesOf(one).some(([from, to]) => rangesOf(other).some((range) => range[0] < to && from < range[1])),
  adjacent(one, other) {
    const [a, b] = [rangesOf(one), rangesOf(other)];
    const follows = (earlier: readonly Days[], later: readonly Days[]) =>
      earlier.length > 0 && earlier.at(-1)?.[1] === later[0]?.[0];
    return follows(a, b) || follows(b, a);
  },
};

/** Returns the bits of a network's prefix; IPv6 addresses are only zeros and a digit here. */
function prefixOf(text: string): string {
  const [address = '', length] = text.split('/');
  const isLong = address.includes(':');
  const parts = isLong ? [...Array<string>(15).fill('0'), address.slice(2) || '0'] : address.split('.');
  const bits = parts.map((part) => Number(part).toString(2).padStart(8, '0')).join('');
  return (isLong ? '6' : '4') + bits.slice(0, length === undefined ? undefined : Number(length));
}

const networks: Pick<Sets, 'contains' | 'overlaps'> = {
  contains: (outer, inner) => prefixOf(inner).startsWith(prefixOf(outer)),
  overlaps: (a, b) => prefixOf(a).startsWith(prefixOf(b)) || prefixOf(b).startsWith(prefixOf(a)),
};

/** Makes a kind of times of these ages; the ages are far from the durations in arguments. */
const recent = (
  type: string,
  now: string,
  unit: string,
  ages: readonly number[],
  durations: Readonly<Record<string, number>>,
): Kind => ({
  type,
  values: ages.map(String),
  sql: (age) => `${now} - ${age} * interval '1 ${unit}'`,
  operators: { within: fc.constantFrom(...Object.keys(durations)), isNull: fc.boolean() },
  test: (age, _, duration) => Number(age) <= (durations[String(duration)] ?? Number.NaN),
});

const minutes = { PT0S: 0, PT1H: 60, P1D: 1440, P1M: 43_200, P1DT12H: 2160 };

/** The kinds by column name: one for each set of operators, and for each type. */
export const kinds: Readonly<Record<string, Kind>> = {
  word: text('text collate "C"'),
  name: text('varchar(20) collate "C"'),
  short: text('short'),
  small: ordered('smallint', [['-32768'], ['-1'], ['0'], ['32767']], Number),
  number: ordered('integer', [['-2147483648'], ['-1'], ['0'], ['7'], ['2147483647']], Number),
  big: ordered('bigint', [['-9223372036854775808'], ['0'], ['9007199254740993'], ['9223372036854775807']], asIs),
  price: ordered(
    'numeric',
    [['-1'], ['0'], ['1', '1.0', '1.00', '1e0'], ['12345678901234567890.1'], ['12345678901234567890.2'], ['NaN']],
    asIs,
  ),
  ratio: ordered(
    'float8',
    [['-Infinity'], ['-1.5'], ['-0', '0'], ['0.1'], ['0.30000000000000004'], ['1e300'], ['Infinity'], ['NaN']],
    finite,
  ),
  single: ordered('real', [['-1.5'], ['0.1'], ['0.25'], ['NaN']], finite),
  flag: ordered('boolean', [['false'], ['true']], (value) => value === 'true'),
  mood: ordered('events.mood', [['Low end'], ['mid'], ['HIGH']], constantCase),
  at: ordered(
    'timestamptz',
    [
      ['-infinity'],
      ['0044-03-15 00:00:00+00 BC'],
      ['2026-03-29T01:00:00.000001Z', '2026-03-29T03:00:00.000001+02:00'],
      ['2026-03-29T01:00:00.000002Z'],
      ['infinity'],
    ],
    asIs,
  ),
  local: ordered(
    'timestamp',
    [['2026-03-29T01:00:00.000001'], ['2026-03-29T01:00:00.1', '2026-03-29 01:00:00.100']],
    asIs,
  ),
  day: ordered('date', [['2026-03-28'], ['2026-03-29'], ['10000-01-01'], ['infinity']], asIs),
  clock: ordered('time', [['00:00', '00:00:00'], ['12:30:00.5'], ['23:59:59.999999']], asIs),
  span: ordered(
    'interval',
    [['P-1D', 'PT-24H'], ['PT0S'], ['PT1.5S'], ['PT24H', 'P1D'], ['P30D', 'P1M'], ['P1Y', 'P12M', 'P360D']],
    asIs,
  ),
  code: ordered(
    'uuid',
    [
      ['00000000-0000-0000-0000-000000000000'],
      ['7f000000-0000-0000-0000-000000000001', '7F00000000000000-0000000000000001'],
      ['ffffffff-ffff-ffff-ffff-ffffffffffff'],
    ],
    asIs,
  ),
  bytes: ordered('bytea', [['\\x'], ['\\x00'], ['\\x00ff'], ['\\xff']], (hex) =>
    Buffer.from(hex.slice(2), 'hex').toString('base64'),
  ),
  period: containing(
    ordered(
      'daterange',
      [
        ['empty'],
        ['(,2026-01-01)'],
        ['[2026-01-01,2026-02-01)', '[2026-01-01,2026-01-31]'],
        ['[2026-01-01,2026-03-01)'],
        ['[2026-02-01,)'],
      ],
      asIs,
    ),
    {
      ...ranges,
      containers: ['empty', '(,)', '[2026-01-01,2026-01-31]', '(2025-12-31,2026-03-01)', '[2026-02-10,2026-02-20]'],
      contents: ['2025-12-31', '2026-01-01', '2026-01-31', '2026-02-01', '2030-01-01'],
    },
  ),
  periods: containing(
    ordered(
      'datemultirange',
      [
        ['{}'],
        ['{(,2026-01-01)}'],
        ['{[2026-01-01,2026-02-01)}', '{[2026-01-01,2026-01-10],[2026-01-10,2026-01-31]}'],
        ['{[2026-01-01,2026-02-01),[2026-03-01,2026-04-01)}'],
        ['{[2026-02-01,)}'],
      ],
      asIs,
    ),
    {
      ...ranges,
      containers: [
        'empty',
        '(,)',
        '{(,)}',
        '[2026-01-01,2026-01-31]',
        '{[2026-01-01,2026-02-01),[2026-03-10,2026-05-01)}',
      ],
      contents: ['2025-12-31', '2026-01-01', '2026-02-15', '2026-03-31'],
    },
  ),
  size: ordered('events.size', [['(1,a)'], ['(1,b)'], ['(2,a)']], asIs),
  ip: containing(ordered('inet', [['10.0.0.0/8'], ['10.0.0.1', '10.0.0.1/32'], ['10.0.0.2'], ['::1']], asIs), {
    ...networks,
    containers: ['10.0.0.0/8', '10.0.0.0/31', '0.0.0.0/0', '::/0', '11.0.0.0/8'],
    contents: ['10.0.0.1', '10.0.0.2', '::1', '10.0.0.0/9'],
  }),
  transaction: unordered('xid', ['1', '7', '4294967295']),
  numbers: array(
    'integer[]',
    [
      [],
      [1],
      [1, 2],
      [2, 1],
      [null],
      [1, null],
      [1, 1],
      [
        [1, 2],
        [2, 1],
      ],
    ],
    [1, 2, 3],
  ),
  moods: array('events.mood[]', [[], ['mid'], ['Low end', 'HIGH'], [null, 'mid']], moods, (item) =>
    constantCase(String(item)),
  ),
  tags: array(
    'text[] collate "C"',
    [[], ['a,b'], ['"', '\\'], ['', 'null'], [null, 'a,b']],
    ['a,b', '"', '\\', '', 'null', '{}'],
  ),
  doc: json('jsonb'),
  raw: json('json'),
  seen: recent('timestamptz', 'now()', 'minute', [-600, 30, 600, 1800, 20_000, 90_000], minutes),
  heard: recent('timestamp', `now() at time zone 'UTC'`, 'minute', [-600, 30, 600, 1800, 20_000, 90_000], minutes),
  made: recent('date', `(now() at time zone 'UTC')::date`, 'day', [-1, 0, 3, 30], { P2D: 2, P10D: 10 }),
};
