import { randomUUID } from 'node:crypto';
import type { ExecutionArgs, ExecutionResult, GraphQLSchema } from 'graphql';

type Execute = (args: ExecutionArgs) => unknown;
type TypeMap = ReturnType<GraphQLSchema['getTypeMap']>;

/** Number of types whose part of the answer is in memory at once. */
const typesAtOnce = 500;

/**
 * Executes an introspection for a part of the types at a time, and yields the text of the answer. For a thousand tables
 * the whole answer would take hundreds of megabytes and block the event loop. Throws the operation's first error.
 */
export async function* introspectInParts(args: ExecutionArgs, execute: Execute): AsyncGenerator<string> {
  const run = async (types: TypeMap) => {
    const result = (await execute({ ...args, schema: listing(args.schema, types) })) as ExecutionResult;
    if (result.errors?.[0]) throw result.errors[0];
    return result.data;
  };
  const all = args.schema.getTypeMap();
  const frame = await run({});
  const [list, ...others] = emptyListsOf(frame);
  if (!list || others.length > 0) return yield JSON.stringify({ data: await run(all) });
  const place = randomUUID();
  const text = JSON.stringify({ data: frame }, (_, value: unknown) => (value === list.items ? place : value));
  const [before, after] = text.split(`"${place}"`);
  yield `${before}[`;
  const names = Object.keys(all);
  let separator = '';
  for (let from = 0; from < names.length; from += typesAtOnce) {
    const part = names
      .slice(from, from + typesAtOnce)
      .flatMap((name) => (all[name] ? [[name, all[name]] as const] : []));
    const items = list.in(await run(Object.fromEntries(part)));
    if (items.length === 0) continue;
    yield separator + JSON.stringify(items).slice(1, -1);
    separator = ',';
  }
  yield `]${after}`;
}

/** Creates a schema that lists only the given types, though it still knows all of them. */
const listing = (schema: GraphQLSchema, types: TypeMap): GraphQLSchema =>
  new Proxy(schema, {
    get(target, key) {
      if (key === 'getTypeMap') return () => types;
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Finds the empty lists in an operation's fields, such as `types` in `__schema`; `in` finds the same in other data. */
const emptyListsOf = (data: ExecutionResult['data']) =>
  Object.entries(data ?? {}).flatMap(([field, value]) =>
    Object.entries(isObject(value) ? value : {}).flatMap(([key, items]) => {
      if (!Array.isArray(items) || items.length > 0) return [];
      const inOther = (other: ExecutionResult['data']): readonly unknown[] => {
        const parent = other?.[field];
        const found = isObject(parent) ? parent[key] : [];
        return Array.isArray(found) ? found : [];
      };
      return [{ items, in: inOther }];
    }),
  );
