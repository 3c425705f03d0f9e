import type { Catalog } from '../../catalog/catalog.ts';
import { required } from '../../errors.ts';
import type { Builder, EnumRef, InputObjectRef } from '../builder.ts';
import type { Filters } from '../filters/filters.ts';
import type { RowRef } from '../lists/connection.ts';
import { createColumnTypes } from './columns.ts';
import { createGroupBy, type Groups } from './groupBy.ts';
import { havingInput } from './having.ts';
import { createKeyTypes } from './key.ts';
import { createGroupOrders, type GroupOrder, readGroupOrder } from './order.ts';
import { createPartTypes } from './parts.ts';
import { type AggregateRef, aggregateType, changeType, columnsType } from './rows.ts';
import type { Shape, Shapes } from './shape.ts';

/** The types of the aggregates of one table. */
export interface TableAggregates {
  readonly shape: Shape;
  readonly type: AggregateRef;
  /** The enum of the orderable columns; null if there are none. */
  readonly column: EnumRef | null;
  /** What makes groups; null where the rows have nothing by which they could be grouped. */
  readonly groups: Readonly<Record<'by' | 'having' | 'orderBy', InputObjectRef>> | null;
}

export interface Aggregates {
  /** By the name of the table. */
  readonly of: (table: string) => TableAggregates;
  /** Reads `groupBy`; a filter bounds the buckets. Throws BAD_USER_INPUT for a null in it and for wrong buckets. */
  readonly readGroups: (shape: Shape, groupBy: unknown, where: unknown) => Groups;
  /** Reads `orderBy`; throws BAD_USER_INPUT for what the groups do not have. */
  readonly readOrder: (shape: Shape, groups: Groups, orderBy: unknown) => GroupOrder;
}

/** What the aggregates are made of. */
interface Parts {
  readonly catalog: Catalog;
  readonly shapes: Shapes;
  readonly filters: Filters;
  readonly direction: EnumRef;
  /** The type of the rows of a table. */
  readonly rowOf: (table: string) => RowRef;
}

/** Defines the types of the aggregates of all tables. */
export function createAggregates(builder: Builder, { catalog, shapes, filters, direction, rowOf }: Parts): Aggregates {
  const columnTypes = createColumnTypes(builder, filters, direction);
  const parts = createPartTypes(builder, direction);
  const change = changeType(builder);
  const keyOf = createKeyTypes(builder, shapes);
  const groupable = shapes.all.filter((shape) => shape.groupable.size > 0);
  const columns = new Map(groupable.map((shape) => [shape.table.name, columnEnum(builder, shape)]));
  const groupBy = createGroupBy(builder, catalog, shapes, columns, parts.name);
  const orderOf = createGroupOrders(builder, groupable, direction, columnTypes, parts.orderBy);
  const define = (shape: Shape): TableAggregates => {
    const { name } = shape.table;
    const column = columns.get(name) ?? null;
    const type = aggregateType(builder, {
      shape,
      columns: columnsType(builder, shape, columnTypes),
      column,
      key: column && keyOf(name),
      parts: parts.values,
      change,
      node: rowOf(name),
    });
    const groups = column && {
      by: groupBy.input(name),
      having: havingInput(builder, shape, filters, columnTypes),
      orderBy: orderOf(name),
    };
    return { shape, type, column, groups };
  };
  const defined = new Map(shapes.all.map((shape) => [shape.table.name, define(shape)]));
  return {
    of: (table) => required(defined, table),
    readGroups: groupBy.read,
    readOrder: (...args) => readGroupOrder(shapes, ...args),
  };
}

/** Its values are the names of the columns in the database. */
const columnEnum = (builder: Builder, { name, table, groupable }: Shape): EnumRef =>
  builder.enumType(`${name}Column`, {
    description: `Columns of \`${table.name}\`.`,
    values: Object.fromEntries(
      [...groupable.values()].map(({ column: { name, deprecationReason }, value }) => [
        value,
        { value: name, deprecationReason },
      ]),
    ),
  });
