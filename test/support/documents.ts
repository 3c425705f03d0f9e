import type { GeneratorValue } from 'fast-check';
import fc from 'fast-check';
import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { timeColumnsOf } from './aggregates.ts';

/**
 * A document with its highest number of statements: one for each path of lists, aggregates and arguments, and another
 * if a list also tells whether there are more rows. To-one relations are joined, except those to a view.
 */
export interface GeneratedDocument {
  readonly text: string;
  readonly statements: ReadonlySet<string>;
}

const maxDepth = 3;

/** Makes a random document of lists, relations and counts; some select the same field under several aliases. */
export function generateDocument(g: GeneratorValue, schema: GraphQLSchema): GeneratedDocument {
  const statements = new Set<string>();
  const query = schema.getQueryType();
  if (!query) throw new Error('There is no Query type');
  const roots = Object.values(query.getFields()).filter(
    (field) => isComplete(field) && [isConnection, isAggregate].some((is) => is(getNamedType(field.type))),
  );

  const pick = <T>(items: readonly T[]): T => items[g(fc.nat, { max: items.length - 1 })] as T;

  const relation = (path: string, name: string, type: unknown, depth: number, alias: number): string => {
    const label = `f${alias}: ${name}`;
    if (isConnection(type)) {
      const args = g(fc.constantFrom, '', '(first: 1)', '(first: 3)', '(last: 2)', '(first: 0)');
      const here = `${path}/${name}${args}`;
      return `${label}${args} { ${list(here, type, depth)} }`;
    }
    if (isAggregate(type)) return `${label}${aggregate(`${path}/${name}`, type)}`;
    const here = `${path}/${name}`;
    if (name === 'deviceActivity') statements.add(here);
    return `${label} { ${row(here, type as GraphQLObjectType, depth)} }`;
  };

  const aggregate = (path: string, type: GraphQLObjectType): string => {
    const table = type.name.replace(/Aggregate$/, '');
    const isGrouped = path.endsWith('GroupedAggregate');
    const args = isGrouped ? `(groupBy: { columns: [${pick(enumValues(schema, `${table}Column`))}] })` : '';
    const here = `${path}${args}`;
    statements.add(here);
    const columns = Object.keys((schema.getType(`${table}ColumnAggregates`) as GraphQLObjectType).getFields());
    const parts = [
      g(fc.boolean) && 'count',
      g(fc.boolean) && `of { ${pick(columns)} { countDistinct } }`,
      isGrouped && g(fc.boolean) && 'key { __typename }',
    ].filter((part) => part !== false);
    const times = timeColumnsOf(schema, table);
    if (type.getFields()['last'] && g(fc.boolean)) {
      const by = pick(times);
      parts.push(`last(by: ${by}) { __typename }`);
      statements.add(`${here}#last(${by})`);
    }
    return `${args} { ${['__typename', ...parts].join(' ')} }`;
  };

  const list = (name: string, type: GraphQLObjectType, depth: number): string => {
    const isLive = type.getFields()['liveCursor'] !== undefined && g(fc.boolean);
    const tellsMore = g(fc.boolean);
    const path = `${name}${isLive ? '#live' : ''}${tellsMore ? '#more' : ''}`;
    statements.add(path);
    const node = getNamedType(type.getFields()['nodes']?.type) as GraphQLObjectType;
    const parts = [
      g(fc.boolean) && `nodes { ${row(path, node, depth)} }`,
      g(fc.boolean) && `edges { cursor node { ${row(path, node, depth)} } }`,
      tellsMore && 'pageInfo { hasNextPage endCursor }',
      g(fc.boolean) && 'totalCount',
      isLive && 'liveCursor',
    ].filter((part) => part !== false);
    if (parts.includes('totalCount')) statements.add(`${path}#count`);
    return ['__typename', ...parts].join(' ');
  };

  const row = (path: string, type: GraphQLObjectType, depth: number): string => {
    const fields = Object.values(type.getFields());
    const leaves = fields.filter((field) => isLeafType(getNamedType(field.type)) && !isLoaded(field.name));
    const relations = fields.filter((field) => isComplete(field) && isObjectType(getNamedType(field.type)));
    const chosen = leaves.map((field) => field.name).filter(() => g(fc.nat, { max: 3 }) === 0);
    if (depth < maxDepth && relations.length > 0) {
      const count = g(fc.nat, { max: 2 });
      for (let i = 0; i < count; i++) {
        const field = pick(relations);
        chosen.push(relation(path, field.name, getNamedType(field.type), depth + 1, i));
      }
    }
    return ['__typename', ...chosen].join(' ');
  };

  const count = 1 + g(fc.nat, { max: 2 });
  const fields = Array.from({ length: count }, (_, i) => {
    const field = pick(roots);
    return relation('', field.name, getNamedType(field.type), 1, i);
  });
  return { text: `{ ${fields.join(' ')} }`, statements };
}

/** Tells whether a field needs no arguments other than `groupBy`; fields of functions often need others. */
const isComplete = ({ args }: GraphQLField<unknown, unknown>): boolean =>
  args.every((argument) => argument.name === 'groupBy' || !isRequiredArgument(argument));

const isConnection = (type: unknown): type is GraphQLObjectType =>
  isObjectType(type) && type.name.endsWith('Connection');

const isAggregate = (type: unknown): type is GraphQLObjectType => isObjectType(type) && type.name.endsWith('Aggregate');

function enumValues(schema: GraphQLSchema, name: string): readonly string[] {
  const type = schema.getType(name);
  return isEnumType(type) ? type.getValues().map((value) => value.name) : [];
}

/** Fields of the extension with a loader of their own. */
const isLoaded = (name: string) => name === 'openIncidentCount';
