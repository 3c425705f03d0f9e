import type { Catalog } from '../../catalog/catalog.ts';
import { type Bucket, selectBucket } from './bucket.ts';
import type { OrderKey } from './keyset.ts';
import { computed, type Measure, type RowsMeasure } from './measure.ts';
import { alias, from, type Rows } from './select.ts';
import { and, empty, ident, join, type Sql, sql, trusted } from './sql.ts';

/** Maximum number of groups in one field, and of buckets in one group. */
export const maxGroups = 10_000;

/** A grouping of rows, with the condition on its groups and their order. */
export interface Grouping {
  readonly table: Rows;
  readonly where: Sql;
  /** Joins of to-one relations, whose columns may be among the keys. */
  readonly joins: Sql;
  /** Grouping expressions other than the bucket; `key 0`, `key 1`, ... in the result. */
  readonly keys: readonly Sql[];
  /** The bucket; `bucket` in the result. */
  readonly bucket: Bucket | null;
  /** A condition on the names of `measures`. */
  readonly having: Sql;
  /** An order by the names of `measures`, keys and `bucket`. */
  readonly order: readonly OrderKey[];
  readonly measures: readonly Measure[];
  readonly limit: number;
}

export const keyName = (index: number): string => `key ${index}`;
export const keyNames = ({ keys }: Grouping): readonly string[] => keys.map((_, i) => keyName(i));
export const groupNames = (grouping: Grouping): readonly string[] => [
  ...keyNames(grouping),
  ...(grouping.bucket ? ['bucket'] : []),
];

/** Selects the groups that have rows. */
export function selectFound(
  catalog: Catalog,
  grouping: Grouping,
  measures: readonly RowsMeasure[],
  conditions: readonly Sql[],
): Sql {
  const { table, where, joins, keys, bucket } = grouping;
  const parts = [
    ...keys.map((expression, i) => ({ name: keyName(i), expression })),
    ...(bucket ? [{ name: 'bucket', expression: selectBucket(bucket) }] : []),
  ];
  const list = [...parts, ...computed(table, measures)].map(named);
  const by = parts.map((_, i) => trusted(String(i + 1)));
  // Without a key or a measure there is still one group, not one for each row.
  return sql`select ${list.length > 0 ? join(list) : sql`pg_catalog.count(*)`} from ${from(catalog, table)} ${ident(alias)} ${joins}
    where ${and([where, ...conditions])} ${by.length > 0 ? sql`group by ${join(by)}` : empty}`;
}

/** Writes an item of a select list. */
export const named = ({ name, expression }: { readonly name: string; readonly expression: Sql }): Sql =>
  sql`${expression} as ${ident(name)}`;
