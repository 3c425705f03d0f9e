import { type Catalog, columnOf, type Table } from '../../catalog/catalog.ts';
import { equal, operandOf } from './compare.ts';
import { marker } from './markers.ts';
import { alias, cast, columnRef, from, wholeStatement } from './select.ts';
import { and, ident, join, type Sql, sql } from './sql.ts';

/** The one row to change: a value, as text, for each column of a key. */
export interface Target {
  readonly table: Table;
  readonly columns: readonly string[];
  readonly key: readonly (string | null)[];
}

/**
 * Builds the statement that changes one row, if it fulfils `expect`. If the row was changed, the result has `written` set
 * and the `selected` columns of the changed row; with `expect`, `found` tells whether the row exists at all.
 */
export function updateRow(
  catalog: Catalog,
  target: Target,
  settings: ReadonlyMap<string, Sql>,
  expect: Sql | null,
  selected: readonly string[],
): Sql {
  const { table } = target;
  const set = [...settings].map(([name, value]) => sql`${ident(name)} = ${value}`);
  const update = sql`update ${from(catalog, table)} as ${ident(alias)} set ${join(set)}
    where ${and([isTarget(target), ...(expect ? [expect] : [])])} returning ${returned(catalog, selected)}`;
  const whole = (query: Sql) => wholeStatement('UPDATE', catalog, table, query);
  if (!expect) return whole(update);
  // Citus refuses a FROM without tables in a statement that writes.
  return whole(sql`with written as (${update})
    select ${join([marker(catalog, 'written'), ...selected].map((name) => ident('w', name)))}, true as ${ident(marker(catalog, 'found'))}
    from ${from(catalog, table)} ${ident(alias)} left join written w on true where ${isTarget(target)}`);
}

/** Builds the statement that deletes one row and returns its `selected` columns. */
export const deleteRow = (catalog: Catalog, target: Target, selected: readonly string[]): Sql =>
  wholeStatement(
    'DELETE',
    catalog,
    target.table,
    sql`delete from ${from(catalog, target.table)} as ${ident(alias)} where ${isTarget(target)} returning ${returned(catalog, selected)}`,
  );

const isTarget = ({ table, columns, key }: Target): Sql =>
  and(
    columns.map((name, i) => {
      const column = columnOf(table, name);
      return equal(operandOf(column, columnRef(column)), operandOf(column, cast(key[i] ?? null, column)));
    }),
  );

const returned = (catalog: Catalog, columns: readonly string[]): Sql =>
  join([sql`true as ${ident(marker(catalog, 'written'))}`, ...columns.map((name) => ident(alias, name))]);
