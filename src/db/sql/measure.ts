import { type Column, columnOf, type Table } from '../../catalog/catalog.ts';
import { required } from '../../errors.ts';
import { unquoted } from './row.ts';
import { columnRef } from './select.ts';
import { and, ident, join, own, type Sql, sql, trusted } from './sql.ts';

/** A computed value of rows; the result holds it under its name. */
export type Measure = RowsMeasure | EarlierMeasure;

/** A computed value of the rows of a group. */
export type RowsMeasure = ValuesMeasure | EndRow | Derived;

/** A computed value of a column's values, or the number of rows. */
export type ValuesMeasure = Value | Percentile;

interface Value {
  readonly kind: 'value';
  readonly name: string;
  readonly expression: Sql;
  /** The measure's value if there are no rows. */
  readonly whenEmpty: '0' | null;
}

/** The value below which a fraction of the values lies. */
interface Percentile {
  readonly kind: 'percentile';
  readonly name: string;
  /** Name shared by all percentiles of these values, which are computed in one pass. */
  readonly list: string;
  readonly values: Sql;
  readonly fraction: number;
}

/** The key of the row with the earliest or the latest time, as text for `readKey`. */
interface EndRow {
  readonly kind: 'row';
  readonly name: string;
  readonly end: 'first' | 'last';
  readonly by: Column;
  readonly key: readonly string[];
}

/** A measure as a number, or its change since the previous bucket. */
export interface Derived {
  readonly kind: 'derived';
  readonly name: string;
  readonly of: ValuesMeasure;
  readonly form: NumberForm;
  /** Casts the measure to a numeric type without losing digits. */
  readonly number: (value: Sql) => Sql;
}

/** The number itself, its difference from the previous bucket, or that difference per second. */
export const numberForms = ['float', 'difference', 'rate'] as const;
export type NumberForm = (typeof numberForms)[number];

/** Tells whether a measure is a change since the previous bucket. */
export const isChange = (measure: Measure): boolean => measure.kind === 'derived' && measure.form !== 'float';

/** A measure for an earlier period. */
interface EarlierMeasure {
  readonly kind: 'before';
  readonly name: string;
  readonly of: RowsMeasure;
  readonly period: Period;
}

/** A period before the one that is measured. */
export interface Period {
  /** The prefix of the names of its measures. */
  readonly name: string;
  /** The conditions on its rows. */
  readonly where: Sql;
  /** Converts a bucket's start to that of its counterpart in this period. */
  readonly bucketBefore: (start: Sql) => Sql;
}

/** An expression that a statement computes, under the name by which `shown` refers to it. */
interface Computed {
  readonly name: string;
  readonly expression: Sql;
  readonly whenEmpty: '0' | null;
}

/** Returns the aggregates behind the measures, each once. */
export function computed(table: Table, measures: readonly RowsMeasure[]): readonly Computed[] {
  const places = placesIn(measures);
  const behind = new Map(measures.map(underlying).map((one) => [one.kind === 'percentile' ? one.list : one.name, one]));
  return Array.from(behind, ([name, measure]): Computed => {
    if (measure.kind === 'value') return measure;
    if (measure.kind === 'row') return { name, expression: endRow(table, measure), whenEmpty: null };
    const fractions = Array.from(places.get(name)?.keys() ?? [], String);
    const expression = sql`pg_catalog.percentile_cont(${fractions}::pg_catalog.float8[]) within group (order by ${measure.values})`;
    return { name, expression, whenEmpty: null };
  });
}

/** Rows with `computed` values. */
interface ComputedRows {
  readonly places: Places;
  /** Alias of the rows; `g` by default. */
  readonly alias?: string;
  /** The seconds between the starts of a row's bucket and the previous one in the window `series`. */
  readonly elapsed?: Sql | null;
}

