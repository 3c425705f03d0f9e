import type { Catalog, Column, Table } from '../../catalog/catalog.ts';
import type { Slot } from './slot.ts';
import { and, eq, gte, ident, join, ne, type Sql, type StatementSubject, sql, trusted } from './sql.ts';

/** Alias of the table that a statement reads. */
export const alias = 't';

/** The rows of a table, or rows of its type that a function returns. */
export type Rows = Table & { readonly call?: CalledRows };

/** The result of a call, in place of a table in FROM. */
export interface CalledRows {
  /** Name of the function in the database. */
  readonly function: string;
  readonly rows: Sql;
  /** The same rows, each with its position in the function's result under the marker `ordinality`. */
  readonly numbered: Sql;
}

export const from = (catalog: Catalog, { call, name }: Rows): Sql => call?.rows ?? ident(catalog.schema, name);

export const columnRef = (column: Pick<Column, 'name'>, of = alias): Sql => ident(of, column.name);

/** Builds a whole statement, labelled with what it does to which table. */
export const wholeStatement = (
  operation: StatementSubject['operation'],
  catalog: Catalog,
  table: Table,
  query: Sql,
): Sql => ({
  ...query,
  subject: { operation, collection: `${catalog.schema}.${table.name}` },
});

/** Casts a value's text to the type of a column. */
export const cast = (value: string | Sql | Slot | null, column: Column): Sql =>
  sql`${value}::${trusted(column.type.sql)}`;

/** Counts the rows of a list; rows with the same values in the `distinct` columns count once. */
export function selectCount(
  catalog: Catalog,
  table: Rows,
  conditions: readonly Sql[],
  distinct: readonly Column[] = [],
): Sql {
  const rows = sql`from ${from(catalog, table)} ${ident(alias)} where ${and(conditions)}`;
  if (distinct.length === 0) return sql`select pg_catalog.count(*) as count ${rows}`;
  const columns = join(distinct.map((column) => columnRef(column)));
  return sql`select pg_catalog.count(*) as count from (select distinct ${columns} ${rows}) d`;
}

/**
 * Tells whether PostgreSQL can estimate the number of a table's rows. It knows neither rows on other nodes of a cluster
 * nor those in compressed chunks.
 */
export const isEstimated = ({ distribution }: Table): boolean =>
  !distribution || (distribution.by === 'timescaledb' && !distribution.isCompressed);

/**
 * Selects the planner's estimate of a table's rows, including partitions and inheriting tables; null if one of them has
 * rows but no statistics.
 */
export const selectEstimate = (catalog: Catalog, table: Table): Sql => sql`
  with recursive part as (
    select c.oid from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid ${eq} c.relnamespace
    where n.nspname ${eq} ${catalog.schema} and c.relname ${eq} ${table.name}
    union
    select i.inhrelid from part join pg_catalog.pg_inherits i on i.inhparent ${eq} part.oid
  )
  select case when pg_catalog.bool_and(c.reltuples ${gte} 0 or c.relkind ${ne} 'f' and pg_catalog.pg_relation_size(c.oid) ${eq} 0)
    then pg_catalog.sum(greatest(c.reltuples, 0))::pg_catalog.int8 end as count
  from part join pg_catalog.pg_class c on c.oid ${eq} part.oid where c.relkind ${eq} any ('{r,m,f}')`;
