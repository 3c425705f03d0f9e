import { columnOf } from '../catalog/catalog.ts';
import { indexOf, uniqueKeys } from '../catalog/uniqueKeys.ts';
import { marker } from '../db/sql/markers.ts';
import { byColumns } from '../db/sql/match.ts';
import type { Projection } from '../db/sql/projection.ts';
import { type Row, rowWith } from '../db/sql/row.ts';
import { badInput } from '../errors.ts';
import type { Loaders } from '../loaders/loaders.ts';
import type { Builder } from './builder.ts';
import type { Selection } from './fieldSource.ts';
import { generated } from './generated.ts';
import { keyArguments } from './keys.ts';
import { memoised } from './memoised.ts';
import { decodeNodeId } from './nodeId.ts';
import { selectedRows } from './selection.ts';
import type { TableType, Types } from './types.ts';

/** Defines the fields that find one row by a unique key. */
export function defineLookups(builder: Builder, types: Types, { table, ref }: TableType): void {
  for (const columns of uniqueKeys(table)) {
    const key = keyArguments(types, table, columns);
    const match = byColumns(table, columns);
    builder.queryField(types.names.lookup(table, columns), (t) =>
      t.field({
        type: ref,
        nullable: true,
        deprecationReason: table.deprecationReason,
        description: indexOf(table, columns)?.comment ?? table.comment ?? undefined,
        args: key.define(t),
        ...generated(
          { kind: 'lookup' },
          {
            ask: (args, selection) => ({ key: key.read(args), rows: selectedRows(selection) }),
            loads: true,
            get: (_root: unknown, asked, { loaders }) => loaders.row(match, asked.key, asked.rows),
          },
        ),
      }),
    );
  }
}

/** Defines `node` and `nodes`, which find rows of any table by their global ids. */
export function defineNode(builder: Builder, types: Types): void {
  const find = createNodeFinder(types);
  builder.queryFields((t) => ({
    node: t.field({
      type: types.node,
      nullable: true,
      description: 'The row with this global id.',
      args: { id: t.arg.id({ required: true }) },
      ...generated(
        { kind: 'lookup' },
        {
          ask: ({ id }, selection) => ({ id: String(id), rows: rowsByType(selection) }),
          loads: true,
          get: (_root: unknown, { id, rows }, { loaders }) => find(id, loaders, rows),
        },
      ),
    }),
    nodes: t.field({
      type: [types.node],
      nullable: { list: false, items: true },
      description: 'The rows with these global ids, in this order; null for unknown ones.',
      args: { ids: t.arg.idList({ required: true }) },
      ...generated(
        { kind: 'lookup' },
        {
          ask({ ids }, selection) {
            const given = ids as readonly unknown[];
            if (given.length > types.limits.maxSize)
              throw badInput(`ids may have at most ${types.limits.maxSize} items`);
            return { ids: given.map(String), rows: rowsByType(selection) };
          },
          loads: true,
          get: (_root: unknown, { ids, rows }, { loaders }) => ids.map((id) => find(id, loaders, rows)),
        },
      ),
    }),
  }));
}

/** Returns the function that reads a document's selection for rows of a type. */
const rowsByType = (selection: Selection) => memoised((type: string): Projection => selectedRows(selection, type));

/** Returns the function that finds the row with an id and marks it with its type; null if it does not exist. */
function createNodeFinder(types: Types) {
  const byName = new Map(
    types.all.map(({ name, table }) => {
      const leaves = table.primaryKey.map((column) => types.leaf(columnOf(table, column)));
      return [name, { name, leaves, match: byColumns(table, table.primaryKey) }];
    }),
  );
  /** Returns the type with this current or former name, since ids outlive names. */
  const typeOf = (name: string) =>
    [name, ...(types.formerNames.get(name) ?? [])].map((one) => byName.get(one)).find((type) => type !== undefined);
  return async (id: string, loaders: Loaders, rowsOf: (type: string) => Projection): Promise<Row | null> => {
    const { type: given, key } = decodeNodeId(id);
    const found = typeOf(given);
    if (!found || found.leaves.length !== key.length) return null;
    const { match, name: type, leaves } = found;
    // An invalid key must not fail the statement that it shares with other keys. No row has it anyway.
    if (!leaves.every((leaf, i) => leaf.isText(key[i] ?? ''))) return null;
    const row = await loaders.row(match, key, rowsOf(type));
    return row && rowWith(row, marker(types.catalog, 'type'), type);
  };
}
