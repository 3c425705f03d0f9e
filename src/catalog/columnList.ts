import type { Table } from './catalog.ts';

/** Reads `(a, "b c")`; null if the text is not such a list. */
export function columnList(text: string): readonly string[] | null {
  const names = /^\((.+)\)$/.exec(text)?.[1]?.match(/"(?:[^"]|"")+"|[^",\s][^",]*/g);
  return names ? names.map((name) => unquote(name.trim())) : null;
}

export const unquote = (name: string) => name.replace(/^"(.*)"$/, '$1').replaceAll('""', '"');

/** Returns the first of these names that no readable column has. */
export const missingColumn = (table: Table, names: readonly string[]) =>
  names.find((name) => !table.columns.some((column) => column.name === name));
