import {
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isUnionType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  print,
  type SelectionSetNode,
} from 'graphql';
import { maxJoins } from '../../db/sql/projection.ts';
import { fragmentsOf, mergedFields } from '../../pricing/fields.ts';
import { type Source, sourceOf } from '../../schema/fieldSource.ts';

/**
 * Counts the statements that an operation of a valid document may send. Each list, relation, count and aggregate
 * with distinct arguments sends one on its level, and so does each other root field. A relation that its parent's
 * statement joins sends none. A list with a live cursor or `pageInfo` is read separately from an equal one without. The
 * count leaves out the statements of extensions and live tails. It also leaves out the second read of a page: after an
 * offset beyond the last row, or an approximate index that found too few rows. It counts a statement once, although it may
 * be sent several times: thousands of rows are handled in slices, and each slice sends the same statement for the relations
 * of its rows.
 */
export function countStatements(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): number {
  const fragments = fragmentsOf(document);
  const statements = new Set<string>();
  const visited = new Set<string>();
  /** Relations that each statement joins. Payloads of mutations and messages of subscriptions join nothing. */
  const joinsAt = new Map<string, Set<string>>();
  const joinsOf = (path: string): Set<string> => {
    const joins = joinsAt.get(path) ?? new Set();
    joinsAt.set(path, joins);
    return joins;
  };
  const isQuery = operation.operation === OperationTypeNode.QUERY;

  const selects = ({ selectionSet }: FieldNode, type: GraphQLNamedType, field: string): boolean =>
    selectionSet !== undefined &&
    mergedFields([{ type: type.name, selectionSet }], { fragments }).some(
      ({ nodes }) => nodes[0]?.name.value === field,
    );

  /**
   * Visits a selection. Equal values of `path` stand for the same rows: aliases, and `nodes` and `edges`, share their
   * statements. `joins` belongs to the statement that reads the parents' rows.
   */
  function visit(
    type: GraphQLCompositeType,
    { selections }: SelectionSetNode,
    { path, isList, joins }: { path: string; isList: boolean; joins: Set<string> | null },
  ): void {
    for (const node of selections) {
      if (node.kind === Kind.FIELD) {
        const field = isUnionType(type) ? undefined : type.getFields()[node.name.value];
        if (!field) continue; // __typename and introspection
        const { kind, match, computed } = sourceOf(field) ?? {};
        if (isList && !(kind && counted.has(kind))) statements.add(path);
        const args = node.arguments?.map((argument) => print(argument)).sort() ?? [];
        const child = getNamedType(field.type);
        const extra = kind === 'list' ? ['liveCursor', 'pageInfo'].filter((name) => selects(node, child, name)) : [];
        const here = kind === 'rows' ? path : `${path}/${type.name}.${field.name}(${args})${extra}`;
        const isJoined = match?.joined && joins && (joins.has(here) || joins.size < maxJoins);
        const isOwn = kind && kind !== 'extension' ? loaded.has(kind) || counted.has(kind) : path === '';
        if (isJoined) joins.add(here);
        else if (isOwn && !computed) statements.add(here);
        if (!node.selectionSet || !isCompositeType(child)) continue;
        const isSame = kind === 'rows' || isJoined || (match?.joined && joins);
        const isPayload = kind === 'write' || (!kind && !isQuery);
        const below = isSame ? joins : isPayload ? null : joinsOf(here);
        visit(child, node.selectionSet, { path: here, isList: kind === 'list', joins: below });
      } else {
        const fragment = node.kind === Kind.FRAGMENT_SPREAD ? fragments.get(node.name.value) : node;
        const condition = fragment?.typeCondition ? schema.getType(fragment.typeCondition.name.value) : type;
        const spread = node.kind === Kind.FRAGMENT_SPREAD && `${path} ${node.name.value}`;
        if (!fragment || !isCompositeType(condition) || (spread && visited.has(spread))) continue;
        if (spread) visited.add(spread);
        visit(condition, fragment.selectionSet, { path, isList, joins });
      }
    }
  }

  const root = schema.getRootType(operation.operation);
  if (root) visit(root, operation.selectionSet, { path: '', isList: false, joins: null });
  return statements.size;
}

/** Kinds of fields with their own statement. */
const loaded: ReadonlySet<Source['kind']> = new Set(['relation', 'lookup', 'call', 'write']);

/** Kinds of fields with a statement in addition to that of the list's page. */
const counted: ReadonlySet<Source['kind']> = new Set(['count', 'aggregate']);
