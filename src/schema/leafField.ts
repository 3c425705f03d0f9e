import type { InputFieldMap } from '@pothos/core';
import type { FieldBuilder, InputFieldBuilder, InputObjectRef } from './builder.ts';
import type { generatedLeaf } from './generated.ts';
import type { Leaf } from './leaves.ts';

interface LeafFieldOptions<Parent> {
  readonly description?: string | undefined;
  readonly deprecationReason?: string | undefined;
  /** True if the value may be missing. */
  readonly nullable: boolean;
  readonly args?: InputFieldMap;
  readonly read: ReturnType<typeof generatedLeaf<Parent, unknown>>;
}

/** Returns the type of an argument or input field for the values of a leaf. */
export const leafInput = (
  t: Pick<InputFieldBuilder, 'listRef'>,
  { type, isList }: { readonly type: Leaf['type'] | InputObjectRef; readonly isList: boolean },
  areItemsRequired = false,
) => (isList ? t.listRef(type, { required: areItemsRequired }) : type);

/** Creates a field for the values of a leaf: a single value or a list. */
export function leafField<Parent>(
  t: Pick<FieldBuilder<Parent>, 'field'>,
  leaf: Leaf,
  { nullable, read: { extensions, resolve }, ...options }: LeafFieldOptions<Parent>,
) {
  return leaf.isList
    ? t.field({
        ...options,
        extensions,
        type: [leaf.type],
        nullable: { list: nullable, items: leaf.items?.mayBeNull ?? true },
        resolve: (...given) => resolve(...given) as unknown[],
      })
    : t.field({ ...options, extensions, type: leaf.type, nullable: nullable || leaf.mayBeNull, resolve });
}
