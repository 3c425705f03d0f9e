import { type Catalog, columnOf } from '../../catalog/catalog.ts';
import { uniqueKeys } from '../../catalog/uniqueKeys.ts';
import { ordinalOrder, rowOrder, storageOrder } from '../../db/sql/keylessOrder.ts';
import { keyOfColumn, type OrderKey } from '../../db/sql/keyset.ts';
import type { Rows } from '../../db/sql/select.ts';

/**
 * Completes an order so that no two rows tie: by a readable unique key, otherwise by the place on disk, otherwise by
 * the row's text; rows of a function without a key keep the function's order. Ties follow the direction of the last
 * key, so that one index can serve the whole order.
 */
export function withTieBreak(catalog: Catalog, table: Rows, keys: readonly OrderKey[]): readonly OrderKey[] {
  const candidates = uniqueKeys(table);
  const has = (name: string) => keys.some((key) => key.name === name);
  if (candidates.some((key) => key.every(has))) return keys;
  const descending = keys.at(-1)?.descending ?? false;
  const [unique] = candidates;
  if (unique) {
    const added = unique.filter((name) => !has(name)).map((name) => columnOf(table, name));
    return [...keys, ...added.map((column) => keyOfColumn(column, { descending, nullsFirst: descending }))];
  }
  if (table.call) return [...keys, ...ordinalOrder(catalog)];
  // Rows on several nodes may have the same place, and rows in compressed chunks have none.
  const stored = table.wholeRow && !table.distribution && !['view', 'foreign table'].includes(table.kind);
  return [
    ...keys,
    ...(stored ? storageOrder : rowOrder)(catalog).map((key) => ({ ...key, descending, nullsFirst: descending })),
  ];
}