/** Returns a measure's value from the `computed` values of rows. */
export function shown(measure: RowsMeasure, rows: ComputedRows): Sql {
  const { alias = 'g', elapsed = null } = rows;
  if (measure.kind === 'derived') {
    const { form, number } = measure;
    const value = number(shown(measure.of, rows));
    if (form === 'float') return sql`(${value})::pg_catalog.float8`;
    if (elapsed === null) throw new Error('A change needs buckets');
    const difference = sql`(${value} ${own('-')} pg_catalog.lag(${value}) over series)::pg_catalog.float8`;
    return form === 'rate'
      ? sql`${difference} ${own('/')} (${elapsed})::pg_catalog.float8`
      : sql`case when (${elapsed}) is not null then ${difference} end`;
  }
  if (measure.kind !== 'percentile') return ident(alias, measure.name);
  const place = required(rows.places, measure.list).get(measure.fraction) ?? 0;
  return sql`(${ident(alias, measure.list)})[${trusted(String(place))}]`;
}

const underlying = (measure: RowsMeasure) => (measure.kind === 'derived' ? measure.of : measure);

/** Places of fractions in the arrays of percentiles that `computed` returns, by the name of the array. */
type Places = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** Returns the places of the percentiles among these measures, counted from 1 as in PostgreSQL. */
export function placesIn(measures: readonly RowsMeasure[]): Places {
  const places = new Map<string, Map<number, number>>();
  for (const measure of measures.map(underlying)) {
    if (measure.kind !== 'percentile') continue;
    const known = places.get(measure.list) ?? new Map<number, number>();
    places.set(measure.list, known);
    if (!known.has(measure.fraction)) known.set(measure.fraction, known.size + 1);
  }
  return places;
}

/** Splits measures by period: the current one, and each earlier one with an alias for its rows. */
export function byPeriod(measures: readonly Measure[]) {
  const before = measures.filter((measure) => measure.kind === 'before');
  return {
    own: measures.filter((measure) => measure.kind !== 'before'),
    periods: distinct(before.map(({ period }) => period)).map((period, i) => ({
      alias: `b${i}`,
      period,
      measures: before.filter((measure) => measure.period.name === period.name),
    })),
  };
}

/** Returns the value of an earlier period's measure, from joined rows that may be missing. */
export function shownBefore({ of }: Pick<EarlierMeasure, 'of'>, places: Places, alias: string): Sql {
  const value = shown(of, { places, alias });
  const counted = of.kind === 'derived' ? of.of : of;
  const whenEmpty = counted.kind === 'value' ? counted.whenEmpty : null;
  return whenEmpty === null ? value : sql`coalesce(${value}, ${trusted(whenEmpty)})`;
}

/** Returns one thing for each name. */
export const distinct = <T extends { readonly name: string }>(things: readonly T[]): readonly T[] => [
  ...new Map(things.map((thing) => [thing.name, thing])).values(),
];

/** Selects the first or last row by comparing rows value by value; the key breaks ties. */
function endRow(table: Table, { by, end, key }: EndRow): Sql {
  const order = sql`row(${join(orderOf(table, by, key))})`;
  const place = trusted(end === 'first' ? '0' : '1');
  return sql`pg_catalog.percentile_disc(${place}) within group (order by ${order})
    filter (where ${columnRef(by)} is not null)::pg_catalog.text`;
}

/** Selects the first or last of all rows that fulfil the conditions; unlike `endRow`, it can use an index on the time. */
export function selectEndRow(table: Table, source: Sql, conditions: readonly Sql[], { by, end, key }: EndRow): Sql {
  const parts = orderOf(table, by, key);
  const order = parts.map((part) => (end === 'last' ? sql`${part} desc` : part));
  const where = and([...conditions, sql`${columnRef(by)} is not null`]);
  return sql`select row(${join(parts)})::pg_catalog.text from ${source} where ${where} order by ${join(order)} limit 1`;
}

const orderOf = (table: Table, by: Column, key: readonly string[]): readonly Sql[] =>
  [by, ...key.map((name) => columnOf(table, name))].map((column) => columnRef(column));

/** Reads the key from the text of an `EndRow`, where its columns come last and are never null. */
export function readKey(text: string, key: readonly string[]): readonly string[] {
  const values = text.slice(1, -1).matchAll(/(?:^|,)("(?:[^"\\]|""|\\.)*"|[^,]*)/gs);
  return [...values].map(([, value = '']) => unquoted(value)).slice(-key.length);
}
