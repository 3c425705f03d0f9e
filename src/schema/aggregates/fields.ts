import type { FieldMap } from '@pothos/core';
import type { Table } from '../../catalog/catalog.ts';
import { excess } from '../../db/sql/filledGroups.ts';
import { type Grouping, maxGroups } from '../../db/sql/grouping.ts';
import { type Key, keyOf, type Match } from '../../db/sql/match.ts';
import type { Measure } from '../../db/sql/measure.ts';
import type { Row } from '../../db/sql/row.ts';
import { alias, type Rows } from '../../db/sql/select.ts';
import { and } from '../../db/sql/sql.ts';
import { badInput } from '../../errors.ts';
import type { Loaders } from '../../loaders/loaders.ts';
import type { FieldBuilder } from '../builder.ts';
import type { Arguments } from '../fieldSource.ts';
import { generated } from '../generated.ts';
import type { Leaf } from '../leaves.ts';
import type { RowSource } from '../rowSource.ts';
import type { Types } from '../types.ts';
import type { Groups } from './groups.ts';
import { readHaving } from './having.ts';
import type { KeyNames } from './key.ts';
import { requireBuckets } from './measured.ts';
import { readPeriod } from './period.ts';
import { selectedMeasures } from './selection.ts';
import type { Shape } from './shape.ts';

type Builders = Pick<FieldBuilder, 'field' | 'arg'>;

/** Creates the fields that aggregate the rows of `list`: all rows of a table, or those of `source`. */
export function aggregateFields(
  t: Builders,
  types: Types,
  table: Table,
  list: string,
  source: Partial<RowSource> = {},
): FieldMap {
  const [whole, grouped] = types.names.aggregates(list);
  return {
    [whole]: wholeField(t, types, table, source),
    ...(types.aggregates.of(table.name).groups && { [grouped]: groupedField(t, types, table, source) }),
  };
}

function wholeField(t: Builders, types: Types, table: Table, source: Partial<RowSource>) {
  const { match, computedRows } = source;
  const { shape, type } = types.aggregates.of(table.name);
  return t.field({
    type,
    nullable: true,
    deprecationReason: source.deprecationReason ?? table.deprecationReason,
    description: 'Measures of all matching rows; only what is selected is computed.',
    args: { ...source.arguments, where: t.arg({ type: types.filters.where(table) }) },
    ...generated(
      { kind: 'aggregate', match, computedRows },
      {
        ask: ({ where, ...args }: Arguments, selection) => ({
          rows: source.rows?.(args) ?? table,
          condition: types.filters.condition(table, where, alias),
          measures: selectedMeasures(selection, {
            shape,
            isBucketed: false,
            periodBefore: (shift) => readPeriod(types.filters, shape, { where, times: null, bucket: null }, shift),
          }),
        }),
        slots: ['where'],
        loads: true,
        async get(row: Row, { rows, condition, measures }, { loaders }) {
          const key = match && keyOf(row, match.values);
          const found = measures.length > 0 ? await loaders.whole(rows, condition, measures, match, key) : {};
          return { row: found, names: new Map(), readBucket: String };
        },
      },
    ),
  });
}

/** The arguments of a grouped aggregate, as graphql-js coerced them. */
interface GroupArguments {
  readonly where?: unknown;
  readonly groupBy?: unknown;
  readonly having?: unknown;
  readonly orderBy?: unknown;
  readonly first?: number | null;
}

function groupedField(t: Builders, types: Types, table: Table, source: Partial<RowSource>) {
  const { match, computedRows } = source;
  const { shape, type, groups } = types.aggregates.of(table.name);
  if (!groups) throw new Error(`Rows of ${table.name} cannot be grouped`);
  return t.field({
    type: [type],
    nullable: true,
    deprecationReason: source.deprecationReason ?? table.deprecationReason,
    description: `Measures of matching rows per group; at most ${maxGroups} groups.`,
    args: {
      ...source.arguments,
      where: t.arg({ type: types.filters.where(table) }),
      groupBy: t.arg({ type: groups.by, required: true }),
      having: t.arg({ type: groups.having }),
      orderBy: t.arg({ type: [groups.orderBy] }),
      first: t.arg.int(),
    },
    ...generated(
      { kind: 'aggregate', match, computedRows },
      {
        ask(args: GroupArguments & Arguments, selection) {
          const { times, ...plan } = planGroups(types, shape, source.rows?.(args) ?? table, args);
          const { bucket } = plan.grouping;
          const periodBefore = (shift: string | null) =>
            readPeriod(types.filters, shape, { where: args.where, times, bucket }, shift);
          return { plan, measures: selectedMeasures(selection, { shape, isBucketed: bucket !== null, periodBefore }) };
        },
        slots: ['where'],
        loads: true,
        async get(row: Row, { plan, measures }, { loaders }) {
          const rows = await loadGroups(plan, measures, loaders, match, match && keyOf(row, match.values));
          return rows.map((group) => ({ row: group, names: plan.names, readBucket: plan.readBucket }));
        },
      },
    ),
  });
}

interface GroupPlan {
  readonly grouping: Grouping;
  readonly names: KeyNames;
  readonly readBucket: Leaf['read'];
  /** True if the caller limits the number of groups. */
  readonly isCut: boolean;
  readonly times: Groups['times'];
}

/** Reads the arguments; throws BAD_USER_INPUT if they do not make groups. */
function planGroups({ filters, aggregates }: Types, shape: Shape, table: Rows, args: GroupArguments): GroupPlan {
  const first = args.first ?? null;
  if (first !== null && !(first >= 0 && first <= maxGroups)) throw badInput(`first must be from 0 to ${maxGroups}`);
  const where = filters.condition(table, args.where, alias);
  const { names, times, ...groups } = aggregates.readGroups(shape, args.groupBy, args.where);
  const having = args.having === undefined ? null : readHaving(filters, shape, args.having);
  const order = aggregates.readOrder(shape, { names, times, ...groups }, args.orderBy);
  const measures = [...(having?.measures ?? []), ...order.measures];
  requireBuckets(measures, groups.bucket !== null);
  return {
    grouping: {
      table,
      where,
      ...groups,
      having: having?.sql ?? and([]),
      order: order.keys,
      measures,
      limit: first ?? maxGroups + 1, // one more group tells that there are too many
    },
    names,
    readBucket: times?.column[1].leaf.read ?? String,
    times,
    isCut: first !== null,
  };
}

/** Loads the groups. Throws BAD_USER_INPUT with their number if there are too many. */
async function loadGroups(
  { grouping, isCut }: Omit<GroupPlan, 'times'>,
  measures: readonly Measure[],
  loaders: Loaders,
  match?: Match,
  key?: Key,
): Promise<readonly Row[]> {
  const rows = await loaders.groups(grouping, measures, match, key);
  const buckets = rows[0]?.[excess] ?? null;
  if (buckets !== null)
    throw badInput(`The result has ${buckets} buckets, more than ${maxGroups}; make them longer, or bound the times`);
  if (isCut || rows.length <= maxGroups) return rows;
  const count = await loaders.groupCount(grouping, match, key);
  throw badInput(`The result has ${count} groups, more than ${maxGroups}; narrow the filter, or use first`);
}
