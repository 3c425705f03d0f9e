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
 * The key of a row that there is, for each field of the root that looks one up by variables: without a row nothing can
 * be said of the levels below. Empty where a table has no rows, or none that may be read.
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

/** The list that has the rows which a field looks up, and the columns that its variables are of. */
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

/** Of `node(id:)`: the type of the first `... on` in it. */
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
