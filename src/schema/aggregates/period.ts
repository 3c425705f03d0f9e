import { selectBucketBefore } from '../../db/sql/bucket.ts';
import type { Period } from '../../db/sql/measure.ts';
import { fingerprint } from '../../db/sql/opaque.ts';
import { isEarlierBy, selectLength, type Times } from '../../db/sql/period.ts';
import { entriesOf, type Row } from '../../db/sql/row.ts';
import { alias } from '../../db/sql/select.ts';
import { and, sql } from '../../db/sql/sql.ts';
import { badInput } from '../../errors.ts';
import type { Filters } from '../filters/filters.ts';
import { clockOf } from '../filters/operators.ts';
import { boundsIn, withoutBounds } from './bounds.ts';
import type { Groups } from './groups.ts';
import type { Shape } from './shape.ts';

/** The filter of the measured rows, and how the rows are grouped by time. */
export interface TimedRows extends Pick<Groups, 'times' | 'bucket'> {
  readonly where: unknown;
}

/**
 * Returns the name of an earlier period, which prefixes the names of its measures. It is short however long `shift` is,
 * since PostgreSQL truncates names to 63 bytes.
 */
export const periodName = (shift: string | null): string => `-${fingerprint([shift])}`;

/** Returns the measures of an earlier period from a row that also has those of the current one. */
export function rowBefore(row: Row, name: string, keys: Iterable<string>): Row {
  const start = `${name} `;
  const own = entriesOf(row).filter(([key]) => key.startsWith(start));
  const values = own.map(([key, value]) => [key.slice(start.length), value] as const);
  return Object.fromEntries([...values, ...[...keys].map((key) => [key, row[key] ?? null] as const)]);
}

/**
 * Reads the period moved back by `shift`, or by its own length. Throws BAD_USER_INPUT if `where` does not define a
 * period.
 */
export function readPeriod(
  filters: Filters,
  shape: Shape,
  { where, times, bucket }: TimedRows,
  shift: string | null,
): Period {
  const [field, column] = times && shape.times.has(times.column[0]) ? times.column : boundedColumn(shape, where);
  const bounds = boundsIn(field, column, where);
  const timeZone = times?.timeZone ?? 'UTC';
  if (shift === null && bounds.lower.length === 0)
    throw badInput(`previous: give shift, or a lower bound on ${field} in where, with gte or within`);
  if (shift?.includes('infinity')) throw badInput('previous: shift must be finite');
  const isInstant = column.leaf.type !== 'Date';
  const upper =
    bounds.upper.length > 0 ? bounds.upper : [{ value: clockOf(column.column.type), isExclusive: isInstant }];
  // A period moved back by its own length ends where the current one begins. Its end is exclusive, so that no row
  // belongs to both.
  const ends = upper.map((bound) => ({ ...bound, isExclusive: bound.isExclusive || (shift === null && isInstant) }));
  const within: Times = { column: column.column, timeZone, lower: bounds.lower, upper: ends };
  const length = shift === null ? selectLength(within) : sql`${shift}::pg_catalog.interval`;
  const rest = withoutBounds(field, where);
  const condition = filters.condition(shape.table, rest ?? undefined, alias);
  return {
    name: periodName(shift),
    where: and([condition, isEarlierBy(length, within)]),
    bucketBefore: (start) => (bucket ? selectBucketBefore(bucket, start, length) : start),
  };
}

/** Returns the only time column that a filter bounds. */
function boundedColumn(shape: Shape, where: unknown) {
  const bounded = [...shape.times].filter(([field, column]) => {
    const { lower, upper } = boundsIn(field, column, where);
    return lower.length + upper.length > 0;
  });
  const [one, other] = bounded;
  if (one && !other) return one;
  const columns = [...shape.times.keys()].join(', ');
  throw badInput(
    `previous: where must bound exactly one of the time columns ${columns}; it bounds ${bounded.length || 'none'}`,
  );
}
