import { columnOf, type Table } from './catalog.ts';
import { isOrdered } from './type.ts';

/** Reads `(a, "b c")`; null if the text is not such a list. */
export function columnList(text: string): readonly string[] | null {
  const names = namesIn(/^\((.+)\)$/.exec(text)?.[1] ?? '');
  return names.length > 0 ? names : null;
}

/** Reads `(a, "b c")` as a key of a table; returns what is wrong if it cannot be one. */
export function keyColumns(table: Table, text: string): readonly string[] | string {
  const columns = columnList(text);
  if (!columns) return 'write it as @key (a, b)';
  const missing = missingColumn(table, columns);
  if (missing !== undefined) return `there is no readable column ${missing}`;
  return columns.every((name) => isOrdered(columnOf(table, name).type))
    ? columns
    : 'values of a key must have an order';
}

/** Reads names separated by commas: `a, "b c"`. */
export const namesIn = (text: string): readonly string[] =>
  (text.match(/"(?:[^"]|"")+"|[^",\s][^",]*/g) ?? []).map((name) => unquote(name.trim()));

export const unquote = (name: string) => name.replace(/^"(.*)"$/s, '$1').replaceAll('""', '"');

/** Returns the first of these names that no readable column has. */
export const missingColumn = (table: Table, names: readonly string[]) =>
  names.find((name) => !table.columns.some((column) => column.name === name));
