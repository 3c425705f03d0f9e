import { arrayItem } from '../db/sql/arrayText.ts';

/**
 * Splits an array's text into the texts of its items. Items of a multidimensional array are listed row by row, because
 * PostgreSQL does not fix the number of dimensions and GraphQL does.
 */
export function splitList(text: string, delimiter: string): readonly (string | null)[] {
  const item = new RegExp(String.raw`"([^"\\]*(?:\\.[^"\\]*)*)"|[^{}${delimiter}]+`, 'g');
  // A lower bound other than 1 is a prefix: [2:3]={a,b}.
  return [...text.slice(text.indexOf('{')).matchAll(item)].map(([whole, escaped]) => {
    if (escaped !== undefined) return escaped.replaceAll(/\\(.)/g, '$1');
    return whole === 'NULL' ? null : whole;
  });
}

/**
 * Writes PostgreSQL's text of an array, with all items quoted; a single value is an array of one item, as in GraphQL.
 */
export const writeList = (items: unknown, delimiter: string, write: (item: unknown) => string): string =>
  `{${[items]
    .flat()
    .map((item) => arrayItem(item === null ? null : write(item)))
    .join(delimiter)}}`;
