// Plain JavaScript, because a browser gets this file as it is; tsc checks the types in its comments.

import { capitalized, columns, printed, select } from './documentText.js';
import { isList, listsOf, named } from './lists.js';
import { operationTabs } from './operationTabs.js';

/** @import { Field, IntrospectedSchema } from './introspection.ts' */
/** @import { List, Relation, Row } from './lists.js' */

/** @typedef {{ query: string, variables?: string }} Tab */

/**
 * Makes documents that show what a schema offers: the newest rows, a row with its relations, paging, an aggregate, a
 * search, a function, a mutation and a live tail, as far as it has them. Each is valid for its schema, whatever the
 * names of the tables.
 * @param {IntrospectedSchema} schema
 * @returns {Tab[]}
 */
export function readyTabs(schema) {
  const lists = listsOf(schema);
  const dated = latestOf(lists);
  const related = lists.flatMap((list) => relationsOf(list, dated?.row)).toSorted((a, b) => b.rank - a.rank)[0];
  const paged = [...(related ? [related.list] : []), ...lists].find(({ field }) => isPaged(field));
  return [
    ...(dated ? [latestTab(dated)] : []),
    ...(related ? [relationsTab(related)] : []),
    ...(paged ? [pagingTab(paged)] : []),
    ...operationTabs(schema, dated ? [dated, ...lists] : lists),
  ];
}

/**
 * Returns the list whose rows look most like events: they have a time, refer to many others, and have many columns.
 * @param {readonly List[]} lists
 */
function latestOf(lists) {
  const ranked = lists.map((list) => ({
    list,
    rank: [list.newest?.always ? 1 : 0, new Set(parents(list.row).map(({ row }) => row)).size, list.row.columns.length],
  }));
  return ranked.filter(({ list }) => list.newest).toSorted((a, b) => compare(b.rank, a.rank))[0]?.list;
}

/**
 * Returns the two relations that best show what a row belongs to and what belongs to it.
 * @param {List} list
 * @param {Row | undefined} dated the rows of the first tab, which are worth showing with what they belong to
 */
function relationsOf(list, dated) {
  const { row } = list;
  const ones = [...parents(row), ...row.toOne];
  const one = ones.find((relation) => relation.row !== row && relation.row !== dated) ?? ones[0];
  const many = row.toMany.find((relation) => relation.row === dated) ?? row.toMany[0];
  if (!one || !many) return [];
  const rank = [many.row === dated, one.row !== row, many.row !== row].filter(Boolean).length;
  return [{ list, one, many, rank }];
}

/**
 * Returns the relations to rows that have many rows of this type.
 * @param {Row} row
 */
const parents = (row) =>
  row.toOne.filter((relation) => relation.row !== row && relation.row.toMany.some((back) => back.row === row));

/**
 * Compares two ranks; the first number that differs decides.
 * @param {readonly number[]} a
 * @param {readonly number[]} b
 */
function compare(a, b) {
  const differences = a.map((number, i) => number - (b[i] ?? 0));
  return differences.find((difference) => difference !== 0) ?? 0;
}

/**
 * @param {List} list
 * @returns {Tab}
 */
function latestTab({ field, row, newest }) {
  const order = newest ? [`orderBy: ${newest.orderBy}`] : [];
  const time = newest ? [newest.column.name] : [];
  const others = columns(row, 5).filter((name) => !time.includes(name));
  const nodes = select('nodes', ...time, ...others, ...parents(row).slice(0, 2).map(reference));
  const query = select(`query Latest${capitalized(field.name)}`, select(call(field, 10, ...order), nodes));
  return { query: `# The latest first.\n${query}\n` };
}

/**
 * @param {{ list: List, one: Relation, many: Relation }} relations
 * @returns {Tab}
 */
function relationsTab({ list: { field, row }, one, many }) {
  const name = `${row.name}With${capitalized(one.field.name)}And${capitalized(many.field.name)}`;
  const children = select(call(many.field, 5), select('nodes', ...columns(many.row, 4)));
  const nodes = select('nodes', ...columns(row, 5), reference(one), children);
  const query = select(`query ${name}`, select(call(field, 1), nodes));
  return { query: `# What a row belongs to, and what belongs to it.\n${query}\n` };
}

/**
 * @param {List} list
 * @returns {Tab}
 */
function pagingTab({ field, row, counted }) {
  const declared = pagingArguments(field).map(({ name, type }) => `$${name}: ${printed(type)}`);
  const used = pagingArguments(field).map(({ name }) => `${name}: $${name}`);
  const page = select(
    `${field.name}(${used.join(', ')})`,
    select('nodes', ...columns(row, 5)),
    select('pageInfo', 'hasNextPage', 'endCursor'),
    ...(counted ? ['totalCount'] : []),
  );
  const query = select(`query PageThrough${capitalized(field.name)}(${declared.join(', ')})`, page);
  return {
    query: `# Next page: set "after" to endCursor.\n${query}\n`,
    variables: JSON.stringify({ first: 5, after: null }, null, 2),
  };
}

/** @param {Field} field */
const pagingArguments = (field) => [limitOf(field), field.args.find(({ name }) => name === 'after')].filter((a) => !!a);

/** @param {Field} field */
const isPaged = (field) => pagingArguments(field).length === 2;

/** @param {Field} field */
const limitOf = ({ args }) => args.find(({ name, type }) => name === 'first' && !isList(type) && named(type) === 'Int');

/**
 * Selects a to-one relation with enough columns to recognise the row.
 * @param {Relation} relation
 */
const reference = ({ field, row }) => select(field.name, ...columns(row, 3));

/**
 * Writes a field with its arguments, including `first` if it takes that.
 * @param {Field} field
 * @param {number} first
 * @param {...string} rest
 */
function call(field, first, ...rest) {
  const args = [...(limitOf(field) ? [`first: ${first}`] : []), ...rest];
  return args.length > 0 ? `${field.name}(${args.join(', ')})` : field.name;
}
