// Plain JavaScript, because a browser gets this file as it is; tsc checks the types in its comments.

/** @import { IntrospectedArgument, Field, IntrospectedSchema, IntrospectedType, TypeRef } from './introspection.ts' */

/**
 * @typedef {ReadonlyMap<string, IntrospectedType>} Types
 *
 * A type that a connection at the root lists; its relations lead to other such types.
 * @typedef {{ name: string, columns: Field[], toOne: Relation[], toMany: Relation[] }} Row
 * @typedef {{ field: Field, row: Row }} Relation
 *
 * A connection at the root of a query; `newest` exists if its rows can be ordered by a time.
 * @typedef {{ field: Field, row: Row, counted: boolean, newest?: NewestFirst }} List
 * @typedef {{ column: Field, always: boolean, orderBy: string }} NewestFirst
 */

/** Query for the part of the schema that `listsOf` reads. */
export const introspectionQuery = `query Introspection {
  __schema {
    queryType { name }
    mutationType { name }
    subscriptionType { name }
    types {
      kind
      name
      fields { name args { ...argument } type { ...reference } }
      inputFields { ...argument }
      enumValues { name }
    }
  }
}
fragment argument on __InputValue { name defaultValue type { ...reference } }
fragment reference on __Type {
  kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } }
}`;

const timeScalars = ['DateTime', 'LocalDateTime', 'Date'];
/** Scalars that say little about a row at a glance. */
const opaqueScalars = ['ID', 'JSON', 'Byte'];

/**
 * Returns all connections at the root, in the order of the schema. Only types that the root lists count as rows, so a
 * field that leads to another object, such as an aggregate, is not a relation.
 * @param {IntrospectedSchema} schema
 * @returns {List[]}
 */
export function listsOf(schema) {
  /** @type {Types} */
  const types = new Map(schema.types.map((type) => [type.name, type]));
  const query = types.get(schema.queryType?.name ?? '');
  const found = optionalFields(query).flatMap((field) => {
    const node = isOfFunction(field) ? undefined : nodeOf(field, types);
    return node ? [{ field, node }] : [];
  });
  const rows = rowsOf(
    found.map(({ node }) => node),
    types,
  );
  return found.flatMap(({ field, node }) => {
    const row = rows.get(node.name);
    if (!row) return [];
    const newest = newestFirst(field, row, types);
    const counted = typeOf(fieldOf(typeOf(field, types), 'totalCount'), types)?.kind === 'SCALAR';
    return [{ field, row, counted, ...(newest && { newest }) }];
  });
}

/** Arguments that lists take; all others belong to functions. */
const listArguments = ['first', 'after', 'last', 'before', 'offset', 'where', 'orderBy', 'distinctOn'];

/**
 * Tells whether a list takes the arguments of a function.
 * @param {Field} field
 */
export const isOfFunction = ({ args }) =>
  args.some(({ name }) => name === 'where') && args.some(({ name }) => !listArguments.includes(name));

/**
 * @param {readonly IntrospectedType[]} nodes
 * @param {Types} types
 */
function rowsOf(nodes, types) {
  /** @type {Map<string, Row>} */
  const rows = new Map(nodes.map(({ name }) => [name, { name, columns: [], toOne: [], toMany: [] }]));
  for (const row of rows.values()) {
    const fields = optionalFields(types.get(row.name));
    for (const field of fields) {
      const one = isList(field.type) ? undefined : rows.get(named(field.type));
      const many = rows.get(nodeOf(field, types)?.name ?? '');
      if (one) row.toOne.push({ field, row: one });
      if (many) row.toMany.push({ field, row: many });
    }
    row.columns.push(...columnsOf(fields, row.toOne, types));
  }
  return rows;
}

/**
 * Returns the plain values of a row, except the keys of its relations. The most telling come first: texts that are
 * never null, then other values that are never null.
 * @param {readonly Field[]} fields
 * @param {readonly Relation[]} toOne
 * @param {Types} types
 */
