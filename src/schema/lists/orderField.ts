import { type Catalog, type Column, referencesTo } from '../../catalog/catalog.ts';
import type { DbFunction } from '../../catalog/dbFunction.ts';
import { computedFunctions } from '../../catalog/functions.ts';
import { isUnique } from '../../catalog/uniqueKeys.ts';
import { computedValue } from '../../db/sql/call.ts';
import { keyOfColumn, type OrderKey } from '../../db/sql/keyset.ts';
import { marker } from '../../db/sql/markers.ts';
import { type Match, relatedAlias, toReferring } from '../../db/sql/match.ts';
import { fingerprint } from '../../db/sql/opaque.ts';
import type { OrderJoins } from '../../db/sql/orderJoins.ts';
import { columnRef } from '../../db/sql/select.ts';
import { readMeasure } from '../aggregates/order.ts';
import type { Shape, ShapeColumn, Shapes } from '../aggregates/shape.ts';
import type { Aggregates } from '../aggregates/types.ts';
import type { EnumRef, InputObjectRef } from '../builder.ts';
import type { SchemaBase } from '../schemaBase.ts';
import type { DerivedKey, DerivedOrder } from './derived.ts';
import { type Direction, directions } from './direction.ts';

/**
 * The position in an `orderBy` item while it is read: the alias of the rows reached, and the field names on the way.
 */
export interface Way {
  readonly rows: string;
  readonly path: readonly string[];
  readonly joins: OrderJoins;
}

/** A field of an `orderBy` input, which makes a key from its value. */
export interface OrderField {
  readonly type: InputObjectRef | EnumRef;
  readonly deprecationReason?: string | undefined;
  /** The kind of read per row in addition to the row itself, which determines its price. */
  readonly reads?: 'relation' | 'aggregate' | 'call';
  readonly keyOf: (value: unknown, way: Way) => OrderKey;
}

type NamedField = readonly [name: string, field: OrderField];

/** The types from which orders are built. */
export interface OrderParts extends SchemaBase {
  readonly shapes: Shapes;
  readonly aggregates: Aggregates;
  readonly direction: EnumRef;
}

/** Creates the field of a column in an order by its values. */
export const orderByValue = ({ catalog, direction }: OrderParts, name: string, column: Column): OrderField => ({
  type: direction,
  deprecationReason: column.deprecationReason,
  keyOf(value, { rows, path }) {
    if (path.length === 0) return keyOfColumn(column, directions[value as Direction]);
    const key = { expression: columnRef(column, rows), type: column.type, nullable: true };
    return computedKey(catalog, [...path, name], key, value);
  },
});

/** Creates the field of a column in an order by a value that is computed from it and the client's input. */
export const orderByDerived = (
  { catalog }: OrderParts,
  name: string,
  column: ShapeColumn,
  { type, read }: DerivedOrder,
): OrderField => ({
  type,
  deprecationReason: column.column.deprecationReason,
  reads: 'call',
  keyOf(value, { rows, path }) {
    const { key, direction } = read(column, rows, value);
    return computedKey(catalog, [...path, name], key, direction);
  },
});

/** Creates the fields of the computed columns that their owner marked as sortable. */
export const orderByFunctions = ({ catalog, names, direction }: OrderParts, { table }: Shape): readonly NamedField[] =>
  computedFunctions(catalog, table).flatMap((fn: DbFunction): readonly NamedField[] => {
    const { isSortable, result, deprecationReason } = fn;
    if (!isSortable || result.kind !== 'value') return [];
    const { of } = computedValue(catalog, fn, new Map());
    const name = names.call(fn);
    const keyOf: OrderField['keyOf'] = (value, { rows, path }) =>
      computedKey(catalog, [...path, name], { expression: of(rows), type: result.type, nullable: true }, value);
    return [[name, { type: direction, deprecationReason, reads: 'call', keyOf }]];
  });

/** Creates the fields of a table's to-one relations; `inputOf` and `keyIn` serve the tables that they lead to. */
export const orderByRelations = (
  { shapes }: OrderParts,
  { relations }: Shape,
  inputOf: (shape: Shape) => InputObjectRef,
  keyIn: (shape: Shape, item: unknown, way: Way) => OrderKey,
): readonly NamedField[] =>
  [...relations].map(([name, match]) => {
    const to = shapes.of(match.table.name);
    const keyOf: OrderField['keyOf'] = (item, { rows, path, joins }) =>
      keyIn(to, item, { rows: joins.row(match, rows), path: [...path, name], joins });
    return [name, { type: inputOf(to), deprecationReason: to.table.deprecationReason, reads: 'relation', keyOf }];
  });

/** Creates the fields of the aggregates of a table's to-many relations. */
export const orderByAggregates = (parts: OrderParts, { table }: Shape): readonly NamedField[] =>
  referencesTo(parts.catalog, table).flatMap(([child, key]): readonly NamedField[] => {
    const { shape, relatedBy } = parts.aggregates.of(child.name);
    if (!relatedBy || isUnique(child, key.columns)) return [];
    const [name] = parts.names.aggregates(parts.names.back(child, key));
    return [[name, aggregateField(parts, name, shape, toReferring(table, child, key), relatedBy)]];
  });

const aggregateField = (
  { catalog }: OrderParts,
  name: string,
  of: Shape,
  match: Match,
  type: InputObjectRef,
): OrderField => ({
  type,
  deprecationReason: of.table.deprecationReason,
  reads: 'aggregate',
  keyOf(item, { rows, path, joins }) {
    const found = readMeasure(of, item, { name: relatedAlias, isExact: true });
    const measure = found?.measured.measure;
    if (!measure || measure.kind === 'derived') throw new Error(`No order by ${[...path, name].join('.')}`);
    const nullable = path.length > 0 || measure.kind !== 'value' || measure.whenEmpty === null;
    const expression = joins.measure(match, rows, measure);
    const key = { expression, type: found.measured.type, nullable };
    return computedKey(catalog, [...path, name, ...found.path], key, found.direction);
  },
});

/** Builds the key of a value that is not a column of the list's table. Its name derives from the path. */
const computedKey = (catalog: Catalog, path: readonly string[], key: DerivedKey, direction: unknown): OrderKey => ({
  ...key,
  ...directions[direction as Direction],
  name: marker(catalog, 'order') + fingerprint(path),
  isComputed: true,
});
