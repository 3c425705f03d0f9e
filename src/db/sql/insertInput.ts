import type { Column, Table } from '../../catalog/catalog.ts';
import { type ConflictKey, hasOwnValue } from '../../catalog/writable.ts';
import { badInput } from '../../errors.ts';
import { cast } from './select.ts';
import { ident, join, type Sql, sql, trusted, type Value } from './sql.ts';

/** The text of a row's values, by column. */
export type Values = ReadonlyMap<string, string | null>;

/** The action for rows whose key already exists. */
export interface Conflict {
  readonly key: ConflictKey;
  /** An update sets all values that the row gives except its key. */
  readonly action: 'ignore' | 'update';
}

/**
 * Rows to create; a column that a row does not name gets its default. With a conflict, each row names all columns of
 * the key.
 */
export interface Insert {
  readonly table: Table;
  readonly rows: readonly Values[];
  readonly conflict: Conflict | null;
}

/** Rows that name the same columns, for one INSERT of the statement. */
export interface Group {
  /** Number of the group, from 0. */
  readonly number: number;
  readonly columns: readonly Column[];
  readonly positions: readonly number[];
}

/** Returns the name of a column's values in `input`, which compare as those of the column. */
export type InputName = (name: string) => Sql;

/** Maximum number of INSERTs in one statement. */
const maxGroups = 100;

/**
 * Groups rows by the columns that they name, since an INSERT from a query gives a column its default in all rows or in
 * none. A column without a default does not separate rows, because omitting it means null. With `action: 'update'` it
 * does, because an update keeps the columns that a row omits.
 */
export function groupsOf({ table, rows, conflict }: Insert): readonly Group[] {
  const named = table.columns.filter(({ name }) => rows.some((row) => row.has(name)));
  const always = conflict?.action === 'update' ? [] : named.filter((column) => !hasOwnValue(column));
  const separating = named.filter((column) => !always.includes(column));
  const groups = Map.groupBy(rows.keys(), (i) => separating.map(({ name }) => (rows[i]?.has(name) ? 1 : 0)).join(''));
  if (groups.size > maxGroups)
    throw badInput(
      `The inputs give ${groups.size} different sets of fields, more than ${maxGroups}: give all inputs the same fields`,
    );
  return [...groups.values()].map((positions, number) => ({
    number,
    positions,
    columns: named.filter((column) => always.includes(column) || rows[positions[0] ?? 0]?.has(column.name)),
  }));
}

/**
 * Builds the common table expression `input` from the rows: the columns, the number of each row's group as `g`, and its
 * position from 1 as `n`.
 */
export function inputRows(given: readonly Column[]): Sql {
  const names = given.map((_, i) => `c${i}`);
  const typed = given.map((column, i) => sql`${inCollation(column, ident('u', `c${i}`))} as ${ident(`c${i}`)}`);
  const values = [...names, 'g'].map(() => sql`pg_catalog.unnest(${null}::pg_catalog.text[])`);
  return sql`input as materialized (
    select ${join([...typed, sql`u.g::pg_catalog.int4 as g`, sql`u.n`])}
    from rows from (${join(values)}) with ordinality as u ${nameList([...names, 'g', 'n'])})`;
}

/** Casts a value's text to the type of a column, and to its collation if that is one in which different texts are equal. */
const inCollation = (column: Column, value: Sql): Sql =>
  column.type.isNondeterministic
    ? sql`${cast(value, column)} collate ${trusted(column.collation ?? '')}`
    : cast(value, column);

/** Returns the values for the parameters of `inputRows`, in their order. */
export function inputValues(rows: readonly Values[], groups: readonly Group[], given: readonly Column[]): Value[] {
  const groupOf: string[] = [];
  for (const { positions, number } of groups) for (const position of positions) groupOf[position] = String(number);
  return [...given.map(({ name }) => rows.map((row) => row.get(name) ?? null)), groupOf];
}

export const nameList = (names: readonly string[]): Sql => sql`(${join(names.map((name) => ident(name)))})`;