function columnsOf(fields, toOne, types) {
  const keys = toOne.map(({ field }) => `${field.name}Id`);
  const plain = fields.filter(({ type }) => {
    const kind = types.get(named(type))?.kind;
    return !isList(type) && (kind === 'SCALAR' || kind === 'ENUM');
  });
  const telling = plain.filter(({ name, type }) => !opaqueScalars.includes(named(type)) && !keys.includes(name));
  /** @param {Field} field */
  const rank = ({ type }) => (type.kind === 'NON_NULL' ? 0 : 2) + (named(type) === 'String' ? 0 : 1);
  return (telling.length > 0 ? telling : plain).toSorted((a, b) => rank(a) - rank(b));
}

/**
 * Returns the `orderBy` that puts the latest row first, if possible by a time that is never null. It is a single item
 * instead of a list, because GraphiQL's explorer cannot read lists of input objects.
 * @param {Field} list
 * @param {Row} row
 * @param {Types} types
 * @returns {NewestFirst | undefined}
 */
function newestFirst(list, row, types) {
  const argument = list.args.find(({ name, type }) => name === 'orderBy' && isList(type));
  const inputs = typeOf(argument, types)?.inputFields ?? [];
  const times = row.columns.filter(({ type }) => timeScalars.includes(named(type)));
  const orders = times.flatMap((column) => {
    const input = inputs.every(isOptional) ? inputs.find(({ name }) => name === column.name) : undefined;
    const directions = typeOf(input, types)?.enumValues?.map(({ name }) => name) ?? [];
    const always = column.type.kind === 'NON_NULL';
    // As in PostgreSQL, DESC alone puts nulls first.
    const direction = (always ? ['DESC'] : ['DESC_NULLS_LAST', 'DESC']).find((name) => directions.includes(name));
    return direction ? [{ column, always, orderBy: `{ ${column.name}: ${direction} }` }] : [];
  });
  return orders.find(({ always }) => always) ?? orders[0];
}

/**
 * Returns the type of a connection's rows; undefined if the field is not a connection.
 * @param {Field} field
 * @param {Types} types
 */
function nodeOf(field, types) {
  const connection = isList(field.type) ? undefined : typeOf(field, types);
  const nodes = fieldOf(connection, 'nodes');
  const node = nodes && isList(nodes.type) ? typeOf(nodes, types) : undefined;
  const pageInfo = typeOf(fieldOf(connection, 'pageInfo'), types);
  const pages = fieldOf(pageInfo, 'hasNextPage') && fieldOf(pageInfo, 'endCursor');
  return node?.kind === 'OBJECT' && pages ? node : undefined;
}

/**
 * @param {IntrospectedType | undefined} type
 * @param {string} name
 */
export const fieldOf = (type, name) => optionalFields(type).find((field) => field.name === name);

/**
 * Returns the fields that can be selected without an argument.
 * @param {IntrospectedType | undefined} type
 */
export const optionalFields = (type) => (type?.fields ?? []).filter(({ args }) => args.every(isOptional));

/** @param {IntrospectedArgument} argument */
export const isOptional = ({ type, defaultValue }) => type.kind !== 'NON_NULL' || typeof defaultValue === 'string';

/**
 * @param {{ readonly type: TypeRef } | undefined} field
 * @param {Types} types
 */
export const typeOf = (field, types) => (field ? types.get(named(field.type)) : undefined);

/**
 * Returns the name of the type inside all wrappers.
 * @param {TypeRef} type
 * @returns {string}
 */
export const named = (type) => (type.ofType ? named(type.ofType) : (type.name ?? ''));

/**
 * @param {TypeRef} type
 * @returns {boolean}
 */
export const isList = ({ kind, ofType }) => kind === 'LIST' || (kind === 'NON_NULL' && !!ofType && isList(ofType));
