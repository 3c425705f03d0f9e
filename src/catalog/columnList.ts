import type { Table } from './catalog.ts';

/** Reads `(a, "b c")`; null if the text is not such a list. */
export function columnList(text: string): readonly string[] | null {
  const names = namesIn(/^\((.+)\)$/.exec(text)?.[1] ?? '');
  return names.length > 0 ? names : null;
}

/** Reads `a, "b c"`. */
export const namesIn = (text: string): readonly string[] =>
  (text.match(/"(?:[^"]|"")+"|[^",\s][^",]*/g) ?? []).map((name) => unquote(name.trim()));

export const unquote = (name: string) => name.replace(/^"(.*)"$/s, '$1').replaceAll('""', '"');

/** Returns the first of these names that no readable column has. */
export const missingColumn = (table: Table, names: readonly string[]) =>
  names.find((name) => !table.columns.some((column) => column.name === name));
