import { builtIn, type Type } from '../../catalog/type.ts';
import { sortable } from '../../db/sql/compare.ts';
import { type Sql, sql, trusted } from '../../db/sql/sql.ts';
import type { FilterOperand } from '../filters/operator.ts';
import type { Leaf } from '../leaves.ts';
import type { ScalarName } from '../scalars.ts';

/** The values of a column to measure. */
export interface MeasuredOperand extends FilterOperand {
  /** True if the rows are distributed over several nodes. */
  readonly isOnNodes: boolean;
  /** True if a sum of floats must be the same to the last digit, in whatever order rows are read. */
  readonly isExact: boolean;
}

/** An aggregate of a column's values, which ignores nulls. */
export interface Measurement {
  readonly description: string;
  /** Scalar of the result; null for the column's own. */
  readonly result: keyof typeof resultTypes | null;
  readonly expression: (column: MeasuredOperand) => Sql;
  readonly whenEmpty: '0' | null;
}

const resultTypes = {
  SafeInt: 'int8',
  BigInt: 'int8',
  Decimal: 'numeric',
  Float: 'float8',
  Duration: 'interval',
  Boolean: 'bool',
} as const satisfies Partial<Record<ScalarName, string>>;

/** Returns the PostgreSQL type of a result. */
export const resultType = (result: keyof typeof resultTypes): Type => builtIn(resultTypes[result]);

const measurement = (
  description: string,
  result: Measurement['result'],
  expression: Measurement['expression'],
  whenEmpty: Measurement['whenEmpty'] = null,
): Measurement => ({ description, result, expression, whenEmpty });

const counts = {
  count: measurement('The number of values.', 'SafeInt', ({ sql: x }) => sql`pg_catalog.count(${x})`, '0'),
  countDistinct: measurement(
    'The number of distinct values.',
    'SafeInt',
    (column) => sql`pg_catalog.count(distinct ${sortable(column)})`,
    '0',
  ),
};

const extremes = {
  min: measurement('The smallest value.', null, (column) => extreme(column, 'min')),
  max: measurement('The largest value.', null, (column) => extreme(column, 'max')),
};

/** Built-in types that have `min` and `max` in every PostgreSQL version, as all enums do. */
const withExtremes = /^(int[248]|float[48]|numeric|text|varchar|bpchar|date|time|timestamp(tz)?|interval)$/;

/**
 * Returns the smallest or largest value. It is a percentile for types without `min` and `max`, and for enums on several
 * nodes, whose `min` and `max` Citus cannot combine.
 */
function extreme(column: MeasuredOperand, name: 'min' | 'max'): Sql {
  const { type, isOnNodes } = column;
  if ((type.enum !== null && !isOnNodes) || (type.sql.startsWith('pg_catalog.') && withExtremes.test(type.name)))
    return sql`pg_catalog.${trusted(name)}(${column.sql})`;
  return sql`pg_catalog.percentile_disc(${trusted(name === 'min' ? '0' : '1')}) within group (order by ${sortable(column)})`;
}

/**
 * Returns the measurements of numbers. `cast` keeps digits that PostgreSQL's result would lose, or drops those that the
 * scalar cannot hold. Floats are cast before they are added, since the sum of a `float4` has only six digits; Citus
 * computes means from such sums.
 */
const numbers = (sum: Measurement['result'], mean: 'Float' | 'Decimal', cast: (x: Sql) => Sql) => ({
  sum: measurement('The sum of all values.', sum, (x) => sql`pg_catalog.sum(${added(x, sum, cast)})`),
  avg: measurement('The mean.', mean, (x) => {
    const value = sql`pg_catalog.avg(${added(x, sum, cast)})`;
    return sum === 'Float' ? value : cast(value);
  }),
  stddev: measurement('The standard deviation of a sample; null for a single value.', mean, (x) =>
    cast(sql`pg_catalog.stddev_samp(${added(x, sum, cast)})`),
  ),
});

/** Builds the argument of an aggregate that adds up values. */
function added({ sql: x, isExact }: MeasuredOperand, sum: Measurement['result'], cast: (x: Sql) => Sql): Sql {
  if (sum !== 'Float') return x;
  return isExact ? sql`${cast(x)} order by ${x}` : cast(x);
}

const asFloat = (x: Sql): Sql => sql`${x}::pg_catalog.float8`;
const asItIs = (x: Sql): Sql => x;

const booleans = {
  every: measurement('Whether all values are true.', 'Boolean', ({ sql: x }) => sql`pg_catalog.bool_and(${x})`),
  some: measurement('Whether at least one value is true.', 'Boolean', ({ sql: x }) => sql`pg_catalog.bool_or(${x})`),
};

const durations = {
  sum: measurement('The sum of all values.', 'Duration', ({ sql: x }) => sql`pg_catalog.sum(${x})`),
  avg: measurement('The mean.', 'Duration', ({ sql: x }) => sql`pg_catalog.avg(${x})`),
};

/** Returns the measurements of a leaf by field name; all columns of one leaf share them. */
export function measurementsOf(leaf: Leaf): Readonly<Record<string, Measurement>> {
  if (leaf.isList) return counts;
  switch (leaf.type) {
    case 'Int':
      return { ...counts, ...extremes, ...numbers('BigInt', 'Float', asFloat) };
    case 'BigInt':
    case 'Decimal':
      return { ...counts, ...extremes, ...numbers('Decimal', 'Decimal', asItIs) };
    case 'Float':
      return { ...counts, ...extremes, ...numbers('Float', 'Float', asFloat) };
    case 'Duration':
      return { ...counts, ...extremes, ...durations };
    case 'Boolean':
      return { ...counts, ...booleans };
    case 'UUID':
    case 'JSON':
    case 'GeoJSON':
    case 'Byte':
      return counts;
    default:
      return leaf.sense === 'none' || leaf.sense === 'equality' ? counts : { ...counts, ...extremes };
  }
}

/** Returns the scalar of a percentile of the leaf's values; null if values cannot be interpolated. */
export function percentileOf(leaf: Leaf): 'Float' | 'Duration' | null {
  if (leaf.isList) return null;
  if (leaf.type === 'Duration') return 'Duration';
  return leaf.type === 'Int' || leaf.type === 'BigInt' || leaf.type === 'Decimal' || leaf.type === 'Float'
    ? 'Float'
    : null;
}
