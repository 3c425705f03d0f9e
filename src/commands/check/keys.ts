import {
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import { sourceOf } from '../../schema/fieldSource.ts';

/** Runs a document and resolves with its data. */
export type Run = (document: string) => Promise<Record<string, unknown> | null>;

interface List {
  readonly nodes: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Finds the key of an existing row for each root field that looks up a row by variables, and returns the keys as values
 * of these variables. Without a row, the levels below would not be read. A table without readable rows adds no value.
 */
export async function readKeys(
  schema: GraphQLSchema,
  { selectionSet }: OperationDefinitionNode,
  run: Run,
): Promise<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  for (const node of selectionSet.selections) {
    const lookup = node.kind === Kind.FIELD ? lookupOf(schema, node) : null;
    if (!lookup) continue;
    const columns = lookup.keys.map(({ column, variable }) => `${variable}: ${column}`);
    const data = await run(`{ list: ${lookup.list}(first: 1) { nodes { ${columns.join(' ')} } } }`);
    Object.assign(values, (data?.['list'] as List | null | undefined)?.nodes[0]);
  }
  return values;
}

/** Finds the list that contains a looked-up row, and the column that each variable holds. */
function lookupOf(schema: GraphQLSchema, node: FieldNode) {
  const query = schema.getQueryType();
  const field = query?.getFields()[node.name.value];
  if (!query || !field || sourceOf(field)?.kind !== 'lookup') return null;
  const type = isObjectType(getNamedType(field.type)) ? getNamedType(field.type) : firstCondition(schema, node);
  const list = Object.values(query.getFields()).find(
    (other) => sourceOf(other)?.kind === 'list' && rowsOf(other) === type,
  );
  if (!isObjectType(type) || !list) return null;
  const keys = (node.arguments ?? []).flatMap(({ name, value }) =>
    value.kind === Kind.VARIABLE && type.getFields()[name.value]
      ? [{ column: name.value, variable: value.name.value }]
      : [],
  );
  return keys.length > 0 ? { list: list.name, keys } : null;
}

/** Returns the type of the first inline fragment in `node(id:)`. */
function firstCondition(schema: GraphQLSchema, { selectionSet }: FieldNode): GraphQLNamedType | undefined {
  const conditions = selectionSet?.selections.flatMap((node) =>
    node.kind === Kind.INLINE_FRAGMENT && node.typeCondition ? [node.typeCondition.name.value] : [],
  );
  return conditions?.[0] === undefined ? undefined : schema.getType(conditions[0]);
}

type Field = ReturnType<GraphQLObjectType['getFields']>[string];

function rowsOf({ type }: Field): GraphQLNamedType | undefined {
  const connection = getNamedType(type);
  return isObjectType(connection) ? getNamedType(connection.getFields()['nodes']?.type) : undefined;
}
