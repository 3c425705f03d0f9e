import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** The fields that become one value of the response: equal names on the same type, wherever they were written. */
export interface MergedField {
  /** The name of the type that the selection is on, as the document or the field says; undefined where neither does. */
  readonly type: string | undefined;
  /** Its name in the response. */
  readonly key: string;
  readonly nodes: FieldNode[];
  /** Whether one of them is let through by its `@skip` and `@include`. */
  isIncluded: boolean;
}

/** What is selected on a type. */
export interface Part {
  readonly type: string | undefined;
  readonly selectionSet: SelectionSetNode;
}

export interface FieldsOptions {
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly isIncluded?: (node: SelectionNode) => boolean;
  /** Hears of each selection. */
  readonly onSelection?: () => void;
  /** Hears of each fragment that is spread, once. */
  readonly onFragment?: () => void;
}

/**
 * The fields of one object of the response, merged as execution merges them: a fragment counts once, however often it
 * is spread there. Fragments on different types of an interface are taken as if all applied.
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
    // Again only where it was left out before and is let in now.
    if (!fragment || before || (before === false && !isIn)) return;
    if (before === undefined) onFragment?.();
    spread.set(name, isIn);
    visit({ type: fragment.typeCondition.name.value, selectionSet: fragment.selectionSet }, isIn);
  }

  for (const part of parts) visit(part, true);
  return [...fields.values()];
}

/** What is selected below a field, whose type's name is given where it is known. */
export const partsBelow = ({ nodes }: MergedField, type?: string): readonly Part[] =>
  nodes.flatMap(({ selectionSet }) => (selectionSet ? [{ type, selectionSet }] : []));

/** The fragments of a document by name. */
export const fragmentsOf = ({ definitions }: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> =>
  new Map(
    definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
    ),
  );
