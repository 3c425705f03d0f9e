import type { FieldMap } from '@pothos/core';
import type { Type } from '../../catalog/catalog.ts';
import { based, operandOf } from '../../db/sql/compare.ts';
import type { Measure } from '../../db/sql/measure.ts';
import type { Row } from '../../db/sql/row.ts';
import { columnRef } from '../../db/sql/select.ts';
import { sql } from '../../db/sql/sql.ts';
import { badInput } from '../../errors.ts';
import type { Builder, FieldBuilder, InputObjectRef } from '../builder.ts';
import type { Filters } from '../filters/filters.ts';
import { generatedLeaf } from '../generated.ts';
import { type Leaf, scalarLeaf } from '../leaves.ts';
import type { Orders } from '../lists/order.ts';
import { textNames } from '../senses.ts';
import { measurementsOf, percentileOf, resultType } from './measures.ts';
import type { ShapeColumn } from './shape.ts';

/** A row of measures, and the column whose measures are looked at. */
export interface ColumnValues {
  readonly row: Row;
  readonly column: ShapeColumn;
}

/** The types that all columns of one leaf share. */
export interface ColumnTypes {
  readonly values: ReturnType<typeof valuesType>;
  /** Conditions on the measures. */
  readonly having: InputObjectRef;
  /** The key, or one measure, to order groups by. */
  readonly orderBy: InputObjectRef;
}

/** A measure, and how its value travels. */
export interface Measured {
  readonly measure: Measure;
  readonly leaf: Leaf;
  readonly type: Type;
}

/** The number of rows. */
export const countAll: Measured = {
  measure: { kind: 'value', name: 'count', expression: sql`pg_catalog.count(*)`, whenEmpty: '0' },
  leaf: scalarLeaf('SafeInt'),
  type: resultType('SafeInt'),
};

/** What orders call a column as a part of the key. */
export const keyField = 'key';

/** What the measure of a field is called in rows: short, however long the name of the column is. */
const nameOf = ({ index }: ShapeColumn, field: string, fraction?: number): string =>
  [field, index, ...(fraction === undefined ? [] : [fraction])].join(' ');

/** What a field of a column's aggregates stands for; throws BAD_USER_INPUT for a fraction that is none. */
export function measured(of: ShapeColumn, field: string, fraction?: unknown): Measured {
  const { column, leaf } = of;
  const operand = {
    sql: based(operandOf(column, columnRef(column))),
    type: column.type,
    leaf,
    isOnNodes: of.isOnNodes,
  };
  const percentile = percentileOf(leaf);
  if (field === 'percentile' && percentile !== null) {
    if (typeof fraction !== 'number' || !(fraction >= 0 && fraction <= 1)) throw badInput('p must be from 0 to 1');
    return {
      measure: {
        kind: 'percentile',
        name: nameOf(of, field, fraction),
        list: nameOf(of, field),
        values: operand.sql,
        fraction,
      },
      leaf: scalarLeaf(percentile),
      type: resultType(percentile),
    };
  }
  const found = measurementsOf(leaf)[field];
  if (!found) throw new Error(`No measure ${field} of ${column.name}`);
  const { expression, whenEmpty, result } = found;
  return {
    measure: { kind: 'value', name: nameOf(of, field), expression: expression(operand), whenEmpty },
    leaf: result === null ? leaf : scalarLeaf(result),
    type: result === null ? column.type : resultType(result),
  };
}

/** Defines the types of a leaf once, when a column first needs them. */
export function createColumnTypes(builder: Builder, filters: Filters, orders: Orders): (leaf: Leaf) => ColumnTypes {
  const percentileInputs = createPercentileInputs(builder, filters, orders);
  const defined = new Map<string, ColumnTypes>();
  return (leaf) => {
    const name = `${leaf.name}${leaf.isList ? 'List' : ''}Aggregate`;
    const known = defined.get(name);
    if (known) return known;
    const measurements = Object.entries(measurementsOf(leaf));
    const percentile = percentileOf(leaf);
    const tests = new Map(
      measurements.map(([field, { result }]) => [
        field,
        filters.leaf(result === null ? leaf : scalarLeaf(result)).type,
      ]),
    );
    if (percentile) tests.set('percentile', percentileInputs.having(percentile));
    const made: ColumnTypes = {
      values: valuesType(builder, name, leaf),
      having: builder.inputType(`${name}Having`, {
        description: 'Conditions on measures of a column; all must hold.',
        fields: (t) => Object.fromEntries([...tests].map(([field, type]) => [field, t.field({ type })])),
      }),
      orderBy: builder.inputType(`${name}OrderBy`, {
        isOneOf: true,
        description: 'What to order groups by: a measure of the column, or its key.',
        fields: (t) => ({
          ...(!withoutOrder.includes(leaf.name) && {
            [keyField]: t.field({
              type: orders.direction,
              description: 'This part of the key; `groupBy` must have it.',
            }),
          }),
          ...Object.fromEntries(measurements.map(([field]) => [field, t.field({ type: orders.direction })])),
          ...(percentile && { percentile: t.field({ type: percentileInputs.orderBy }) }),
        }),
      }),
    };
    defined.set(name, made);
    return made;
  };
}

/** Values by which nothing is grouped. */
const withoutOrder: readonly string[] = [textNames.none, textNames.equality];

const fraction = 'A fraction from 0 to 1, such as 0.95 for the 95th percentile.';

function valuesType(builder: Builder, name: string, leaf: Leaf) {
  return builder.objectRef<ColumnValues>(name).implement({
    description: 'Measures of the values of a column; nulls are ignored.',
    fields: (t) => ({
      ...Object.fromEntries(
        Object.entries(measurementsOf(leaf)).map(([field, measurement]) => {
          const { description, result, whenEmpty } = measurement;
          const own = result === null ? leaf : scalarLeaf(result);
          return [
            field,
            t.field({
              type: own.type,
              nullable: whenEmpty === null,
              description,
              ...generatedLeaf({ kind: 'part' }, own, { get: (values: ColumnValues) => measureOf(values, field) }),
            }),
          ];
        }),
      ),
      ...percentileField(t, leaf),
    }),
  });
}

function percentileField(t: FieldBuilder<ColumnValues>, leaf: Leaf): FieldMap {
  const result = percentileOf(leaf);
  if (result === null) return {};
  const own = scalarLeaf(result);
  return {
    percentile: t.field({
      type: own.type,
      nullable: true,
      description: 'The interpolated value at this fraction; several cost one pass.',
      args: { p: t.arg.float({ required: true, description: fraction }) },
      ...generatedLeaf({ kind: 'part' }, own, {
        ask: ({ p }) => Number(p),
        get: (values: ColumnValues, p) => measureOf(values, 'percentile', p),
      }),
    }),
  };
}

const measureOf = ({ row, column }: ColumnValues, field: string, p?: number) => row[nameOf(column, field, p)];

function createPercentileInputs(builder: Builder, filters: Filters, { direction }: Orders) {
  const having = new Map<string, InputObjectRef>();
  return {
    orderBy: builder.inputType('PercentileOrderBy', {
      fields: (t) => ({
        p: t.float({ required: true, description: fraction }),
        direction: t.field({ type: direction, required: true }),
      }),
    }),
    having(result: 'Float' | 'Duration'): InputObjectRef {
      const known = having.get(result);
      if (known) return known;
      const { type } = filters.leaf(scalarLeaf(result));
      const made = builder.inputType(`${result}PercentileHaving`, {
        fields: (t) => ({
          p: t.float({ required: true, description: fraction }),
          is: t.field({ type, required: true }),
        }),
      });
      having.set(result, made);
      return made;
    },
  };
}
