import { unusedName } from '../../catalog/assign.ts';
import type { Table } from '../../catalog/catalog.ts';
import type { OrderKey } from '../../db/sql/keyset.ts';
import { createOrderJoins } from '../../db/sql/orderJoins.ts';
import { alias, type Rows } from '../../db/sql/select.ts';
import type { Sql } from '../../db/sql/sql.ts';
import { required } from '../../errors.ts';
import type { Shape } from '../aggregates/shape.ts';
import type { Builder, InputObjectRef } from '../builder.ts';
import { source } from '../fieldSource.ts';
import { oneOf, orderEntries } from '../given.ts';
import { memoised } from '../memoised.ts';
import { namedFields } from '../namedFields.ts';
import { createDerivedOrders } from './derived.ts';
import { createDistances } from './distance.ts';
import {
  type OrderField,
  type OrderParts,
  orderByAggregates,
  orderByDerived,
  orderByFunctions,
  orderByRelations,
  orderByValue,
  type Way,
} from './orderField.ts';
import { withTieBreak } from './tieBreak.ts';

/** The total order of a list, and the joins to which its keys refer. */
export interface ListOrder {
  readonly keys: readonly OrderKey[];
  readonly joins: Sql;
}

export interface Orders {
  /** Returns the type of an item of a table's `orderBy`; null if no column can be sorted. */
  readonly orderBy: (table: Table) => InputObjectRef | null;
  /**
   * Reads `orderBy`; `isWhole` is true if the list has all rows of the table. Throws BAD_USER_INPUT for a null, and for
   * too many entries.
   */
  readonly read: (table: Rows, orderBy: unknown, isWhole: boolean) => ListOrder;
}

/** Defines the `orderBy` inputs of all tables: columns, to-one relations, and aggregates of to-many relations. */
export function createOrders(builder: Builder, parts: OrderParts): Orders {
  const { catalog, shapes } = parts;
  const ordered = shapes.all.filter(({ groupable }) => groupable.size > 0);
  const inputs = new Map(ordered.map(({ name, table }) => [table.name, builder.inputRef<object>(`${name}OrderBy`)]));
  const inputOf = ({ table }: Shape) => required(inputs, table.name);
  const ownFields = createOwnFields(builder, parts, ordered);

  const keyIn = (shape: Shape, item: unknown, way: Way): OrderKey => {
    const [name, value] = oneOf('orderBy', item);
    return required(fieldsOf(shape), name).keyOf(value, way);
  };
  const fieldsOf = memoised((shape: Shape) =>
    ownFields(shape, [...orderByRelations(parts, shape, inputOf, keyIn), ...orderByAggregates(parts, shape)]),
  );

  for (const shape of ordered)
    inputOf(shape).implement({
      isOneOf: true,
      description: 'What to order rows by; the first entry is the most significant.',
      fields: (t) =>
        namedFields(fieldsOf(shape), ({ type, deprecationReason, reads }) =>
          t.field({ type, deprecationReason, ...(reads && { extensions: source(reads) }) }),
        ),
    });

  return {
    orderBy: (table) => inputs.get(table.name) ?? null,
    read(table, orderBy, isWhole) {
      const joins = createOrderJoins(catalog, isWhole);
      const way: Way = { rows: alias, path: [], joins };
      const keys = orderEntries(orderBy, 'the default order').map((item, i) => {
        const key = keyIn(shapes.of(table.name), item, way);
        return key.given ? { ...key, name: `${key.name}${i}` } : key;
      });
      const different = keys.filter((key, i) => keys.findIndex(({ name }) => name === key.name) === i);
      // A function may return nulls even in columns that are never null in the table.
      const nullable = table.call ? different.map((key) => ({ ...key, nullable: true })) : different;
      return { keys: withTieBreak(catalog, table, nullable), joins: joins.sql() };
    },
  };
}

/** Returns the function that adds the fields of a table's columns and computed columns to `others`. */
function createOwnFields(builder: Builder, parts: OrderParts, ordered: readonly Shape[]) {
  const columns = ordered.flatMap((shape) => [...shape.columns.values()]);
  const derived = createDerivedOrders(builder, parts.direction, columns);
  const leaves = ordered.flatMap(({ groupable }) => [...groupable.values()].map(({ leaf }) => leaf));
  const distances = createDistances(builder, parts.direction, leaves);
  return (shape: Shape, others: readonly (readonly [string, OrderField])[]): ReadonlyMap<string, OrderField> => {
    const fields = new Map([
      ...[...shape.groupable].map(([name, column]) => {
        const distance = distances(column.leaf);
        const field = distance
          ? orderByDerived(parts, name, column, distance)
          : orderByValue(parts, name, column.column);
        return [name, field] as const;
      }),
      ...orderByFunctions(parts, shape),
      ...others,
    ]);
    for (const [name, column] of shape.columns)
      for (const order of derived(column)) {
        const called = unusedName(name + order.suffix, fields);
        fields.set(called, orderByDerived(parts, called, column, order));
      }
    return fields;
  };
}
