import type { Column, Table } from '../../catalog/catalog.ts';
import { isRequired } from '../../catalog/writable.ts';
import type { Values } from '../../db/sql/insertInput.ts';
import { badInput } from '../../errors.ts';
import type { Builder, InputObjectRef } from '../builder.ts';
import { described } from '../description.ts';
import { leafInput } from '../leafField.ts';
import type { Types } from '../types.ts';

/** An input object for some of a table's columns. */
export interface RowInput {
  readonly type: InputObjectRef;
  /**
   * Returns the values that the client gave, nulls included, by column. Throws BAD_USER_INPUT for a null in a column
   * that is never null; `index` is the input's position in a list.
   */
  readonly read: (input: unknown, index?: number) => Values;
}

/** Defines an input object for some of a table's columns; with `forCreate`, columns without a default are required. */
export function rowInput(
  builder: Builder,
  types: Types,
  { table, columns, name, description, forCreate }: RowInputOptions,
): RowInput {
  const fields = columns.map((column) => ({
    column,
    name: types.names.column(table, column),
    leaf: types.leaf(column),
    required: forCreate && isRequired(column),
  }));
  const type = builder.inputType(name, {
    description,
    fields: (t) =>
      Object.fromEntries(
        fields.map(({ column, name, leaf, required }) => {
          const field = t.field({
            type: leafInput(t, leaf, leaf.items?.mayBeNull === false),
            required,
            description: described(column.comment, column.name, name),
            // GraphQL does not allow required fields to be deprecated.
            deprecationReason: required ? undefined : column.deprecationReason,
          });
          return [name, field];
        }),
      ),
  });
  return {
    type,
    read: (input, index) => {
      const given = input as Readonly<Record<string, unknown>>;
      const values = new Map<string, string | null>();
      for (const { column, name, leaf } of fields) {
        const value = Object.hasOwn(given, name) ? given[name] : undefined;
        if (value === undefined) continue;
        if (value === null && !column.nullable) throw isNull(name, index);
        values.set(column.name, value === null ? null : leaf.write(value));
      }
      return values;
    },
  };
}

interface RowInputOptions {
  readonly table: Table;
  readonly columns: readonly Column[];
  readonly name: string;
  readonly description: string;
  readonly forCreate: boolean;
}

const isNull = (field: string, index: number | undefined) =>
  badInput(`"${field}" must not be null; give a value, or leave it out`, {
    fields: [field],
    ...(index !== undefined && { index }),
  });
