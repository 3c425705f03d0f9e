import type { Catalog } from '../../catalog/catalog.ts';
import type { Builder, EnumRef, InputObjectRef } from '../builder.ts';
import type { Filters } from '../filters/filters.ts';
import type { RowRef } from '../lists/connection.ts';
import type { Orders } from '../lists/order.ts';
import { createColumnTypes } from './columns.ts';
import { columnValues, createGroupBy, type GroupBy } from './groupBy.ts';
import { havingInput } from './having.ts';
import { createKeyTypes } from './key.ts';
import { groupOrderInput } from './order.ts';
import { type AggregateRef, columnsType, groupType, wholeType } from './rows.ts';
import type { Shape, Shapes } from './shape.ts';

/** The types of the aggregates of one table. */
export interface TableAggregates {
  readonly shape: Shape;
  readonly whole: AggregateRef;
  /** Null where the rows have nothing by which they could be grouped. */
  readonly groups: {
    readonly type: AggregateRef;
    readonly having: InputObjectRef;
    readonly orderBy: InputObjectRef;
  } | null;
}

export interface Aggregates {
  readonly groupBy: GroupBy;
  /** By the name of the table. */
  readonly of: (table: string) => TableAggregates;
}

/** What the aggregates are made of. */
interface Parts {
  readonly catalog: Catalog;
  readonly shapes: Shapes;
  readonly filters: Filters;
  readonly orders: Orders;
  /** The type of the rows of a table. */
  readonly rowOf: (table: string) => RowRef;
}

/** Defines the types of the aggregates of all tables. */
export function createAggregates(builder: Builder, { catalog, shapes, filters, orders, rowOf }: Parts): Aggregates {
  const columnTypes = createColumnTypes(builder, filters, orders);
  const keyTypes = createKeyTypes(builder, shapes, orders);
  const times = new Map(shapes.all.map((shape) => [shape.table.name, timeEnum(builder, shape)]));
  const define = (shape: Shape): TableAggregates => {
    const { name } = shape.table;
    const parts = {
      shape,
      columns: columnsType(builder, shape, columnTypes),
      time: times.get(name) ?? null,
      node: rowOf(name),
    };
    const key = keyTypes(name);
    const groups = shape.groupable.size > 0 && {
      type: groupType(builder, parts, key.values),
      having: havingInput(builder, shape, filters, columnTypes),
      orderBy: groupOrderInput(builder, shape, orders, key.orderBy, columnTypes),
    };
    return { shape, whole: wholeType(builder, parts), groups: groups || null };
  };
  const defined = new Map(shapes.all.map((shape) => [shape.table.name, define(shape)]));
  return {
    groupBy: createGroupBy(builder, catalog, shapes, (table) => times.get(table) ?? null),
    of(table) {
      const found = defined.get(table);
      if (!found) throw new Error(`No aggregates of table ${table}`);
      return found;
    },
  };
}

const timeEnum = (builder: Builder, { name, table, times }: Shape): EnumRef | null =>
  times.size === 0
    ? null
    : builder.enumType(`${name}TimeColumn`, {
        description: `Columns of \`${table.name}\` that hold times.`,
        values: columnValues(times),
      });
