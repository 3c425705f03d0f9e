import { writeKeys } from '../../catalog/writable.ts';
import { deleteRow } from '../../db/sql/write.ts';
import type { Builder } from '../builder.ts';
import { generated } from '../generated.ts';
import { keyArguments } from '../keys.ts';
import { selectedRows } from '../selection.ts';
import type { TableType, Types } from '../types.ts';
import type { Payload, PayloadRef } from './payload.ts';
import { write } from './write.ts';

/** Defines the mutations that delete one row, by each of its keys. */
export function defineDelete(builder: Builder, types: Types, { table }: TableType, payload: PayloadRef): void {
  for (const columns of writeKeys(table)) {
    const key = keyArguments(types, table, columns);
    builder.mutationField(types.names.delete(table, columns), (t) =>
      t.field({
        type: payload,
        nullable: true,
        deprecationReason: table.deprecationReason,
        description: `Deletes a row of \`${table.name}\`.`,
        args: key.define(t),
        ...generated(
          { kind: 'write' },
          {
            ask: (args, selection) =>
              deleteRow(types.catalog, { table, columns, key: key.read(args) }, selectedRows(selection).columns),
            async get(_root: object, query, context): Promise<Payload> {
              const [row] = await write(types, context, { table, verb: 'delete', values: new Map() }, query);
              return { row: row ?? null };
            },
          },
        ),
      }),
    );
  }
}
