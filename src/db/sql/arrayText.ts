/** Returns an item as it stands in PostgreSQL's text of an array: always quoted, so that any text is a value. */
export const arrayItem = (item: string | null): string =>
  item === null ? 'NULL' : `"${special.test(item) ? item.replaceAll(/["\\]/g, '\\$&') : item}"`;

const special = /["\\]/;
