import type { Table } from '../../catalog/catalog.ts';
import { keyOf, type Match } from '../../db/sql/match.ts';
import type { Row } from '../../db/sql/row.ts';
import { aggregateFields } from '../aggregates/fields.ts';
import type { Builder, FieldBuilder } from '../builder.ts';
import { matchSource } from '../fieldSource.ts';
import { createFieldCache, selectedRows } from '../selection.ts';
import type { Types } from '../types.ts';
import { connect, planList } from './connection.ts';
import { liveColumn } from './liveCursor.ts';

/** Defines the list of all rows of a table, and the aggregates of it. */
export function defineList(builder: Builder, types: Types, table: Table): void {
  const name = types.names.list(table);
  builder.queryFields((t) => ({ [name]: listField(t, types, table), ...aggregateFields(t, types, table, name) }));
}

/** A field that pages through a table, or through the rows of it that match the parent's row. */
export function listField(t: Pick<FieldBuilder<Row>, 'field' | 'arg'>, types: Types, table: Table, match?: Match) {
  const cached = createFieldCache();
  const orderBy = types.orders.orderBy(table);
  return t.field({
    type: types.of(table.name).connection,
    nullable: true,
    deprecationReason: table.deprecationReason,
    description: table.comment ?? undefined,
    extensions: matchSource('list', match),
    args: {
      first: t.arg({
        type: 'Int',
        description: `The number of rows from the start, at most ${types.limits.maxSize}; ${types.limits.defaultSize} when neither first nor last is given.`,
      }),
      after: t.arg({ type: 'String', description: 'Only rows after this cursor.' }),
      last: t.arg({ type: 'Int', description: 'The number of rows from the end.' }),
      before: t.arg({ type: 'String', description: 'Only rows before this cursor.' }),
      offset: t.arg({ type: 'Int', description: 'Rows to pass over, with first alone.' }),
      where: t.arg({ type: types.filters.where(table) }),
      ...(orderBy && {
        orderBy: t.arg({ type: [orderBy], description: 'The order; without it, that of the primary key.' }),
      }),
    },
    async resolve(row, args, context, info) {
      const plan = await cached(info, async () => {
        const asked = selectedRows(info);
        if (!asked.columns.includes(liveColumn(types.catalog))) return planList(table, args, asked, types);
        const live = await types.of(table.name).planLive(context);
        const projection = { ...asked, columns: asked.columns.filter((name) => name !== liveColumn(types.catalog)) };
        return planList(table, args, projection, types, live);
      });
      return connect(plan, context.loaders, match, match && keyOf(row, match.values));
    },
  });
}
