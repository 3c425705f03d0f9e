import type { Table } from '../../catalog/catalog.ts';
import { distributionColumn } from '../../catalog/distribution.ts';
import type { Context } from '../../context.ts';
import { insertRows } from '../../db/sql/insert.ts';
import type { Inserted } from '../../db/sql/inserted.ts';
import type { Insert, Values } from '../../db/sql/insertInput.ts';
import { badInput } from '../../errors.ts';
import type { Builder } from '../builder.ts';
import type { Selection } from '../fieldSource.ts';
import { generated, leafFromParent } from '../generated.ts';
import { scalarLeaf } from '../leaves.ts';
import { selectedRows } from '../selection.ts';
import type { TableType, Types } from '../types.ts';
import { checkConflict, type onConflictInput } from './conflict.ts';
import type { RowInput } from './inputs.ts';
import { sameKey } from './violations.ts';
import { write } from './write.ts';

/** Maximum number of rows to create at once. */
const maxInputs = 10_000;

/** Defines the mutation that creates many rows. */
export function defineCreateMany(
  builder: Builder,
  types: Types,
  type: TableType,
  input: RowInput,
  onConflict: ReturnType<typeof onConflictInput>,
): void {
  const { table } = type;
  const many = createManyPayload(builder, types, type);
  builder.mutationField(types.names.createMany(table), (t) =>
    t.field({
      type: many,
      nullable: true,
      deprecationReason: table.deprecationReason,
      description: `Creates at most ${maxInputs} rows of \`${table.name}\`; if one fails, none is created.`,
      args: {
        inputs: t.arg({ type: [input.type], required: true }),
        ...(onConflict && { onConflict: t.arg({ type: onConflict.type }) }),
      },
      ...generated(
        { kind: 'write' },
        {
          ask(args, selection) {
            const inputs = args['inputs'] as readonly unknown[];
            if (inputs.length > maxInputs)
              throw badInput(`inputs has ${inputs.length} items; at most ${maxInputs} rows can be created at once`);
            const rows = inputs.map((item, index) => input.read(item, index));
            const conflict = onConflict?.read(args['onConflict']) ?? null;
            return rows.length > 0 ? creationOf(types, { table, rows, conflict }, selection) : null;
          },
          get: (_root: object, creation, context) => (creation ? createMany(types, creation, context) : nothingCreated),
        },
      ),
    }),
  );
}

/** The result of `create<Types>`. */
type CreatedMany = Omit<Inserted, 'repeated'> & { readonly ignoredCount: number };

const nothingCreated: CreatedMany = { rows: [], createdCount: 0, updatedCount: 0, ignoredCount: 0 };

/** Checks the rows of a bulk create and builds its statement. */
function creationOf(types: Types, insert: Insert, selection: Selection) {
  const { table, rows, conflict } = insert;
  if (conflict) checkConflict(types, table, rows, conflict);
  requireDistributionColumn(types, table, rows);
  return { insert, ...insertRows(types.catalog, insert, selectedRows(selection).columns) };
}

async function createMany(
  types: Types,
  { insert: { table, rows, conflict }, query, read }: ReturnType<typeof creationOf>,
  context: Context,
): Promise<CreatedMany> {
  const change = { table, verb: 'create', values: rows } as const;
  const { repeated, ...inserted } = read(await write(types, context, change, query));
  if (repeated.length > 0) throw sameKey(repeated, types.names.fieldsOf(table, conflict?.key.columns ?? []));
  return { ...inserted, ignoredCount: rows.length - inserted.createdCount - inserted.updatedCount };
}

/**
 * Throws if one of several rows has no value for the distribution column. Without it nothing determines the order of
 * the created rows.
 */
function requireDistributionColumn(types: Types, table: Table, rows: readonly Values[]): void {
  const column = distributionColumn(table);
  if (column === null || rows.length === 1) return;
  const index = rows.findIndex((row) => !row.has(column));
  if (index === -1) return;
  const fields = types.names.fieldsOf(table, [column]);
  throw badInput(
    `inputs[${index}] must give ${fields.join()}, by which rows are distributed; or create one row at a time`,
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
        ...generated({ kind: 'rows' }, { get: ({ rows }: CreatedMany) => rows }),
      }),
      createdCount: t.field({ type: 'SafeInt', ...countOf((created) => created.createdCount) }),
      updatedCount: t.field({ type: 'SafeInt', ...countOf((created) => created.updatedCount) }),
      ignoredCount: t.field({ type: 'SafeInt', ...countOf((created) => created.ignoredCount) }),
    }),
  });
}

const countOf = (read: (created: CreatedMany) => number) =>
  leafFromParent(scalarLeaf('SafeInt'), (created: CreatedMany) => String(read(created)));
