import type { GraphQLResolveInfo } from 'graphql';
import { distributionColumn, insertable, type Table } from '../../catalog/catalog.ts';
import type { Context } from '../../context.ts';
import { type Conflict, type Inserted, insertRows, type Values } from '../../db/sql/insert.ts';
import { badInput } from '../../errors.ts';
import type { Builder } from '../builder.ts';
import { source } from '../fieldSource.ts';
import { selectedRows } from '../selection.ts';
import type { TableType, Types } from '../types.ts';
import { type ConflictAction, checkConflict, onConflictInput } from './conflict.ts';
import { rowInput } from './inputs.ts';
import type { PayloadRef } from './payload.ts';
import { sameKey } from './violations.ts';
import { write } from './write.ts';

/** So many rows can be created at once. */
const maxInputs = 10_000;

/** Defines the creation of one row and of many. */
export function defineCreate(
  builder: Builder,
  types: Types,
  type: TableType,
  payload: PayloadRef,
  action: ConflictAction | null,
): void {
  const { table, name } = type;
  const { names } = types;
  const input = rowInput(builder, types, {
    table,
    columns: insertable(table),
    name: `Create${name}Input`,
    description: `A new row of \`${table.name}\`. What is left out gets its default.`,
    forCreate: true,
  });
  builder.mutationField(names.create(table), (t) =>
    t.field({
      type: payload,
      nullable: true,
      deprecationReason: table.deprecationReason,
      description: `Creates a row of \`${table.name}\`.`,
      args: { input: t.arg({ type: input.type, required: true }) },
      async resolve(_root, args, context, info) {
        const values = input.read(args.input);
        const change = { table, verb: 'create', values } as const;
        const { query, read } = insertRows(
          types.catalog,
          { table, rows: [values], conflict: null },
          selectedRows(info).columns,
        );
        const { rows } = read(await write(types, context, change, query));
        return { row: rows[0] ?? null };
      },
    }),
  );
  const many = createManyPayload(builder, types, type);
  const onConflict = onConflictInput(builder, types, type, action);
  builder.mutationField(names.createMany(table), (t) =>
    t.field({
      type: many,
      nullable: true,
      deprecationReason: table.deprecationReason,
      description: `Creates rows of \`${table.name}\`, all or none; at most ${maxInputs}.`,
      args: {
        inputs: t.arg({ type: [input.type], required: true }),
        ...(onConflict && { onConflict: t.arg({ type: onConflict.type }) }),
      },
      resolve(_root, { inputs, ...args }: CreateManyArguments, context, info) {
        if (inputs.length > maxInputs)
          throw badInput(`There are ${inputs.length} inputs; at most ${maxInputs} can be created at once`);
        const rows = inputs.map((item, index) => input.read(item, index));
        const conflict = onConflict?.read(args.onConflict) ?? null;
        return createMany(types, table, rows, conflict, context, info);
      },
    }),
  );
}

interface CreateManyArguments {
  readonly inputs: readonly unknown[];
  readonly onConflict?: unknown;
}

/** What `create<Types>` made of its inputs. */
type CreatedMany = Omit<Inserted, 'repeated'> & { readonly ignoredCount: number };

async function createMany(
  types: Types,
  table: Table,
  rows: readonly Values[],
  conflict: Conflict | null,
  context: Context,
  info: GraphQLResolveInfo,
): Promise<CreatedMany> {
  if (rows.length === 0) return { rows: [], createdCount: 0, updatedCount: 0, ignoredCount: 0 };
  if (conflict) checkConflict(types, table, rows, conflict);
  checkPlaces(types, table, rows);
  const { query, read } = insertRows(types.catalog, { table, rows, conflict }, selectedRows(info).columns);
  const change = { table, verb: 'create', values: rows } as const;
  const { repeated, ...inserted } = read(await write(types, context, change, query));
  if (repeated.length > 0) throw sameKey(repeated, types.names.fieldsOf(table, conflict?.key ?? []));
  return { ...inserted, ignoredCount: rows.length - inserted.createdCount - inserted.updatedCount };
}

/** Throws where a row does not say to which node it belongs: of several such rows nothing tells their order. */
function checkPlaces(types: Types, table: Table, rows: readonly Values[]): void {
  const column = distributionColumn(table);
  const index = column === null || rows.length === 1 ? -1 : rows.findIndex((row) => !row.has(column));
  if (column === null || index === -1) return;
  const fields = types.names.fieldsOf(table, [column]);
  throw badInput(
    `inputs[${index}] must give ${fields.join()}, by which rows are distributed; else create one at a time`,
    { fields, index },
  );
}

function createManyPayload(builder: Builder, types: Types, { table, name, ref }: TableType) {
  return builder.objectRef<CreatedMany>(types.names.createManyPayload(table)).implement({
    description: `The result of creating rows of ${name}.`,
    fields: (t) => ({
      [types.names.many(table)]: t.field({
        type: [ref],
        description: 'The created and the updated rows, in the order of their inputs.',
        extensions: source('rows'),
        resolve: ({ rows }) => rows,
      }),
      createdCount: t.field({ type: 'SafeInt', resolve: ({ createdCount }) => createdCount }),
      updatedCount: t.field({ type: 'SafeInt', resolve: ({ updatedCount }) => updatedCount }),
      ignoredCount: t.field({ type: 'SafeInt', resolve: ({ ignoredCount }) => ignoredCount }),
    }),
  });
}
