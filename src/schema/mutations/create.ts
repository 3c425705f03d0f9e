import type { Table } from '../../catalog/catalog.ts';
import { insertable } from '../../catalog/writable.ts';
import { insertRows } from '../../db/sql/insert.ts';
import type { Builder } from '../builder.ts';
import { generated } from '../generated.ts';
import { selectedRows } from '../selection.ts';
import type { TableType, Types } from '../types.ts';
import { type ConflictAction, onConflictInput } from './conflict.ts';
import { defineCreateMany } from './createMany.ts';
import { type RowInput, rowInput } from './inputs.ts';
import type { Payload, PayloadRef } from './payload.ts';
import { write } from './write.ts';

/** Defines the mutations that create one row and many rows. */
export function defineCreate(
  builder: Builder,
  types: Types,
  type: TableType,
  payload: PayloadRef,
  action: ConflictAction | null,
): void {
  const { table, name } = type;
  const input = rowInput(builder, types, {
    table,
    columns: insertable(table),
    name: `Create${name}Input`,
    description: `A new row of \`${table.name}\`. Omitted fields get their defaults.`,
    forCreate: true,
  });
  defineCreateOne(builder, types, table, input, payload);
  defineCreateMany(builder, types, type, input, onConflictInput(builder, types, type, action));
}

function defineCreateOne(builder: Builder, types: Types, table: Table, input: RowInput, payload: PayloadRef): void {
  builder.mutationField(types.names.create(table), (t) =>
    t.field({
      type: payload,
      nullable: true,
      deprecationReason: table.deprecationReason,
      description: `Creates a row of \`${table.name}\`.`,
      args: { input: t.arg({ type: input.type, required: true }) },
      ...generated(
        { kind: 'write' },
        {
          ask(args, selection) {
            const values = input.read(args['input']);
            const insert = { table, rows: [values], conflict: null };
            const statement = insertRows(types.catalog, insert, selectedRows(selection).columns);
            return { change: { table, verb: 'create', values } as const, ...statement };
          },
          async get(_root: object, { change, query, read }, context): Promise<Payload> {
            const { rows } = read(await write(types, context, change, query));
            return { row: rows[0] ?? null };
          },
        },
      ),
    }),
  );
}
