import type { GraphQLResolveInfo } from 'graphql';
import { insertable, type Table, updatable } from '../../catalog/catalog.ts';
import type { Context } from '../../context.ts';
import { type Conflict, type Inserted, insertRows, type Values } from '../../db/insert.ts';
import { AppError, badInput } from '../../errors.ts';
import type { Builder } from '../builder.ts';
import { selectedColumns, source } from '../selection.ts';
import type { TableType, Types } from '../types.ts';
import { rowInput } from './inputs.ts';
import { payloadType } from './payload.ts';
import { write } from './write.ts';

/** So many rows can be created at once. */
const mostInputs = 10_000;

type ConflictAction = ReturnType<typeof conflictAction>;

/** Defines what to do with rows that are there already; all tables share it. */
export const conflictAction = (builder: Builder) =>
  builder.enumType('ConflictAction', {
    description: 'What to do with an input whose row is there already.',
    values: {
      IGNORE: { value: 'ignore', description: 'Leave the row as it is.' },
      UPDATE: { value: 'update', description: 'Set the fields that the input gives.' },
    } as const,
  });

/** Defines the creation of one row and of many. */
export function defineCreate(builder: Builder, types: Types, type: TableType, action: ConflictAction | null): void {
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
      type: payloadType(builder, types, type, 'Create'),
      nullable: true,
      description: `Creates a row of \`${table.name}\`.`,
      args: { input: t.arg({ type: input.type, required: true }) },
      async resolve(_root, args, context, info) {
        const values = input.read(args.input);
        const change = { table, verb: 'create', values } as const;
        const { query, read } = insertRows(
          types.catalog,
          { table, rows: [values], conflict: null },
          selectedColumns(info),
        );
        const { rows } = read(await write(types, context, change, query));
        return { row: rows[0] ?? null };
      },
    }),
  );
  const onConflict = onConflictInput(builder, types, type, action);
  builder.mutationField(names.createMany(table), (t) =>
    t.field({
      type: createManyPayload(builder, types, type),
      nullable: true,
      description: `Creates rows of \`${table.name}\`, all or none; at most ${mostInputs}.`,
      args: {
        inputs: t.arg({ type: [input.type], required: true }),
        ...(onConflict && { onConflict: t.arg({ type: onConflict.type }) }),
      },
      resolve(_root, { inputs, ...args }: CreateManyArguments, context, info) {
        if (inputs.length > mostInputs)
          throw badInput(`There are ${inputs.length} inputs; at most ${mostInputs} can be created at once`);
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
  const { query, read } = insertRows(types.catalog, { table, rows, conflict }, selectedColumns(info));
  const change = { table, verb: 'create', values: rows } as const;
  const { repeated, ...inserted } = read(await write(types, context, change, query));
  const [indexes] = repeated;
  if (indexes) {
    const fields = fieldsOf(types, table, conflict?.key ?? []);
    throw badInput(`inputs ${indexes.join(', ')} have the same ${fields.join(', ')}`, { fields, indexes });
  }
  return { ...inserted, ignoredCount: rows.length - inserted.createdCount - inserted.updatedCount };
}

/** Throws where the inputs cannot be matched with rows, or an update would have nothing to set or may not set it. */
function checkConflict(types: Types, table: Table, rows: readonly Values[], { key, action }: Conflict): void {
  const may = updatable(table).map((column) => column.name);
  rows.forEach((row, index) => {
    const missing = key.find((name) => (row.get(name) ?? null) === null);
    if (missing !== undefined) {
      const fields = fieldsOf(types, table, [missing]);
      throw badInput(`inputs ${index} needs ${fields.join()}, which onConflict goes by`, { fields, index });
    }
    if (action === 'ignore') return;
    const set = [...row.keys()].filter((name) => !key.includes(name));
    if (set.length === 0) throw badInput(`inputs ${index} has nothing to update beside its key`, { index });
    const denied = set.filter((name) => !may.includes(name));
    if (denied.length > 0) {
      const fields = fieldsOf(types, table, denied);
      throw new AppError('FORBIDDEN', `The database does not permit changing ${fields.join(', ')}`, {
        details: { fields, index },
      });
    }
  });
}

const fieldsOf = (types: Types, table: Table, columns: readonly string[]): readonly string[] =>
  table.columns.filter(({ name }) => columns.includes(name)).map((column) => types.names.column(table, column));

/** Defines the `onConflict` argument of a table; null where no key can tell that a row is there. */
function onConflictInput(builder: Builder, types: Types, { table, name }: TableType, action: ConflictAction | null) {
  const keys = types.names.conflictKeys(table);
  if (!action || keys.size === 0) return null;
  const on = builder.enumType(`Create${name}ConflictKey`, {
    description: `The keys of \`${table.name}\` by which a row can be found to be there.`,
    values: Object.fromEntries([...keys.keys()].map((value) => [value, { value }])),
  });
  const type = builder.inputType(`Create${name}OnConflict`, {
    description: 'What to do with inputs whose rows are there already; without it they are a CONFLICT.',
    fields: (t) => ({
      do: t.field({ type: action, required: true }),
      on: t.field({ type: on, required: true, description: 'The key; each input gives it, and each once.' }),
    }),
  });
  const read = (argument: unknown): Conflict | null => {
    if (argument === undefined) return null;
    if (argument === null) throw badInput('onConflict is null; leave it out to create new rows only');
    const given = argument as { readonly do: Conflict['action']; readonly on: string };
    return { key: keys.get(given.on) ?? [], action: given.do };
  };
  return { type, read };
}

function createManyPayload(builder: Builder, types: Types, { table, name, ref }: TableType) {
  return builder.objectRef<CreatedMany>(types.names.createManyPayload(table)).implement({
    description: `What became of the inputs, one ${name} each.`,
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
