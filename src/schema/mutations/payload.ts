import type { Row } from '../../db/sql/row.ts';
import type { Builder } from '../builder.ts';
import { source } from '../fieldSource.ts';
import type { TableType, Types } from '../types.ts';

/** What became of one row. */
export interface Payload {
  /** Null where there is none. */
  readonly row: Row | null;
}

/** What the row of a payload is, by what was done to it. */
const descriptions = {
  Create: 'The new row.',
  Update: 'The row as it is now; null where there is none, or none that may be changed.',
  Delete: 'The row as it was; null where there was none, or none that may be deleted.',
};

/** Defines the payload of a mutation of one row. */
export function payloadType(builder: Builder, types: Types, type: TableType, verb: keyof typeof descriptions) {
  const { table, name, ref } = type;
  return builder.objectRef<Payload>(`${verb}${name}Payload`).implement({
    fields: (t) => ({
      [types.names.one(table)]: t.field({
        type: ref,
        nullable: true,
        description: descriptions[verb],
        extensions: source('rows'),
        resolve: ({ row }) => row,
      }),
    }),
  });
}
