import { type Catalog, columnOf, type Table } from '../../catalog/catalog.ts';
import { updatable, writeKeys } from '../../catalog/writable.ts';
import type { Values } from '../../db/sql/insertInput.ts';
import { marker } from '../../db/sql/markers.ts';
import type { Row } from '../../db/sql/row.ts';
import { alias, cast } from '../../db/sql/select.ts';
import type { Sql } from '../../db/sql/sql.ts';
import { updateRow } from '../../db/sql/write.ts';
import { AppError, badInput } from '../../errors.ts';
import type { Builder } from '../builder.ts';
import { generated } from '../generated.ts';
import { keyArguments } from '../keys.ts';
import { selectedRows } from '../selection.ts';
import type { TableType, Types } from '../types.ts';
import { changeInput } from './changes.ts';
import type { LeafChanges } from './columnChange.ts';
import { rowInput } from './inputs.ts';
import type { Payload, PayloadRef } from './payload.ts';
import { write } from './write.ts';

/** Defines the mutations that change one row, by each of its keys. */
export function defineUpdate(
  builder: Builder,
  types: Types,
  type: TableType,
  payload: PayloadRef,
  leafChanges: LeafChanges,
): void {
  const { table, name } = type;
  const patch = rowInput(builder, types, {
    table,
    columns: updatable(table),
    name: `Update${name}Patch`,
    description: `Changes to \`${table.name}\`. Omitted fields are kept; null clears a field.`,
    forCreate: false,
  });
  const change = changeInput(builder, types, table, name, leafChanges);
  for (const columns of writeKeys(table)) {
    const key = keyArguments(types, table, columns, ['patch', 'expect', ...(change ? ['change'] : [])]);
    builder.mutationField(types.names.update(table, columns), (t) =>
      t.field({
        type: payload,
        nullable: true,
        deprecationReason: table.deprecationReason,
        description: `Changes a row of \`${table.name}\`; CONFLICT if it does not match \`expect\`.`,
        args: {
          ...key.define(t),
          patch: t.arg({ type: patch.type }),
          ...(change && { change: t.arg({ type: change.type }) }),
          expect: t.arg({ type: types.filters.where(table) }),
        },
        ...generated(
          { kind: 'write' },
          {
            ask(args, selection) {
              const values = patch.read(args['patch'] ?? {});
              const changes = change?.read(args['change']) ?? new Map<string, Sql>();
              const settings = settingsOf(types, table, values, changes);
              const expect = types.filters.expectation(table, args['expect'], alias);
              const target = { table, columns, key: key.read(args) };
              const query = updateRow(types.catalog, target, settings, expect, selectedRows(selection).columns);
              return { change: { table, verb: 'update', values } as const, query };
            },
            async get(_root: object, { change, query }, context) {
              const [row] = await write(types, context, change, query);
              return changed(types.catalog, row);
            },
          },
        ),
      }),
    );
  }
}

/** Returns the new values by column. Throws if nothing is changed, or a column is changed twice. */
function settingsOf(types: Types, table: Table, values: Values, changes: ReadonlyMap<string, Sql>) {
  if (values.size === 0 && changes.size === 0) throw badInput('patch is empty; give at least one field to change');
  const twice = [...changes.keys()].filter((name) => values.has(name));
  const fields = types.names.fieldsOf(table, twice);
  if (twice.length > 0)
    throw badInput(`patch and change both set ${fields.join(', ')}; give only one of them`, { fields });
  const texts = Array.from(values, ([name, text]) => [name, cast(text, columnOf(table, name))] as const);
  return new Map([...texts, ...changes]);
}

function changed(catalog: Catalog, row: Row | undefined): Payload {
  if (row?.[marker(catalog, 'written')] === 't') return { row };
  if (row?.[marker(catalog, 'found')] === 't')
    throw new AppError('CONFLICT', 'The row does not match expect; nothing was changed');
  return { row: null };
}
