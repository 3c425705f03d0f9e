import type { Catalog, Column, Table } from '../catalog/catalog.ts';
import { after, isAfter, type OrderKey, orderBy, type Position, reversed } from './keyset.ts';
import { and, empty, ident, join, type Sql, sql, trusted } from './sql.ts';

/** One page of a list, in the order in which it is read: `keys` are already reversed for a page from the end. */
export interface Page {
  readonly table: Table;
  readonly keys: readonly OrderKey[];
  readonly where: Sql;
  readonly after: Position | null;
  readonly before: Position | null;
  readonly offset: number;
  readonly limit: number;
}

/** How every statement calls the table that it reads. */
export const alias = 't';

export const from = (catalog: Catalog, table: Table): Sql => ident(catalog.schema, table.name);

export const columnRef = (column: Pick<Column, 'name'>, of = alias): Sql => ident(of, column.name);

/** A value's text in the type of a column. */
export const cast = (value: string | Sql | null, column: Column): Sql => sql`${value}::${trusted(column.type.sql)}`;

/** The statement for one page; `match` narrows it further, to the rows of one parent. */
export function selectPage(catalog: Catalog, page: Page, columns: readonly string[], match: readonly Sql[] = []): Sql {
  const { table, keys } = page;
  const conditions = [page.where, ...match];
  const before = page.before ? [isAfter(reversed(keys), page.before)] : [];
  const needsPosition = keys.some((key) => key.name === rowPosition.name);
  const source = needsPosition
    ? sql`(${numbered(catalog, table, conditions)}) ${ident(alias)}`
    : sql`${from(catalog, table)} ${ident(alias)}`;
  const always = needsPosition ? before : [...conditions, ...before];
  const selected = selectList(columns, keys);
  const arms = page.after ? after(keys, page.after) : [empty];
  const selects = arms.map(
    (arm) => sql`select ${selected} from ${source} where ${and([...always, ...(arm === empty ? [] : [arm])])}`,
  );
  const rows = selects.length === 1 && selects[0] ? selects[0] : sql`select * from (${join(selects, ' union all ')}) u`;
  const offset = page.offset > 0 ? sql` offset ${page.offset}` : empty;
  return sql`${rows} order by ${orderBy(keys)} limit ${page.limit}${offset}`;
}

/** How many rows a page's list has in all. */
export const selectCount = (catalog: Catalog, table: Table, conditions: readonly Sql[]): Sql =>
  sql`select count(*) as count from ${from(catalog, table)} ${ident(alias)} where ${and(conditions)}`;

/**
 * The order of rows for which there is no key at all: their text, then the position among rows of the same text.
 * Text and not values: equal values may still differ (1.0 and 1.00), and a cursor of 32 digits stays short.
 */
export const rowText: OrderKey = {
  name: '$row',
  expression: ident(alias, '$row'),
  type: 'pg_catalog.text',
  nullable: false,
  descending: false,
  nullsFirst: false,
};
export const rowPosition: OrderKey = {
  ...rowText,
  name: '$position',
  expression: ident(alias, '$position'),
  type: 'pg_catalog.int8',
};

/** The order of rows on disk, which a table without a key still has; an UPDATE moves a row. */
export const storageOrder: readonly OrderKey[] = ['tableoid', 'ctid'].map((name) => ({
  ...rowText,
  name: `$${name}`,
  expression: ident(alias, name),
  type: name === 'ctid' ? 'pg_catalog.tid' : 'pg_catalog.oid',
}));

function numbered(catalog: Catalog, table: Table, conditions: readonly Sql[]): Sql {
  const text = sql`row(${join(table.columns.map((column) => columnRef(column)))})::text`;
  const all = table.columns.map((column) => columnRef(column));
  return sql`select ${join(all)}, md5(${text}) as ${ident(rowText.name)},
    row_number() over (partition by md5(${text}) order by ${text} collate "C") as ${ident(rowPosition.name)}
    from ${from(catalog, table)} ${ident(alias)} where ${and(conditions)}`;
}

const selectList = (columns: readonly string[], keys: readonly OrderKey[]): Sql =>
  join([
    ...[...new Set(columns)].filter((name) => !keys.some((key) => key.name === name)).map((name) => ident(alias, name)),
    ...keys.map((key) => sql`${key.expression} as ${ident(key.name)}`),
  ]);
