import type { Catalog, Table } from '../../catalog/catalog.ts';
import { builtIn } from '../../catalog/type.ts';
import type { OrderKey } from './keyset.ts';
import { type Marker, marker } from './markers.ts';
import { alias, columnRef, from } from './select.ts';
import { and, ident, join, type Sql, sql } from './sql.ts';

/**
 * Returns the order of rows without a key or a place on disk: by the hash of their text, then by their position among
 * rows with the same hash. The text tells equal values apart (1.0 and 1.00), and its hash keeps cursors short.
 */
export const rowOrder = (catalog: Catalog): readonly OrderKey[] => [
  placeKey(catalog, 'row', 'text'),
  placeKey(catalog, 'position', 'int8'),
];

/** Returns the order of a table's rows on disk, for a table without a key. An UPDATE moves a row in it. */
export const storageOrder = (catalog: Catalog): readonly OrderKey[] => [
  placeKey(catalog, 'tableoid', 'oid', 'tableoid'),
  placeKey(catalog, 'ctid', 'tid', 'ctid'),
];

/** Returns the order in which a function returns its rows. */
export const ordinalOrder = (catalog: Catalog): readonly OrderKey[] => [placeKey(catalog, 'ordinality', 'int8')];

const placeKey = (catalog: Catalog, name: Marker, type: string, column: string = marker(catalog, name)): OrderKey => ({
  name: marker(catalog, name),
  expression: ident(alias, column),
  type: builtIn(type),
  nullable: false,
  descending: false,
  nullsFirst: false,
});

/** Tells whether an order is `rowOrder`. */
export const isNumbered = (catalog: Catalog, keys: readonly OrderKey[]): boolean =>
  keys.some(({ name }) => name === marker(catalog, 'position'));

/** Selects the rows of a table with their places in `rowOrder`. */
export function numberedRows(catalog: Catalog, table: Table, conditions: readonly Sql[]): Sql {
  const columns = join(table.columns.map((column) => columnRef(column)));
  const text = sql`row(${columns})::pg_catalog.text`;
  // Computed values need columns that the API does not expose.
  const all = table.wholeRow ? sql`${ident(alias)}.*` : columns;
  return sql`select ${all}, pg_catalog.md5(${text}) as ${ident(marker(catalog, 'row'))},
    pg_catalog.row_number() over (partition by pg_catalog.md5(${text}) order by ${text} collate pg_catalog."C") as ${ident(marker(catalog, 'position'))}
    from ${from(catalog, table)} ${ident(alias)} where ${and(conditions)}`;
}
