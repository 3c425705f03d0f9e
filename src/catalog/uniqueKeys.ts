import { columnOf, type Index, type Table } from './catalog.ts';

/** Returns the keys by which one row can be looked up: unique and without nulls, the primary key first. */
export function uniqueKeys(table: Table): readonly (readonly string[])[] {
  const whole = table.indexes.filter(({ unique, columns }) => unique && !hasNullable(table, columns));
  const keys = [table.primaryKey, ...whole.map(({ columns }) => columns)];
  return distinctSets(keys.filter((columns) => columns.length > 0));
}

/** Returns the unique index on exactly these columns, which carries its owner's comment. */
export const indexOf = (table: Table, key: readonly string[]): Index | undefined =>
  table.indexes.find((index) => index.unique && sameSet(index.columns, key));

/** Tells whether a combination of values in these columns occurs at most once. */
export const isUnique = (table: Table, columns: readonly string[]): boolean =>
  [table.primaryKey, ...table.indexes.filter((index) => index.unique).map((index) => index.columns)].some(
    (key) => key.length > 0 && key.every((name) => columns.includes(name)),
  );

/** Tells whether one of the columns may be null. */
export const hasNullable = (table: Table, columns: readonly string[]): boolean =>
  columns.some((name) => columnOf(table, name).nullable);

/** Keeps the first of lists with the same columns. */
export const distinctSets = (lists: readonly (readonly string[])[]): readonly (readonly string[])[] =>
  lists.filter((columns, i) => lists.findIndex((other) => sameSet(other, columns)) === i);

const sameSet = (a: readonly string[], b: readonly string[]) => a.length === b.length && a.every((x) => b.includes(x));
