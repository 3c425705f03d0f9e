import { type Column, columnOf, type Table } from '../../catalog/catalog.ts';
import { columnRef } from './select.ts';
import { and, ident, join, type Sql, sql, trusted } from './sql.ts';

/** What is computed of rows; its value is in the result under its name. */
export type Measure = Value | Percentile | EndRow;

interface Value {
  readonly kind: 'value';
  readonly name: string;
  readonly expression: Sql;
  /** Its value where there are no rows. */
  readonly whenEmpty: '0' | null;
}

/** The value below which a fraction of the values lies. */
interface Percentile {
  readonly kind: 'percentile';
  readonly name: string;
  /** The name that all percentiles of these values share: they are computed in one pass. */
  readonly list: string;
  readonly values: Sql;
  readonly fraction: number;
}

/** The key of the row with the earliest or the latest time, in the text of a row that `readKey` reads. */
interface EndRow {
  readonly kind: 'row';
  readonly name: string;
  readonly end: 'first' | 'last';
  readonly by: Column;
  readonly key: readonly string[];
}

/** What a statement computes of its rows: under names that `shown` knows. */
interface Computed {
  readonly name: string;
  readonly expression: Sql;
  readonly whenEmpty: '0' | null;
}

/** The aggregates behind the measures, each once. */
export function computed(table: Table, measures: readonly Measure[]): readonly Computed[] {
  const all = measures.map((measure): Computed => {
    if (measure.kind === 'value') return measure;
    if (measure.kind === 'row') return { name: measure.name, expression: endRow(table, measure), whenEmpty: null };
    const fractions = fractionsOf(measures, measure.list).map(String);
    const expression = sql`pg_catalog.percentile_cont(${fractions}::pg_catalog.float8[]) within group (order by ${measure.values})`;
    return { name: measure.list, expression, whenEmpty: null };
  });
  return distinct(all);
}

/** A measure's value, taken from the rows `g` of what was `computed` for all the measures. */
export function shown(measure: Measure, measures: readonly Measure[]): Sql {
  if (measure.kind !== 'percentile') return ident('g', measure.name);
  const place = fractionsOf(measures, measure.list).indexOf(measure.fraction) + 1;
  return sql`(${ident('g', measure.list)})[${trusted(String(place))}]`;
}

const fractionsOf = (measures: readonly Measure[], list: string): readonly number[] => [
  ...new Set(measures.flatMap((m) => (m.kind === 'percentile' && m.list === list ? [m.fraction] : []))),
];

/** Those of different names. */
export const distinct = <T extends { readonly name: string }>(things: readonly T[]): readonly T[] => [
  ...new Map(things.map((thing) => [thing.name, thing])).values(),
];

/** Rows are compared value by value; ties go to the key, so that it is always the same row. */
function endRow(table: Table, { by, end, key }: EndRow): Sql {
  const order = sql`row(${join(orderOf(table, by, key))})`;
  const place = trusted(end === 'first' ? '0' : '1');
  return sql`pg_catalog.percentile_disc(${place}) within group (order by ${order})
    filter (where ${columnRef(by)} is not null)::pg_catalog.text`;
}

/** The same over all rows that fulfil the conditions: an index on the time finds one row faster than an aggregate. */
export function selectEndRow(table: Table, source: Sql, conditions: readonly Sql[], { by, end, key }: EndRow): Sql {
  const parts = orderOf(table, by, key);
  const order = parts.map((part) => (end === 'last' ? sql`${part} desc` : part));
  const where = and([...conditions, sql`${columnRef(by)} is not null`]);
  return sql`select row(${join(parts)})::pg_catalog.text from ${source} where ${where} order by ${join(order)} limit 1`;
}

const orderOf = (table: Table, by: Column, key: readonly string[]): readonly Sql[] =>
  [by, ...key.map((name) => columnOf(table, name))].map((column) => columnRef(column));

/** The text of a key's columns, which come last in what an `EndRow` gives; none of them is null. */
export function readKey(text: string, key: readonly string[]): readonly string[] {
  const values = text.slice(1, -1).matchAll(/(?:^|,)(?:"((?:[^"\\]|""|\\.)*)"|([^,]*))/gs);
  return [...values]
    .map(([, quoted, plain = '']) => quoted?.replaceAll(/""|\\(.)/gs, (_, char = '"') => char) ?? plain)
    .slice(-key.length);
}
