import {
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLField,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  GraphQLSkipDirective,
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  isAbstractType,
  isObjectType,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { ComputedValue } from '../db/sql/call.ts';
import type { Match } from '../db/sql/match.ts';
import type { Projection } from '../db/sql/projection.ts';
import { type Selection, type Source, sourceOf } from './fieldSource.ts';

/**
 * Reads what a document selects of a field's rows, directly or through `rows` fields such as `nodes`. `type` names the
 * rows' type if the field returns an interface.
 */
export function selectedRows(info: Selection, type?: string): Projection {
  // graphql-js creates new arrays of nodes for each execution; a plan keeps one for each selection.
  const known = selections.get(info.fieldNodes) ?? new Map<string | undefined, Selected>();
  selections.set(info.fieldNodes, known);
  const before = known.get(type);
  const isKnown = before && (before.variables === null || before.variables === info.variableValues);
  const found = isKnown ? before : readSelected(info, type);
  known.set(type, found);
  return found.projection;
}

interface Selected {
  readonly projection: Projection;
  /** The variables that it depends on; null if it is the same for all. */
  readonly variables: Selection['variableValues'] | null;
}

/** Selections that were read, by the type of the rows. */
const selections = new WeakMap<readonly FieldNode[], Map<string | undefined, Selected>>();

function readSelected(info: Selection, type: string | undefined): Selected {
  let varies = false;
  const read = (start: unknown, nodes: readonly FieldNode[]): Projection => {
    const columns = new Set<string>();
    const relations = new Map<Match, SelectedField[]>();
    const computed = new Map<string, ComputedValue>();
    const visit = (parent: unknown, below: readonly FieldNode[]): void => {
      for (const selected of selectedFields(info, parent, below)) {
        const found = sourceOf(selected.field);
        varies ||= found?.computed !== undefined && (selected.node.arguments ?? []).length > 0;
        const value = found?.computed && computedFor(found.computed, selected, info);
        if (value) computed.set(value.name, value);
        for (const column of (value && found?.match?.values) ?? found?.columns ?? []) columns.add(column);
        if (found?.kind === 'rows') visit(getNamedType(selected.field.type), [selected.node]);
        if (found?.kind === 'relation' && found.match?.joined)
          relations.set(found.match, [...(relations.get(found.match) ?? []), selected]);
      }
    };
    visit(start, nodes);
    return {
      columns: [...columns],
      computed: [...computed.values()],
      relations: [...relations].map(([match, fields]) => ({
        match,
        rows: read(
          getNamedType(fields[0]?.field.type),
          fields.map(({ node }) => node),
        ),
      })),
    };
  };
  const start = type === undefined ? getNamedType(info.returnType) : info.schema.getType(type);
  const projection = read(start, info.fieldNodes);
  return { projection, variables: varies ? info.variableValues : null };
}

/**
 * Returns the computed value that a field asks for; undefined if its arguments are wrong, which the field itself
 * reports.
 */
function computedFor(
  computed: NonNullable<Source['computed']>,
  { field, node }: SelectedField,
  { variableValues }: Selection,
): ComputedValue | undefined {
  try {
    return computed(getArgumentValues(field, node, variableValues));
  } catch {
    return undefined;
  }
}

/** A field in a document: its definition and its node. */
export interface SelectedField {
  readonly field: GraphQLField<unknown, unknown>;
  readonly node: FieldNode;
}

/** Returns the fields selected on objects of this type below `nodes`; skipped ones are left out. */
export function selectedFields(info: Selection, type: unknown, nodes: readonly FieldNode[]): readonly SelectedField[] {
  if (!isObjectType(type)) return [];
  return [...collectFields(info, type, nodes).values()].flat().flatMap((node) => {
    const field = type.getFields()[node.name.value];
    return field ? [{ field, node }] : [];
  });
}

/** Tells whether a document selects a field of the object that `info` returns. */
export const selects = (info: Selection, name: string): boolean =>
  selectedFields(info, getNamedType(info.returnType), info.fieldNodes).some(({ field }) => field.name === name);

/**
 * Collects the fields selected on an object type by response name, in order; nodes with the same name make one value.
 */
export function collectFields(
  info: CollectedFrom,
  type: GraphQLObjectType,
  nodes: readonly { readonly selectionSet?: SelectionSetNode }[],
): ReadonlyMap<string, readonly FieldNode[]> {
  const fields = new Map<string, FieldNode[]>();
  const visited = new Set<string>();
  const visit = (selectionSet: SelectionSetNode | undefined): void => {
    for (const node of selectionSet?.selections ?? []) {
      if (!isIncluded(info, node)) continue;
      if (node.kind === 'Field') {
        const key = node.alias?.value ?? node.name.value;
        const same = fields.get(key);
        if (same) same.push(node);
        else fields.set(key, [node]);
        continue;
      }
      const spread = node.kind === 'FragmentSpread' ? node.name.value : null;
      const fragment = node.kind === 'FragmentSpread' ? info.fragments[node.name.value] : node;
      const isSeen = spread !== null && visited.has(spread);
      if (!fragment || isSeen || !applies(info, type, fragment.typeCondition?.name.value)) continue;
      if (spread !== null) visited.add(spread);
      visit(fragment.selectionSet);
    }
  };
  for (const node of nodes) visit(node.selectionSet);
  return fields;
}

/**
 * Creates a cache for a value that depends only on a field's arguments and selection. The value is computed once per
 * request instead of for each row.
 */
export function createFieldCache(): <T>(info: Pick<Selection, 'fieldNodes'>, compute: () => T) => T {
  // graphql-js passes the same array of nodes for all rows of an execution.
  const computed = new WeakMap<readonly FieldNode[], unknown>();
  return <T>(info: Pick<Selection, 'fieldNodes'>, compute: () => T): T => {
    if (!computed.has(info.fieldNodes)) computed.set(info.fieldNodes, compute());
    return computed.get(info.fieldNodes) as T;
  };
}

type CollectedFrom = Pick<Selection, 'schema' | 'fragments' | 'variableValues'>;

function applies({ schema }: CollectedFrom, parent: GraphQLObjectType, condition: string | undefined): boolean {
  if (condition === undefined || condition === parent.name) return true;
  const type = schema.getType(condition) as GraphQLCompositeType | undefined;
  return isAbstractType(type) && schema.isSubType(type, parent);
}

const isIncluded = ({ variableValues }: CollectedFrom, node: SelectionNode): boolean =>
  getDirectiveValues(GraphQLSkipDirective, node, variableValues)?.['if'] !== true &&
  getDirectiveValues(GraphQLIncludeDirective, node, variableValues)?.['if'] !== false;
