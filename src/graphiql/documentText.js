// Plain JavaScript, because a browser gets this file as it is; tsc checks the types in its comments.

/** @import { TypeRef } from './introspection.ts' */
/** @import { Row } from './lists.js' */

/**
 * Returns the names of a row's most telling columns.
 * @param {Row} row
 * @param {number} most
 */
export const columns = (row, most) =>
  row.columns.length > 0 ? row.columns.slice(0, most).map(({ name }) => name) : ['__typename'];

/**
 * Formats a selection set over several lines, indented within its braces.
 * @param {string} head
 * @param {...string} fields
 */
export const select = (head, ...fields) => `${head} {\n${fields.join('\n').replace(/^/gm, '  ')}\n}`;

/**
 * Prints a type in GraphQL's notation.
 * @param {TypeRef} type
 * @returns {string}
 */
export function printed(type) {
  const inner = type.ofType ? printed(type.ofType) : (type.name ?? '');
  return type.kind === 'NON_NULL' ? `${inner}!` : type.kind === 'LIST' ? `[${inner}]` : inner;
}

/** @param {string} name */
export const capitalized = (name) => name.charAt(0).toUpperCase() + name.slice(1);
