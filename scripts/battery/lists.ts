import {
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isObjectType,
} from 'graphql';
import type { Endpoint } from './endpoint.ts';

type Values = Readonly<Record<string, unknown>>;

/** A list at the root of a schema. */
export interface List {
  readonly name: string;
  readonly type: GraphQLObjectType;
  /** Selection of a row's own values. */
  readonly leaves: readonly string[];
  /** Columns in its `orderBy`. */
  readonly orders: readonly string[];
  /** True if a key identifies the rows, so that they have the same order on every server. */
  readonly isKeyed: boolean;
  /** Some rows, whose values are used in filters. */
  readonly samples: readonly Values[];
}

/** Finds all lists, with rows from the server. */
export async function readLists(schema: GraphQLSchema, server: Endpoint): Promise<readonly List[]> {
  const fields = Object.values(schema.getQueryType()?.getFields() ?? {});
  const lists = fields.flatMap(({ name, type }) => {
    const connection = getNamedType(type);
    if (!isConnection(connection)) return [];
    const row = rowOf(connection);
    const isKeyed = row.getInterfaces().some((type) => type.name === 'Node');
    return [{ name, type: row, leaves: leavesOf(row), orders: ordersOf(schema, row), isKeyed }];
  });
  return Promise.all(
    lists.map(async (list): Promise<List> => {
      const { data } = await server.ask({
        query: `{ rows: ${list.name}(first: 200) { nodes { ${list.leaves.join(' ')} } } }`,
        variables: {},
      });
      return { ...list, samples: (data as { rows: { nodes: Values[] } | null } | undefined)?.rows?.nodes ?? [] };
    }),
  );
}

export const isConnection = (type: unknown): type is GraphQLObjectType =>
  isObjectType(type) && type.name.endsWith('Connection');

export const rowOf = (connection: GraphQLObjectType): GraphQLObjectType =>
  getNamedType(connection.getFields()['nodes']?.type) as GraphQLObjectType;

/**
 * Returns the names of a type's value fields that need no argument. Global ids are comparable only if the keys are the
 * same on both sides.
 */
export const leavesOf = (type: GraphQLObjectType): readonly string[] =>
  Object.values(type.getFields())
    .filter((field) => isLeafType(getNamedType(field.type)) && field.args.length === 0)
    .map(({ name }) => name);

export function ordersOf(schema: GraphQLSchema, row: GraphQLObjectType): readonly string[] {
  const type = schema.getType(`${row.name}OrderBy`);
  if (!isInputObjectType(type)) return [];
  return Object.values(type.getFields()).flatMap((field) => (isEnumType(field.type) ? [field.name] : []));
}
