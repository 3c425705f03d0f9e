import type { Table } from '../../catalog/catalog.ts';
import { updatable } from '../../catalog/writable.ts';
import type { Conflict, Values } from '../../db/sql/insertInput.ts';
import { AppError, badInput, required } from '../../errors.ts';
import type { Builder } from '../builder.ts';
import { described } from '../description.ts';
import { namedFields } from '../namedFields.ts';
import type { TableType, Types } from '../types.ts';

export type ConflictAction = ReturnType<typeof conflictAction>;

/** Defines the actions for existing rows; all tables share them. */
export const conflictAction = (builder: Builder) =>
  builder.enumType('ConflictAction', {
    description: 'What to do with an input whose row exists already.',
    values: {
      IGNORE: { value: 'ignore', description: 'Leave the row as it is.' },
      UPDATE: { value: 'update', description: 'Set the fields that the input gives.' },
    } as const,
  });

/** Defines the `onConflict` argument of a table; null if no key can find existing rows. */
export function onConflictInput(
  builder: Builder,
  types: Types,
  { table, name }: TableType,
  action: ConflictAction | null,
) {
  const keys = types.names.conflictKeys(table);
  if (!action || keys.size === 0) return null;
  const on = builder.enumType(`Create${name}ConflictKey`, {
    description: `The keys of \`${table.name}\` that can find an existing row.`,
    values: namedFields(keys, ({ partial }, value) => ({
      value,
      ...(partial && { description: described(partial.comment, partial.name, value) }),
    })),
  });
  const type = builder.inputType(`Create${name}OnConflict`, {
    description: 'What to do if a row exists already; the default is the error CONFLICT.',
    fields: (t) => ({
      do: t.field({ type: action, required: true }),
      on: t.field({
        type: on,
        required: true,
        description: 'The key. Every input must give it, and no two may give the same.',
      }),
    }),
  });
  const read = (argument: unknown): Conflict | null => {
    if (argument === undefined) return null;
    if (argument === null) throw badInput('onConflict is null; leave it out to create new rows only');
    const given = argument as { readonly do: Conflict['action']; readonly on: string };
    return { key: required(keys, given.on), action: given.do };
  };
  return { type, read };
}

/**
 * Throws if an input lacks the key, or if an update has nothing to set or sets columns that the role may not update.
 */
export function checkConflict(types: Types, table: Table, rows: readonly Values[], { key, action }: Conflict): void {
  const permitted = updatable(table).map((column) => column.name);
  rows.forEach((row, index) => {
    const missing = key.columns.filter((name) => !row.has(name));
    if (missing.length > 0) {
      const fields = types.names.fieldsOf(table, missing);
      throw badInput(`inputs[${index}] must give ${fields.join(', ')}, since onConflict uses this key`, {
        fields,
        index,
      });
    }
    if (action === 'ignore') return;
    const set = [...row.keys()].filter((name) => !key.columns.includes(name));
    if (set.length === 0)
      throw badInput(`inputs[${index}] gives only its key and nothing to update; use IGNORE`, { index });
    const denied = set.filter((name) => !permitted.includes(name));
    if (denied.length > 0) {
      const fields = types.names.fieldsOf(table, denied);
      const message = `The database does not permit changing ${fields.join(', ')}`;
      throw new AppError('FORBIDDEN', message, { details: { fields, index } });
    }
  });
}
