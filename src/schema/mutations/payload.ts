import type { Row } from '../../db/sql/row.ts';
import type { Builder } from '../builder.ts';
import { generated } from '../generated.ts';
import type { TableType, Types } from '../types.ts';

/** The result of a mutation of one row. */
export interface Payload {
  /** The row; null if none matched. */
  readonly row: Row | null;
}

export type PayloadRef = ReturnType<typeof payloadType>;

/** Defines the payload of the mutations of one row. */
export function payloadType(builder: Builder, types: Types, { table, name, ref }: TableType) {
  return builder.objectRef<Payload>(`${name}Payload`).implement({
    description: 'The result of changing one row.',
    fields: (t) => ({
      [types.names.one(table)]: t.field({
        type: ref,
        nullable: true,
        description: 'The row, or a deleted row as it was; null if none matched.',
        ...generated({ kind: 'rows' }, { get: ({ row }: Payload) => row }),
      }),
    }),
  });
}
