import type { Column } from '../../catalog/catalog.ts';
import { columnRef } from './select.ts';
import { join, type Sql, sql, trusted } from './sql.ts';

/** The length of a bucket: whole units of the local calendar, or a fixed time that is PostgreSQL's to read. */
export type Every =
  | { readonly unit: 'months' | 'weeks' | 'days'; readonly count: number }
  | { readonly unit: 'time'; readonly length: string };

/** One end of the times that a filter lets through, as a value of the bucketed column. */
export interface Bound {
  readonly value: Sql;
  readonly isExclusive: boolean;
}

/** The times between which empty buckets are wanted too; an end without a bound is the data's. */
export interface Bounds {
  readonly lower: readonly Bound[];
  readonly upper: readonly Bound[];
}

export interface Bucket {
  readonly column: Column;
  readonly every: Every;
  /** A name that PostgreSQL knows; means nothing to columns without a time zone. */
  readonly timeZone: string;
  /** An instant at which a bucket of a fixed time begins, as text; null for local midnight of 2000-01-01. */
  readonly origin: string | null;
  /** Null where only buckets with rows are wanted. */
  readonly fill: Bounds | null;
}

/**
 * Buckets are cut from the time that a clock on the wall shows (a `timestamp`) when they follow the calendar: a day is
 * then from midnight to midnight however many hours it has. Those of a fixed time are cut from the column as it is.
 */
const isLocal = ({ every, column }: Bucket) => every.unit !== 'time' || column.type.name !== 'timestamptz';
const isConverted = (bucket: Bucket) => isLocal(bucket) && bucket.column.type.name === 'timestamptz';

const toWall = (bucket: Bucket, value: Sql): Sql => {
  if (isConverted(bucket)) return sql`(${value} at time zone ${bucket.timeZone}::text)`;
  return bucket.column.type.name === 'date' ? sql`${value}::timestamp` : value;
};

/** The start of a bucket as `selectBucket` gives it, in the type of the column. */
export const bucketValue = (bucket: Bucket, start: Sql): Sql => {
  if (isConverted(bucket)) return sql`(${start} at time zone ${bucket.timeZone}::text)`;
  return bucket.column.type.name === 'date' ? sql`${start}::date` : start;
};

/** The start of the bucket in which a row's time lies. */
export const selectBucket = (bucket: Bucket): Sql => startOf(bucket, toWall(bucket, columnRef(bucket.column)));

/** What PostgreSQL has a name for, by its months: faster than the arithmetic that other numbers of them take. */
const calendarUnits: Readonly<Record<number, string>> = { 1: 'month', 3: 'quarter', 12: 'year' };

/** January 2000, counted in months. */
const firstMonth = 24_000;

function startOf(bucket: Bucket, time: Sql): Sql {
  const { every } = bucket;
  if (every.unit !== 'months') return sql`date_bin(${stepOf(every)}, ${time}, ${originOf(bucket)})`;
  const unit = calendarUnits[every.count];
  if (unit) return sql`date_trunc('${trusted(unit)}', ${time})`;
  const months = sql`(extract(year from v.t) * 12 + extract(month from v.t) - 1)::int - ${trusted(String(firstMonth))}`;
  const count = sql`${every.count}::int`;
  // Infinite times have no month. The remainder of a negative number is negative.
  return sql`(select case when isfinite(v.t)
    then date_trunc('month', v.t) - make_interval(months => ((${months}) % ${count} + ${count}) % ${count})
    else v.t end from (select ${time} as t) v)`;
}

/** Where buckets that follow the calendar are counted from: weeks from a Monday. */
const calendarOrigins = { weeks: '2000-01-03', days: '2000-01-01' } as const;

function originOf(bucket: Bucket): Sql {
  const { every, origin, timeZone } = bucket;
  if (every.unit === 'weeks' || every.unit === 'days') return sql`timestamp '${trusted(calendarOrigins[every.unit])}'`;
  if (isLocal(bucket))
    return origin === null
      ? sql`timestamp '2000-01-01'`
      : sql`(select ${origin}::timestamptz at time zone ${timeZone}::text)`;
  return origin === null
    ? sql`(select timestamp '2000-01-01' at time zone ${timeZone}::text)`
    : sql`${origin}::timestamptz`;
}

function stepOf(every: Every): Sql {
  if (every.unit === 'time') return sql`${every.length}::interval`;
  return sql`make_interval(${trusted(every.unit)} => ${every.count}::int)`;
}

/** One row: the starts `lo` and `hi` of the first and the last bucket within the bounds, as far as there are bounds. */
export function selectEnds(bucket: Bucket, { lower, upper }: Bounds): Sql {
  const moment = sql`interval '1 microsecond'`;
  const wall = ({ value }: Bound) => toWall(bucket, value);
  const from = lower.map((bound) => (bound.isExclusive ? sql`${wall(bound)} + ${moment}` : wall(bound)));
  const to = upper.map((bound) => (bound.isExclusive ? sql`${wall(bound)} - ${moment}` : wall(bound)));
  const open = sql`null::${trusted(isLocal(bucket) ? 'timestamp' : 'timestamptz')}`;
  const lo = from.length > 0 ? startOf(bucket, sql`greatest(${join(from)})`) : open;
  const hi = to.length > 0 ? startOf(bucket, sql`least(${join(to)})`) : open;
  return sql`select ${lo} as lo, ${hi} as hi`;
}

/** How many buckets there are from `lo` to `hi`; null where an end is open. */
export function bucketsBetween({ every }: Bucket, lo: Sql, hi: Sql): Sql {
  const months = (of: Sql) => sql`extract(year from ${of}) * 12 + extract(month from ${of})`;
  const steps =
    every.unit === 'months'
      ? sql`(${months(hi)} - (${months(lo)})) / ${every.count}::int`
      : sql`extract(epoch from ${hi} - ${lo}) / extract(epoch from ${stepOf(every)})`;
  return sql`case when isfinite(${lo}) and isfinite(${hi}) then greatest(floor(${steps}) + 1, 0)::int8 end`;
}

/** The starts of all buckets from `lo` to `hi`, each in a row. */
export const bucketSeries = ({ every }: Bucket, lo: Sql, hi: Sql): Sql =>
  sql`generate_series(${lo}, ${hi}, ${stepOf(every)})`;
