import { type Column, type Index, isStored, type PartialKey, type Table } from './catalog.ts';
import { distributionColumn, isOnNodes } from './distribution.ts';
import { distinctSets, hasNullable, indexOf, uniqueKeys } from './uniqueKeys.ts';

/** A key by which an INSERT can detect existing rows. */
export interface ConflictKey extends Pick<Index, 'columns' | 'nullsEqual'> {
  /** The partial key; null if the key covers all rows. */
  readonly partial: PartialKey | null;
}

/** Returns the columns to which the role's INSERT may give values. */
export const insertable = (table: Table): readonly Column[] =>
  isStored(table) ? table.columns.filter((column) => column.mayInsert && isSettable(column)) : [];

/** Returns the columns to which the role's UPDATE may give values. */
export const updatable = (table: Table): readonly Column[] =>
  isStored(table)
    ? table.columns.filter((c) => c.mayUpdate && isSettable(c) && c.name !== distributionColumn(table))
    : [];

/** Returns the keys by which one row can be changed: those of `uniqueKeys` with an index behind them. */
export const writeKeys = (table: Table): readonly (readonly string[])[] =>
  isStored(table) ? uniqueKeys(table).filter((key) => indexOf(table, key)) : [];

/**
 * Returns the keys by which an INSERT can detect existing rows. The role must be able to insert values into all columns
 * of a key; on Citus a key must also be without nulls and not partial.
 */
export function conflictKeys(table: Table): readonly ConflictKey[] {
  if (!isStored(table)) return [];
  const given = insertable(table).map((column) => column.name);
  const nullable = table.indexes.filter(({ columns, arbiter }) => arbiter && hasNullable(table, columns));
  const whole = distinctSets([...uniqueKeys(table), ...nullable.map(({ columns }) => columns)]).flatMap(
    (columns): readonly ConflictKey[] => {
      const index = indexOf(table, columns);
      return index?.arbiter ? [{ columns, nullsEqual: index.nullsEqual, partial: null }] : [];
    },
  );
  const partial = table.partialKeys.map((key): ConflictKey => ({ ...key, partial: key }));
  return [...whole, ...partial].filter(
    ({ columns, partial }) =>
      columns.every((name) => given.includes(name)) &&
      !(isOnNodes(table) && (partial !== null || hasNullable(table, columns))),
  );
}

/** Tells whether an INSERT must give the column a value. */
export const isRequired = (column: Column): boolean => !column.nullable && !hasOwnValue(column);

/** Tells whether the column gets a value other than null if an INSERT gives none. */
export const hasOwnValue = ({ hasDefault, identity }: Column): boolean => hasDefault || identity !== null;

const isSettable = ({ generated, identity }: Column) => !generated && identity !== 'always';
