import { unusedName } from '../../catalog/assign.ts';
import { type Catalog, type Column, isUnique, referencesTo, type Table } from '../../catalog/catalog.ts';
import type { DbFunction } from '../../catalog/dbFunction.ts';
import { computedFunctions } from '../../catalog/functions.ts';
import type { Names } from '../../catalog/naming.ts';
import { computedValue } from '../../db/sql/call.ts';
import { keyOfColumn, type OrderKey } from '../../db/sql/keyset.ts';
import { marker } from '../../db/sql/markers.ts';
import { inner, type Match } from '../../db/sql/match.ts';
import { fingerprint } from '../../db/sql/opaque.ts';
import { createOrderJoins, type OrderJoins } from '../../db/sql/orderJoins.ts';
import { alias, columnRef, type Rows } from '../../db/sql/select.ts';
import type { Sql } from '../../db/sql/sql.ts';
import { badInput, required } from '../../errors.ts';
import { oneOf } from '../aggregates/given.ts';
import { readMeasure } from '../aggregates/order.ts';
import type { Shape, ShapeColumn, Shapes } from '../aggregates/shape.ts';
import type { Aggregates } from '../aggregates/types.ts';
import type { Builder, EnumRef, InputObjectRef } from '../builder.ts';
import { source } from '../fieldSource.ts';
import { createDerivedOrders, type DerivedKey, type DerivedOrder } from './derived.ts';
import { type Direction, directions } from './direction.ts';
import { createDistances } from './distance.ts';
import { withTieBreak } from './tieBreak.ts';

/** The total order of a list, and the joins to which its keys refer. */
export interface ListOrder {
  readonly keys: readonly OrderKey[];
  readonly joins: Sql;
}

export interface Orders {
  /** Returns the type of an item of a table's `orderBy`; null if no column can be sorted. */
  readonly orderBy: (table: Table) => InputObjectRef | null;
  /** Reads `orderBy`; `isWhole` tells that the list has all rows of the table. Throws BAD_USER_INPUT for a null. */
  readonly read: (table: Rows, orderBy: unknown, isWhole: boolean) => ListOrder;
}

/**
 * The position in an `orderBy` item while it is read: the alias of the rows reached, and the field names on the way.
 */
interface Way {
  readonly rows: string;
  readonly path: readonly string[];
  readonly joins: OrderJoins;
}

/** A field of an `orderBy` input, which makes a key from its value. */
interface OrderField {
  readonly type: InputObjectRef | EnumRef;
  readonly deprecationReason?: string | undefined;
  /** The kind of read per row in addition to the row itself, which determines its price. */
  readonly reads?: 'relation' | 'aggregate' | 'call';
  readonly keyOf: (value: unknown, way: Way) => OrderKey;
}

interface Parts {
  readonly catalog: Catalog;
  readonly names: Names;
  readonly shapes: Shapes;
  readonly aggregates: Aggregates;
  readonly direction: EnumRef;
}

