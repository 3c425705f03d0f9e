import { columnOf, type Table } from '../../catalog/catalog.ts';
import { comparable, equal, equality, operandOf } from './compare.ts';
import type { Row } from './row.ts';
import { cast, columnRef } from './select.ts';
import { and, empty, ident, join, pruning, type Sql, sql, trusted } from './sql.ts';

/** The text of a key's columns, in its order. */
export type Key = readonly (string | null)[];

/** How a key finds rows: `columns` of `table` equal values that were read from `values` of `origin`. */
export interface Match {
  readonly table: Table;
  readonly columns: readonly string[];
  /** Where the values come from, which decides their type; the same as `table` and `columns` for a client's own values. */
  readonly origin: Table;
  readonly values: readonly string[];
  /** What the statement calls the rows that match, where they are others than those it reads. */
  readonly alias?: string;
  /** Under which a row of `origin` holds the one row that matches, or null, once a statement has joined it. */
  readonly joined?: symbol;
}

/**
 * A match of one row at most, joined where an index makes sure of that: what a comment declares to be a key may find
 * several, and a join would repeat the row that leads to them.
 */
export function toOne(match: Match): Match {
  const { table, columns, origin, values } = match;
  const mayJoin =
    table.indexes.some((index) => index.unique && index.columns.every((name) => columns.includes(name))) &&
    columns.every((name, i) => haveOneCollation(columnOf(table, name), columnOf(origin, values[i] ?? name)));
  return mayJoin ? { ...match, joined: Symbol(table.name) } : match;
}

/** PostgreSQL does not compare texts of two collations, unless one is the database's own. */
const haveOneCollation = (a: { collation: string | null }, b: { collation: string | null }): boolean =>
  a.collation === null || b.collation === null || a.collation === b.collation;

/** The text of a key's columns in a row. */
export const keyOf = (row: Row, columns: readonly string[]): Key => columns.map((name) => row[name] ?? null);

/** One row for each key, as `k`: its number `n`, from 1, and its values as text. */
export function keyRows({ values }: Match, keys: readonly Key[]): Sql {
  const lists = values.map((_, i) => sql`pg_catalog.unnest(${keys.map((key) => key[i] ?? null)}::pg_catalog.text[])`);
  return sql`rows from (${join(lists)}) with ordinality as k(${join([...values.map((_, i) => ident(`k${i}`)), sql`n`])})`;
}

/** Whether a row of the match's table matches a key: without one, what the statement calls `k`. */
export const matchesKey = ({ table, columns, origin, values, alias }: Match, key?: Key): Sql =>
  and(
    columns.map((name, i) => {
      const [column, from] = [columnOf(table, name), columnOf(origin, values[i] ?? name)];
      return equal(
        operandOf(column, columnRef(column, alias)),
        operandOf(from, cast(key ? (key[i] ?? null) : ident('k', `k${i}`), from)),
      );
    }),
  );

/** What the keys `k` say of columns that divide the table once more, as values from which partitions can be told. */
export const isAmongKeys = ({ table, columns, origin, values }: Match, keys: readonly Key[]): readonly Sql[] =>
  columns.flatMap((name, i) => {
    const [column, from] = [columnOf(table, name), columnOf(origin, values[i] ?? name)];
    if (!column.divides) return [];
    const [left, right] = [operandOf(column, columnRef(column)), operandOf(from, empty)];
    const among = sql`${keys.map((key) => key[i] ?? null)}::${trusted(from.type.sql)}[]`;
    return [pruning(sql`${comparable(left)} ${trusted(equality(left, right))} any (${among})`, column.divides)];
  });

/** How a statement calls the table in which it looks for a row that matches another of its rows. */
export const inner = 'm';

/** Whether a row of the match's table, called `name`, matches the one that the statement calls `outer`. */
export const matchesRow = ({ table, columns, origin, values }: Match, outer: string, name = inner): Sql =>
  and(
    columns.map((target, i) => {
      const [column, from] = [columnOf(table, target), columnOf(origin, values[i] ?? target)];
      return equal(operandOf(column, columnRef(column, name)), operandOf(from, columnRef(from, outer)));
    }),
  );
