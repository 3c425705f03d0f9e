// Plain JavaScript, because a browser gets this file as it is; tsc checks the types in its comments.

import { capitalized, columns, printed, select } from './documentText.js';
import { fieldOf, isList, isOfFunction, isOptional, named, optionalFields, typeOf } from './lists.js';

/** @import { Field, IntrospectedArgument, IntrospectedSchema } from './introspection.ts' */
/** @import { List, Row, Types } from './lists.js' */
/** @import { Tab } from './readyTabs.js' */

/**
 * Makes tabs for an aggregate, a search, a function, a mutation and a live tail, as far as a schema has them.
 * @param {IntrospectedSchema} schema
 * @param {readonly List[]} lists the preferred one first
 * @returns {Tab[]}
 */
export function operationTabs(schema, lists) {
  /** @type {Types} */
  const types = new Map(schema.types.map((type) => [type.name, type]));
  const [query, mutation, subscription] = [schema.queryType, schema.mutationType, schema.subscriptionType].map(
    (root) => types.get(root?.name ?? '')?.fields ?? [],
  );
  const rows = lists.map(({ row }) => row);
  return [
    ...first(lists, ({ field }) => aggregateTab(query ?? [], `${field.name}Aggregate`, types)),
    ...first(lists, (list) => searchTab(list, types)),
    ...first(rows, (row) => first(query ?? [], (field) => functionTab(field, row, types))),
    ...first(rows, (row) => first(mutation ?? [], (field) => mutationTab(field, row, types))),
    ...first(rows, (row) => first(subscription ?? [], (field) => tailTab(field, row, types))),
  ];
}

/**
 * Returns the tabs made from the first item that yields any.
 * @template T
 * @param {readonly T[]} items
 * @param {(item: T) => Tab[]} make
 */
const first = (items, make) => items.map(make).find((tabs) => tabs.length > 0) ?? [];

/**
 * @param {readonly Field[]} query
 * @param {string} name
 * @param {Types} types
 */
function aggregateTab(query, name, types) {
  const field = query.find((candidate) => candidate.name === name && candidate.args.every(isOptional));
  const aggregate = typeOf(field, types);
  if (!fieldOf(aggregate, 'count')) return [];
  const measured = optionalFields(typeOf(fieldOf(aggregate, 'of'), types)).flatMap((column) => {
    const measures = ['min', 'avg', 'max'].filter((measure) => fieldOf(typeOf(column, types), measure));
    return measures.length === 3 ? [select(column.name, ...measures)] : [];
  });
  const of = measured.length > 0 ? [select('of', ...measured.slice(0, 2))] : [];
  const text = select(`query ${capitalized(name)}`, select(name, 'count', ...of));
  return [{ query: `# How many, and their measures. Narrow them with "where".\n${text}\n` }];
}

/**
 * @param {List} list
 * @param {Types} types
 */
function searchTab({ field, row }, types) {
  const [where, orderBy] = ['where', 'orderBy'].map((name) => field.args.find((argument) => argument.name === name));
  const ranks = (typeOf(orderBy, types)?.inputFields ?? []).filter(({ type }) => named(type) === 'SearchRankOrderBy');
  const rank = ranks.find(({ name }) => inputOf(inputOf(where, columnOf(name), types), 'search', types));
  if (!rank) return [];
  const args = `where: { ${columnOf(rank.name)}: { search: $words } }, orderBy: { ${rank.name}: { search: $words } }`;
  const text = select(
    `query Search${capitalized(field.name)}($words: String!)`,
    select(`${field.name}(first: 5, ${args})`, select('nodes', ...columns(row, 4))),
  );
  return [
    {
      query: `# The rows with these words, best first.\n${text}\n`,
      variables: JSON.stringify({ words: '' }, null, 2),
    },
  ];
}

/**
 * Returns the column to which a rank belongs.
 * @param {string} rank
 */
const columnOf = (rank) => rank.replace(/Rank_*$/, '');

/**
 * @param {IntrospectedArgument | undefined} input
 * @param {string} name
 * @param {Types} types
 */
const inputOf = (input, name, types) => typeOf(input, types)?.inputFields?.find((field) => field.name === name);

/**
 * @param {Field} field
 * @param {Row} row
 * @param {Types} types
 */
function mutationTab(field, row, types) {
  const changed = optionalFields(typeOf(field, types)).find(({ type }) => !isList(type) && named(type) === row.name);
  if (!changed || !/^(create|update)/.test(field.name)) return [];
  const { head, passed, variables } = operationOn(field, types);
  const call = passed.length > 0 ? `${field.name}(${passed.join(', ')})` : field.name;
  const text = select(`mutation ${head}`, select(call, select(changed.name, ...columns(row, 4))));
  return [{ query: `# Fill in the variables first.\n${text}\n`, variables }];
}

/**
 * @param {Field} field
 * @param {Row} row
 * @param {Types} types
 */
function functionTab(field, row, types) {
  const nodes = fieldOf(typeOf(field, types), 'nodes');
  if (!isOfFunction(field) || !nodes || named(nodes.type) !== row.name) return [];
  const { head, passed, variables } = operationOn(field, types);
  const call = `${field.name}(${[...passed, 'first: 5'].join(', ')})`;
  const text = select(`query ${head}`, select(call, select('nodes', ...columns(row, 4))));
  return [{ query: `# A function of the database. Fill in the variables first.\n${text}\n`, variables }];
}

/**
 * Returns the parts of an operation that passes a field's required arguments as variables.
 * @param {Field} field
 * @param {Types} types
 */
function operationOn(field, types) {
  const required = field.args.filter((argument) => !isOptional(argument));
  const declared = required.map(({ name, type }) => `$${name}: ${printed(type)}`);
  const blanks = required.map((argument) => [argument.name, blank(argument, types)]);
  return {
    head: `${capitalized(field.name)}${declared.length > 0 ? `(${declared.join(', ')})` : ''}`,
    passed: required.map(({ name }) => `${name}: $${name}`),
    variables: JSON.stringify(Object.fromEntries(blanks), null, 2),
  };
}

/**
 * Returns a value to fill in: null, or an object with its required fields.
 * @param {IntrospectedArgument} input
 * @param {Types} types
 * @returns {unknown}
 */
function blank(input, types) {
  const fields = isList(input.type) ? null : typeOf(input, types)?.inputFields;
  if (!fields) return null;
  return Object.fromEntries(fields.filter((field) => !isOptional(field)).map(({ name }) => [name, null]));
}

/**
 * @param {Field} field
 * @param {Row} row
 * @param {Types} types
 */
function tailTab(field, row, types) {
  const message = typeOf(field, types);
  const node = fieldOf(typeOf(fieldOf(message, 'edges'), types), 'node');
  if (!field.args.every(isOptional) || !fieldOf(message, 'cursor') || !node || named(node.type) !== row.name) return [];
  const edges = select('edges', select('node', ...columns(row, 5)));
  const text = select(`subscription ${capitalized(field.name)}`, select(field.name, edges, 'cursor'));
  return [{ query: `# Every new row from now on, until you stop it.\n${text}\n` }];
}
