import { builtIn, type Type } from '../../catalog/type.ts';
import { based, operandOf } from '../../db/sql/compare.ts';
import {
  type Derived,
  isChange,
  type Measure,
  type NumberForm,
  numberForms,
  type ValuesMeasure,
} from '../../db/sql/measure.ts';
import { alias, columnRef } from '../../db/sql/select.ts';
import { type Sql, sql } from '../../db/sql/sql.ts';
import { badInput } from '../../errors.ts';
import { type Leaf, scalarLeaf } from '../leaves.ts';
import { type MeasuredOperand, measurementsOf, percentileOf, resultType } from './measures.ts';
import type { ShapeColumn } from './shape.ts';

/** A measure, and how its value travels. */
export interface Measured<M extends Measure = ValuesMeasure> {
  readonly measure: M;
  readonly leaf: Leaf;
  readonly type: Type;
}

/** Measure that counts rows. */
export const countAll: Measured = {
  measure: { kind: 'value', name: 'count', expression: sql`pg_catalog.count(*)`, whenEmpty: '0' },
  leaf: scalarLeaf('SafeInt'),
  type: resultType('SafeInt'),
};

/**
 * Returns the name of a column's measure in rows. It contains the column's index, so that it is short however long the
 * column's name is.
 */
export function measureName({ index, leaf }: ShapeColumn, field: string, fraction?: number, form?: NumberForm): string {
  const number = form === undefined ? [] : [form, ...(leaf.type === 'Duration' ? ['seconds'] : [])];
  return [...number, field, index, ...(fraction === undefined ? [] : [fraction])].join(' ');
}

/** The rows being measured: their alias, and whether the measure must be reproducible to the last digit. */
export interface MeasuredRows {
  readonly name: string;
  readonly isExact: boolean;
}

const ownRows: MeasuredRows = { name: alias, isExact: false };

/**
 * Returns the measure of a field in a column's aggregates; throws BAD_USER_INPUT unless the fraction is from 0 to 1.
 */
function measured(of: ShapeColumn, field: string, fraction?: unknown, rows = ownRows): Measured {
  const { column, leaf, isOnNodes } = of;
  const operand = { sql: columnValue(of, rows.name), type: column.type, leaf, isOnNodes, isExact: rows.isExact };
  return measureOf(operand, measureName(of, field), field, fraction);
}

/** Returns a measure as it is, as a number, or as its change; for the last two, durations count in seconds. */
export function measuredIn(
  of: ShapeColumn,
  form: NumberForm | undefined,
  field: string,
  fraction?: unknown,
  rows?: MeasuredRows,
): Measured<ValuesMeasure | Derived> {
  if (!form) return measured(of, field, fraction, rows);
  if (of.leaf.type !== 'Duration') return numberOf(measured(of, field, fraction), form);
  const seconds = sql`extract(epoch from ${columnValue(of)})`;
  const type = builtIn('numeric');
  const operand = { ...of, sql: seconds, type, leaf: scalarLeaf('Decimal'), isExact: false };
  return numberOf(measureOf(operand, `seconds ${measureName(of, field)}`, field, fraction), form);
}

const columnValue = ({ column }: ShapeColumn, rows = alias): Sql => based(operandOf(column, columnRef(column, rows)));

function measureOf(operand: MeasuredOperand, name: string, field: string, fraction: unknown): Measured {
  const { leaf, type } = operand;
  const percentile = percentileOf(leaf);
  if (field === 'percentile' && percentile !== null) {
    if (typeof fraction !== 'number' || !(fraction >= 0 && fraction <= 1)) throw badInput('p must be from 0 to 1');
    return {
      measure: { kind: 'percentile', name: `${name} ${fraction}`, list: name, values: operand.sql, fraction },
      leaf: scalarLeaf(percentile),
      type: resultType(percentile),
    };
  }
  const found = measurementsOf(leaf)[field];
  if (!found) throw new Error(`No measure ${field} of ${type.name}`);
  const { expression, whenEmpty, result } = found;
  return {
    measure: { kind: 'value', name, expression: expression(operand), whenEmpty },
    leaf: result === null ? leaf : scalarLeaf(result),
    type: result === null ? type : resultType(result),
  };
}

/** Returns a measure as a number or as its change. Integers become numeric, so that differences cannot overflow. */
export const numberOf = ({ measure, type: { name } }: Measured, form: NumberForm): Measured<Derived> => ({
  measure: {
    kind: 'derived',
    name: `${form} ${measure.name}`,
    of: measure,
    form,
    number: (value) => (/^float/.test(name) ? sql`${value}::pg_catalog.float8` : sql`${value}::pg_catalog.numeric`),
  },
  leaf: scalarLeaf('Float'),
  type: resultType('Float'),
});

/** Returns the form whose measures a field holds; undefined for any other field. */
export const formOf = (field: string): NumberForm | undefined => numberForms.find((form) => form === field);

/** Throws BAD_USER_INPUT if changes are asked for without buckets. */
export function requireBuckets(measures: readonly Measure[], isBucketed: boolean): void {
  if (!isBucketed && measures.some(isChange)) throw badInput('Changes need buckets: set every in groupBy');
}
