import type { Column } from '../../catalog/catalog.ts';
import { columnRef } from './select.ts';
import { join, own, type Sql, sql, trusted } from './sql.ts';

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
  if (isConverted(bucket)) return sql`(${value} at time zone ${bucket.timeZone}::pg_catalog.text)`;
  return bucket.column.type.name === 'date' ? sql`${value}::timestamp` : value;
};

/** The start of a bucket as `selectBucket` gives it, in the type of the column. */
export const bucketValue = (bucket: Bucket, start: Sql): Sql => {
  if (isConverted(bucket)) return sql`(${start} at time zone ${bucket.timeZone}::pg_catalog.text)`;
  return bucket.column.type.name === 'date' ? sql`${start}::pg_catalog.date` : start;
};

/** The start of the bucket in which a row's time lies. */
export const selectBucket = (bucket: Bucket): Sql => startOf(bucket, toWall(bucket, columnRef(bucket.column)));

/** What PostgreSQL has a name for, by its months: faster than the arithmetic that other numbers of them take. */
const calendarUnits: Readonly<Record<number, string>> = { 1: 'month', 3: 'quarter', 12: 'year' };

/** January 2000, counted in months. */
const firstMonth = 24_000;

const [plus, minus, times, per, modulo] = ['+', '-', '*', '/', '%'].map(own) as [Sql, Sql, Sql, Sql, Sql];

/** The number of a time's month, from the first of year 0 as 1. */
const monthsOf = (time: Sql): Sql =>
  sql`((extract(year from ${time}) ${times} 12) ${plus} extract(month from ${time}))`;

function startOf(bucket: Bucket, time: Sql): Sql {
  const { every } = bucket;
  if (every.unit !== 'months') return sql`pg_catalog.date_bin(${stepOf(every)}, ${time}, ${originOf(bucket)})`;
  const unit = calendarUnits[every.count];
  if (unit) return sql`pg_catalog.date_trunc('${trusted(unit)}', ${time})`;
  const months = sql`((${monthsOf(sql`v.t`)} ${minus} ${trusted(String(firstMonth + 1))})::pg_catalog.int4)`;
  const count = sql`${every.count}::pg_catalog.int4`;
  // Infinite times have no month. The remainder of a negative number is negative.
  return sql`(select case when pg_catalog.isfinite(v.t)
    then pg_catalog.date_trunc('month', v.t) ${minus} pg_catalog.make_interval(months => ((${months} ${modulo} ${count}) ${plus} ${count}) ${modulo} ${count})
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
      : sql`(select ${origin}::pg_catalog.timestamptz at time zone ${timeZone}::pg_catalog.text)`;
  return origin === null
    ? sql`(select timestamp '2000-01-01' at time zone ${timeZone}::pg_catalog.text)`
    : sql`${origin}::pg_catalog.timestamptz`;
}

function stepOf(every: Every): Sql {
  if (every.unit === 'time') return sql`${every.length}::pg_catalog.interval`;
  return sql`pg_catalog.make_interval(${trusted(every.unit)} => ${every.count}::pg_catalog.int4)`;
}

/** One row: the starts `lo` and `hi` of the first and the last bucket within the bounds, as far as there are bounds. */
export function selectEnds(bucket: Bucket, { lower, upper }: Bounds): Sql {
  const moment = sql`interval '1 microsecond'`;
  const wall = ({ value }: Bound) => toWall(bucket, value);
  const from = lower.map((bound) => (bound.isExclusive ? sql`${wall(bound)} ${plus} ${moment}` : wall(bound)));
  const to = upper.map((bound) => (bound.isExclusive ? sql`${wall(bound)} ${minus} ${moment}` : wall(bound)));
  const open = sql`null::${trusted(isLocal(bucket) ? 'timestamp' : 'pg_catalog.timestamptz')}`;
  const lo = from.length > 0 ? startOf(bucket, sql`greatest(${join(from)})`) : open;
  const hi = to.length > 0 ? startOf(bucket, sql`least(${join(to)})`) : open;
  return sql`select ${lo} as lo, ${hi} as hi`;
}

/** How many buckets there are from `lo` to `hi`; null where an end is open. */
export function bucketsBetween({ every }: Bucket, lo: Sql, hi: Sql): Sql {
  const steps =
    every.unit === 'months'
      ? sql`(${monthsOf(hi)} ${minus} ${monthsOf(lo)}) ${per} ${every.count}::pg_catalog.int4`
      : sql`extract(epoch from ${hi} ${minus} ${lo}) ${per} extract(epoch from ${stepOf(every)})`;
  return sql`case when pg_catalog.isfinite(${lo}) and pg_catalog.isfinite(${hi}) then greatest(pg_catalog.floor(${steps}) ${plus} 1, 0)::pg_catalog.int8 end`;
}

/** The starts of all buckets from `lo` to `hi`, each in a row. */
export const bucketSeries = ({ every }: Bucket, lo: Sql, hi: Sql): Sql =>
  sql`pg_catalog.generate_series(${lo}, ${hi}, ${stepOf(every)})`;
