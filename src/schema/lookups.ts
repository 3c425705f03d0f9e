import type { GraphQLResolveInfo } from 'graphql';
import { columnOf, indexOf, type Table, uniqueKeys } from '../catalog/catalog.ts';
import { marker } from '../db/sql/markers.ts';
import type { Key } from '../db/sql/match.ts';
import type { Projection } from '../db/sql/projection.ts';
import type { Row } from '../db/sql/row.ts';
import { badInput } from '../errors.ts';
import type { Loaders } from '../loaders/loaders.ts';
import type { Builder } from './builder.ts';
import { keyArguments } from './keys.ts';
import { decodeNodeId } from './nodeId.ts';
import { createFieldCache, selectedRows } from './selection.ts';
import type { TableType, Types } from './types.ts';

/** Defines the fields that find one row by a unique key. */
export function defineLookups(builder: Builder, types: Types, { table, ref }: TableType): void {
  for (const columns of uniqueKeys(table)) {
    const key = keyArguments(types, table, columns);
    builder.queryField(types.names.lookup(table, columns), (t) =>
      t.field({
        type: ref,
        nullable: true,
        deprecationReason: table.deprecationReason,
        description: indexOf(table, columns)?.comment ?? table.comment ?? undefined,
        args: key.define(t),
        resolve: (_root, args: Readonly<Record<string, unknown>>, { loaders }, info) =>
          load(loaders, table, columns, key.read(args), selectedRows(info)),
      }),
    );
  }
}

/** Defines `node` and `nodes`: rows of any table by their global ids. */
export function defineNode(builder: Builder, types: Types): void {
  const byName = new Map(types.all.map((type) => [type.name, type]));
  const cached = createFieldCache();
  /** The type of this name, or the one that was called so before: ids outlive names. */
  const typeOf = (name: string) =>
    [name, ...(types.formerNames.get(name) ?? [])].map((one) => byName.get(one)).find((type) => type !== undefined);

  /** The row of an id, marked with its type; null where there is none (any more). */
  const find = async (id: string, loaders: Loaders, info: GraphQLResolveInfo): Promise<Row | null> => {
    const { type: given, key } = decodeNodeId(id);
    const found = typeOf(given);
    if (!found || found.table.primaryKey.length !== key.length) return null;
    const { table, name: type } = found;
    const leaves = table.primaryKey.map((name) => types.leaf(columnOf(table, name)));
    // A text that a client made up must not fail the statement of others. No row has it, of a type that is there or not.
    if (!leaves.every((leaf, i) => leaf.isText(key[i] ?? ''))) return null;
    const asked = cached(info, () => new Map<string, Projection>());
    const projection = asked.get(type) ?? selectedRows(info, type);
    asked.set(type, projection);
    const row = await load(loaders, table, table.primaryKey, key, projection);
    return row && { ...row, [marker(types.catalog, 'type')]: type };
  };

  builder.queryFields((t) => ({
    node: t.field({
      type: types.node,
      nullable: true,
      description: 'The row with this global id.',
      args: { id: t.arg.id({ required: true }) },
      resolve: (_root, { id }, { loaders }, info) => find(String(id), loaders, info),
    }),
    nodes: t.field({
      type: [types.node],
      nullable: { list: false, items: true },
      description: 'The rows with these global ids, in their order; null where there is none.',
      args: { ids: t.arg.idList({ required: true }) },
      resolve: (_root, { ids }, { loaders }, info) => {
        if (ids.length > types.limits.maxSize) throw badInput(`ids must be at most ${types.limits.maxSize}`);
        return ids.map((id) => find(String(id), loaders, info));
      },
    }),
  }));
}

const load = (loaders: Loaders, table: Table, columns: readonly string[], key: Key, asked: Projection) =>
  loaders.row({ table, columns, origin: table, values: columns }, key, asked);
