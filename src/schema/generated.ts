import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../context.ts';
import type { Arguments, FieldReading, Source } from './fieldSource.ts';
import type { Leaf } from './leaves.ts';
import { createFieldCache } from './selection.ts';

/** The source of a field without its reading; by default, its columns are those of `match`. */
type SourceOptions = Pick<Source, 'kind' | 'match' | 'computed' | 'computedRows'> & {
  readonly columns?: readonly string[];
};
type Resolve<Parent, Value> = (parent: Parent, args: Arguments, context: Context, info: GraphQLResolveInfo) => Value;

/** The options of a generated field for Pothos: its source, and the resolver made from it. */
interface Generated<Parent, Value> {
  readonly extensions: { readonly source: Source };
  readonly resolve: Resolve<Parent, Value>;
}

/** Creates a field whose value has fields of its own. */
export function generated<Parent, Asked, Value>(
  { match, columns = match?.values ?? [], ...options }: SourceOptions,
  reading: FieldReading<Parent, Asked, Value>,
): Generated<Parent, Value> {
  return { extensions: { source: { ...options, columns, match, reading } }, resolve: resolverOf(reading) };
}

type Text = string | null | undefined;

/** Creates a field whose value is a leaf, read from PostgreSQL's text. */
export function generatedLeaf<Parent, Asked>(
  options: SourceOptions,
  leaf: Leaf,
  reading: Omit<FieldReading<Parent, Asked, Text | Promise<Text>>, 'leaf'>,
): Generated<Parent, unknown> {
  const { extensions, resolve } = generated(options, { ...reading, leaf });
  const read = (text: Text) => (text === null || text === undefined ? null : leaf.read(text));
  return {
    extensions,
    resolve: (...given) => {
      const text = resolve(...given);
      return text instanceof Promise ? text.then(read) : read(text);
    },
  };
}

/** Creates a field whose value is computed from the parent's. */
export const fromParent = <Parent, Value>(get: (parent: Parent) => Value): Generated<Parent, Value> =>
  generated({ kind: 'part' }, { get });

/** Creates a field whose value is a leaf, with a text that is computed from the parent's value. */
export const leafFromParent = <Parent>(leaf: Leaf, get: (parent: Parent) => Text): Generated<Parent, unknown> =>
  generatedLeaf({ kind: 'part' }, leaf, { get });

function resolverOf<Parent, Asked, Value>(reading: FieldReading<Parent, Asked, Value>): Resolve<Parent, Value> {
  const cached = createFieldCache();
  return (parent, args, context, info) => {
    const asked = cached(info, () => reading.ask?.(args, info));
    // Without `ask` nothing is asked, and `get` does not use it.
    return reading.get(parent, asked as Asked, context);
  };
}
