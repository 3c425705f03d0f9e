import type { Table } from '../../catalog/catalog.ts';
import { keyOf } from '../../db/sql/match.ts';
import type { Row } from '../../db/sql/row.ts';
import { aggregateFields } from '../aggregates/fields.ts';
import type { Builder, FieldBuilder } from '../builder.ts';
import type { Arguments } from '../fieldSource.ts';
import { generated } from '../generated.ts';
import type { RowSource } from '../rowSource.ts';
import { selectedRows, selects } from '../selection.ts';
import type { Types } from '../types.ts';
import { connect, type ListPlan } from './connection.ts';
import { type Live, liveColumn } from './liveCursor.ts';
import { type ListArguments, planList } from './planList.ts';

/** Defines the list of all rows of a table, and its aggregates. */
export function defineList(builder: Builder, types: Types, table: Table): void {
  const name = types.names.list(table);
  builder.queryFields((t) => ({ [name]: listField(t, types, table), ...aggregateFields(t, types, table, name) }));
}

/** Creates a field that pages through a table, or through the rows of `source`. */
export function listField(
  t: Pick<FieldBuilder<Row>, 'field' | 'arg'>,
  types: Types,
  table: Table,
  { match, ...source }: Partial<RowSource> = {},
) {
  const { deprecationReason, description, computedRows } = {
    description: table.comment ?? undefined,
    deprecationReason: table.deprecationReason,
    ...source,
  };
  return t.field({
    type: types.of(table.name).connection,
    nullable: true,
    deprecationReason,
    description,
    args: {
      ...source.arguments,
      ...listArguments(t, types, table),
    },
    ...generated(
      { kind: 'list', match, computedRows },
      {
        ask(args: ListArguments & Arguments, selection) {
          const rows = source.rows?.(args) ?? table;
          const asked = selectedRows(selection);
          const columns = asked.columns.filter((name) => name !== liveColumn(types.catalog));
          const projection = { ...asked, columns };
          const tellsMore = selects(selection, 'pageInfo');
          const plan = planList(rows, args, { projection, tellsMore }, match !== undefined, types);
          return { plan, isLive: columns.length < asked.columns.length, livePlans: new WeakMap<Live, ListPlan>() };
        },
        slots: ['where', 'after', 'before'],
        loads: true,
        get(row: Row, { plan, isLive, livePlans }, context) {
          const key = match && keyOf(row, match.values);
          if (!isLive) return connect(plan, context.loaders, match, key);
          return types
            .of(table.name)
            .planLive(context)
            .then((live) => connect(live ? withLive(plan, live, livePlans) : plan, context.loaders, match, key));
        },
      },
    ),
  });
}

/** Creates the arguments of a list, which the connection's description explains. */
function listArguments(t: Pick<FieldBuilder<Row>, 'arg'>, types: Types, table: Table) {
  const orderBy = types.orders.orderBy(table);
  const { column } = types.aggregates.of(table.name);
  return {
    first: t.arg.int(),
    after: t.arg.string(),
    last: t.arg.int(),
    before: t.arg.string(),
    offset: t.arg.int(),
    where: t.arg({ type: types.filters.where(table) }),
    ...(orderBy && { orderBy: t.arg({ type: [orderBy] }) }),
    ...(column && { distinctOn: t.arg({ type: [column] }) }),
  };
}

/**
 * Returns the plan of a list with a live cursor. All parents share it, so that their lists are loaded in one statement.
 */
function withLive(plan: ListPlan, live: Live, livePlans: WeakMap<Live, ListPlan>): ListPlan {
  const found = livePlans.get(live) ?? {
    ...plan,
    live,
    page: { ...plan.page, live: live.expression },
    approximate: null,
  };
  livePlans.set(live, found);
  return found;
}
