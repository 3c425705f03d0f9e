import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/**
 * Fields that become one value of the response: those with equal names on the same type, wherever the document has
 * them.
 */
export interface MergedField {
  /** Name of the type of the selection; undefined if neither the document nor the field gives it. */
  readonly type: string | undefined;
  /** Name in the response. */
  readonly key: string;
  readonly nodes: FieldNode[];
  /** True if `@skip` and `@include` let at least one of the fields through. */
  isIncluded: boolean;
}

/** A selection on a type. */
export interface Part {
  readonly type: string | undefined;
  readonly selectionSet: SelectionSetNode;
}

export interface FieldsOptions {
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly isIncluded?: (node: SelectionNode) => boolean;
  /** Called for each selection. */
  readonly onSelection?: () => void;
  /** Called once for each fragment that is spread. */
  readonly onFragment?: () => void;
}

/**
 * Merges the fields of one object of the response as execution does: a fragment counts once however often it is spread.
 * Fragments on different types of an interface count as if all applied.
 */
export function mergedFields(parts: readonly Part[], options: FieldsOptions): readonly MergedField[] {
  const { fragments, isIncluded = () => true, onSelection, onFragment } = options;
  const fields = new Map<string, MergedField>();
  const spread = new Map<string, boolean>();

  const visit = ({ type, selectionSet }: Part, included: boolean): void => {
    for (const node of selectionSet.selections) {
      onSelection?.();
      const isIn = included && isIncluded(node);
      if (node.kind === Kind.FIELD) add(type, node, isIn);
      else if (node.kind === Kind.INLINE_FRAGMENT)
        visit({ type: node.typeCondition?.name.value ?? type, selectionSet: node.selectionSet }, isIn);
      else spreadOut(node.name.value, isIn);
    }
  };

  function add(type: string | undefined, node: FieldNode, isIn: boolean): void {
    const key = node.alias?.value ?? node.name.value;
    const name = `${type} ${key}`;
    const known = fields.get(name);
    if (!known) fields.set(name, { type, key, nodes: [node], isIncluded: isIn });
    else {
      known.nodes.push(node);
      known.isIncluded ||= isIn;
    }
  }

  function spreadOut(name: string, isIn: boolean): void {
    const fragment = fragments.get(name);
    const before = spread.get(name);
    // Visits a fragment again only if it was skipped before and is included now.
    if (!fragment || before || (before === false && !isIn)) return;
    if (before === undefined) onFragment?.();
    spread.set(name, isIn);
    visit({ type: fragment.typeCondition.name.value, selectionSet: fragment.selectionSet }, isIn);
  }

  for (const part of parts) visit(part, true);
  return [...fields.values()];
}

/** Returns the selection below a field, with the type's name if it is known. */
export const partsBelow = ({ nodes }: MergedField, type?: string): readonly Part[] =>
  nodes.flatMap(({ selectionSet }) => (selectionSet ? [{ type, selectionSet }] : []));

/** Indexes the fragments of a document by name. */
export const fragmentsOf = ({ definitions }: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> =>
  new Map(
    definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
    ),
  );
