import type { Catalog } from '../../catalog/catalog.ts';
import { isUnique } from '../../catalog/uniqueKeys.ts';
import { required } from '../../errors.ts';
import type { Builder, EnumRef, InputObjectRef } from '../builder.ts';
import type { Filters } from '../filters/filters.ts';
import type { RowRef } from '../lists/edge.ts';
import { createColumnTypes } from './columns.ts';
import { createGroupBy } from './groupBy.ts';
import { type Groups, readGroups } from './groups.ts';
import { havingInput } from './having.ts';
import { createKeyTypes } from './key.ts';
import { createMeasureOrders } from './measureOrders.ts';
import { createGroupOrders, type GroupOrder, readGroupOrder, relatedOrder } from './order.ts';
import { createPartTypes } from './parts.ts';
import { type AggregateRef, aggregateType, changeType, columnsType } from './rows.ts';
import type { Shape, Shapes } from './shape.ts';

/** The aggregate types of one table. */
export interface TableAggregates {
  readonly shape: Shape;
  readonly type: AggregateRef;
  /** Enum of the columns to group by; null if there are none. */
  readonly column: EnumRef | null;
  /** Inputs of grouped aggregates; null if the table has no column to group by. */
  readonly groups: Readonly<Record<'by' | 'having' | 'orderBy', InputObjectRef>> | null;
  /**
   * Input that orders the rows of a referenced table by an aggregate of the rows that refer to them; null if this table
   * has no foreign key, or only unique ones.
   */
  readonly relatedBy: InputObjectRef | null;
}

export interface Aggregates {
  /** Returns the types of a table by its name. */
  readonly of: (table: string) => TableAggregates;
  /**
   * Reads `groupBy`; the filter bounds the buckets to fill. Throws BAD_USER_INPUT for nulls, invalid buckets and too
   * many keys.
   */
  readonly readGroups: (shape: Shape, groupBy: unknown, where: unknown) => Groups;
  /** Reads `orderBy`; throws BAD_USER_INPUT for a key or bucket that the groups lack, and for too many entries. */
  readonly readOrder: (shape: Shape, groups: Groups, orderBy: unknown) => GroupOrder;
}

/** The tables and types from which aggregates are built. */
interface AggregatesOptions {
  readonly catalog: Catalog;
  readonly shapes: Shapes;
  readonly filters: Filters;
  readonly direction: EnumRef;
  /** Returns the object type of a table by its name. */
  readonly rowOf: (table: string) => RowRef;
}

/** Defines the aggregate types of all tables. */
export function createAggregates(
  builder: Builder,
  { catalog, shapes, filters, direction, rowOf }: AggregatesOptions,
): Aggregates {
  const columnTypes = createColumnTypes(builder, filters);
  const measures = createMeasureOrders(builder, direction);
  const parts = createPartTypes(builder, direction);
  const change = changeType(builder);
  const keyOf = createKeyTypes(builder, shapes);
  const groupable = shapes.all.filter((shape) => shape.groupable.size > 0);
  const columns = new Map(groupable.map((shape) => [shape.table.name, columnEnum(builder, shape)]));
  const groupBy = createGroupBy(builder, shapes, columns, parts.name);
  const orderOf = createGroupOrders(builder, groupable, direction, measures, parts.orderBy);
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
      by: groupBy(name),
      having: havingInput(builder, shape, filters, columnTypes),
      orderBy: orderOf(name),
    };
    const isRelated = shape.table.foreignKeys.some(({ columns }) => !isUnique(shape.table, columns));
    const relatedBy = isRelated ? relatedOrder(builder, shape, direction, measures) : null;
    return { shape, type, column, groups, relatedBy };
  };
  const defined = new Map(shapes.all.map((shape) => [shape.table.name, define(shape)]));
  return {
    of: (table) => required(defined, table),
    readGroups: (...args) => readGroups({ catalog, shapes }, ...args),
    readOrder: (...args) => readGroupOrder(shapes, ...args),
  };
}

/** Defines the enum of a table's columns; the values are the column names in the database. */
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