/** Defines the `orderBy` inputs of all tables: columns, to-one relations, and aggregates of to-many relations. */
export function createOrders(builder: Builder, { catalog, names, shapes, aggregates, direction }: Parts): Orders {
  const ordered = shapes.all.filter(({ groupable }) => groupable.size > 0);
  const inputs = new Map(ordered.map(({ name, table }) => [table.name, builder.inputRef<object>(`${name}OrderBy`)]));

  const derived = createDerivedOrders(
    builder,
    direction,
    ordered.flatMap(({ columns }) => [...columns.values()]),
  );
  const leaves = ordered.flatMap(({ groupable }) => [...groupable.values()].map(({ leaf }) => leaf));
  const distances = createDistances(builder, direction, leaves);

  /** Builds the key of a value that is not a column of the list's table. Its name derives from the path. */
  const computedKey = (path: readonly string[], key: DerivedKey, to: unknown) => ({
    ...{ ...key, ...directions[to as Direction] },
    name: marker(catalog, 'order') + fingerprint(path),
    isComputed: true,
  });

  const columnField = (name: string, column: ShapeColumn): OrderField => {
    const distance = distances(column.leaf);
    return distance ? derivedField(name, column, distance) : valueField(name, column.column);
  };

  const valueField = (name: string, column: Column): OrderField => ({
    type: direction,
    deprecationReason: column.deprecationReason,
    keyOf(value, { rows, path }) {
      if (path.length === 0) return keyOfColumn(column, directions[value as Direction]);
      return computedKey(
        [...path, name],
        { expression: columnRef(column, rows), type: column.type, nullable: true },
        value,
      );
    },
  });

  const derivedField = (
    name: string,
    column: ShapeColumn,
    { type, read }: Omit<DerivedOrder, 'suffix'>,
  ): OrderField => ({
    type,
    deprecationReason: column.column.deprecationReason,
    reads: 'call',
    keyOf(value, { rows, path }) {
      const { key, direction } = read(column, rows, value);
      return computedKey([...path, name], key, direction);
    },
  });

  const functionField = (name: string, fn: DbFunction): readonly (readonly [string, OrderField])[] => {
    if (!fn.isSortable || fn.result.kind !== 'value') return [];
    const { type } = fn.result;
    const { of } = computedValue(catalog, fn, new Map());
    const { deprecationReason } = fn;
    const keyOf: OrderField['keyOf'] = (value, { rows, path }) =>
      computedKey([...path, name], { expression: of(rows), type, nullable: true }, value);
    return [[name, { type: direction, deprecationReason, reads: 'call', keyOf }]];
  };

  const relationField = (name: string, to: Shape, match: Match): OrderField => ({
    type: required(inputs, to.table.name),
    deprecationReason: to.table.deprecationReason,
    reads: 'relation',
    keyOf: (item, { rows, path, joins }) =>
      keyIn(to, item, { rows: joins.row(match, rows), path: [...path, name], joins }),
  });

  const aggregateField = (name: string, of: Shape, match: Match, type: InputObjectRef): OrderField => ({
    type,
    deprecationReason: of.table.deprecationReason,
    reads: 'aggregate',
    keyOf(item, { rows, path, joins }) {
      const found = readMeasure(of, item, { name: inner, isExact: true });
      const measure = found?.measured.measure;
      if (!measure || measure.kind === 'derived') throw new Error(`No order by ${[...path, name].join('.')}`);
      const nullable = path.length > 0 || measure.kind !== 'value' || measure.whenEmpty === null;
      const expression = joins.measure(match, rows, measure);
      return computedKey(
        [...path, name, ...found.path],
        { expression, type: found.measured.type, nullable },
        found.direction,
      );
    },
  });

  const fieldsOf = (shape: Shape): ReadonlyMap<string, OrderField> => {
    const { table } = shape;
    const own = new Map([
      ...[...shape.groupable].map(([name, column]) => [name, columnField(name, column)] as const),
      ...computedFunctions(catalog, table).flatMap((fn) => functionField(names.call(fn), fn)),
      ...[...shape.relations].map(([name, to]) => {
        const other = shapes.of(to.table);
        const match = { table: other.table, columns: to.targets, origin: table, values: to.columns };
        return [name, relationField(name, other, match)] as const;
      }),
      ...referencesTo(catalog, table).flatMap(([child, key]) => {
        const { relatedBy } = aggregates.of(child.name);
        if (!relatedBy || isUnique(child, key.columns)) return [];
        const [name] = names.aggregates(names.back(child, key));
        const match = { table: child, columns: key.columns, origin: table, values: key.targets };
        return [[name, aggregateField(name, shapes.of(child.name), match, relatedBy)] as const];
      }),
    ]);
    for (const [name, column] of shape.columns)
      for (const order of derived(column)) {
        const called = unusedName(name + order.suffix, own);
        own.set(called, derivedField(called, column, order));
      }
    return own;
  };

  const fields = new Map<string, ReadonlyMap<string, OrderField>>();
  const known = (shape: Shape) => {
    const found = fields.get(shape.table.name) ?? fieldsOf(shape);
    fields.set(shape.table.name, found);
    return found;
  };

  const keyIn = (shape: Shape, item: unknown, way: Way): OrderKey => {
    const [name, value] = oneOf('orderBy', item);
    return required(known(shape), name).keyOf(value, way);
  };

  for (const shape of ordered)
    required(inputs, shape.table.name).implement({
      isOneOf: true,
      description: 'What to order rows by; the first entry is the most significant.',
      fields: (t) =>
        Object.fromEntries(
          [...known(shape)].map(([name, { type, deprecationReason, reads }]) => [
            name,
            t.field({ type, deprecationReason, ...(reads && { extensions: source(reads) }) }),
          ]),
        ),
    });

  return {
    orderBy: (table) => inputs.get(table.name) ?? null,
    read(table, orderBy, isWhole) {
      const joins = createOrderJoins(catalog, isWhole);
      const way: Way = { rows: alias, path: [], joins };
      const keys = given(orderBy).map((item, i) => {
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

function given(orderBy: unknown): readonly unknown[] {
  if (orderBy === null) throw badInput('orderBy is null; leave it out for the default order');
  return (orderBy ?? []) as readonly unknown[];
}
