import type { Column, Table } from '../../catalog/catalog.ts';
import { updatable } from '../../catalog/writable.ts';
import { alias, columnRef } from '../../db/sql/select.ts';
import type { Sql } from '../../db/sql/sql.ts';
import type { Builder, InputObjectRef } from '../builder.ts';
import { givenIn } from '../given.ts';
import { namedFields } from '../namedFields.ts';
import type { Types } from '../types.ts';
import type { LeafChanges } from './columnChange.ts';

/** New values by column. */
type Settings = ReadonlyMap<string, Sql>;

/** An input object with a field for each column that can be changed relative to its value. */
interface ChangeInput {
  readonly type: InputObjectRef;
  /** Reads the argument; throws BAD_USER_INPUT for a null. */
  readonly read: (change: unknown) => Settings;
}

/** Defines the `change` argument of a table; null if no column can be changed relative to its value. */
export function changeInput(
  builder: Builder,
  types: Types,
  table: Table,
  name: string,
  leafChanges: LeafChanges,
): ChangeInput | null {
  const fields = new Map(
    updatable(table).flatMap((column) => {
      if (isReference(table, column)) return [];
      const leaf = types.leaf(column);
      const change = leafChanges(leaf);
      return change ? [[types.names.column(table, column), { column, leaf, change }] as const] : [];
    }),
  );
  if (fields.size === 0) return null;
  const type = builder.inputType(`Update${name}Change`, {
    description: `Changes relative to the current values in \`${table.name}\`.`,
    fields: (t) =>
      namedFields(fields, ({ column: { deprecationReason }, change: { type } }) =>
        t.field({ type, deprecationReason }),
      ),
  });
  return {
    type,
    read(argument) {
      if (argument === undefined) return new Map();
      return new Map(
        givenIn('change', argument).map(([field, input]) => {
          const found = fields.get(field);
          if (!found) throw new Error(`No change of ${field} of ${table.name}`);
          const { column, leaf, change } = found;
          const operand = { sql: columnRef(column, alias), type: column.type, leaf };
          return [column.name, change.read(operand, input)] as const;
        }),
      );
    },
  };
}

/** Tells whether a column identifies the row or refers to another row. Such a column can only be set. */
const isReference = ({ primaryKey, foreignKeys }: Table, { name }: Column): boolean =>
  [primaryKey, ...foreignKeys.map(({ columns }) => columns)].some((columns) => columns.includes(name));
