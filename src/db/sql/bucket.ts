import type { Column } from '../../catalog/catalog.ts';
import { type Bound, type Bounds, earlier } from './period.ts';
import { columnRef } from './select.ts';
import { eq, gt, join, lt, own, type Sql, sql, trusted } from './sql.ts';

/** The length of a bucket: whole units of the local calendar, or a fixed duration in PostgreSQL's notation. */
export type Every =
  | { readonly unit: 'months' | 'weeks' | 'days'; readonly count: number }
  | { readonly unit: 'time'; readonly length: string };

export interface Bucket {
  readonly column: Column;
  readonly every: Every;
  /** A time zone name of PostgreSQL; columns without a time zone ignore it. */
  readonly timeZone: string;
  /** An instant at which a bucket of fixed length starts, as text; null for local midnight of 2000-01-01. */
  readonly origin: string | null;
  /** Bounds of the buckets to fill; null if only buckets with rows are wanted. */
  readonly fill: Bounds | null;
}

/**
 * Tells whether buckets are cut from local time (a `timestamp`). Buckets that follow the calendar are, so that a day
 * lasts from midnight to midnight; buckets of fixed length are cut from the column itself.
 */
const isLocal = ({ every, column }: Bucket) => every.unit !== 'time' || column.type.name !== 'timestamptz';
const isConverted = (bucket: Bucket) => isLocal(bucket) && bucket.column.type.name === 'timestamptz';

const toWall = (bucket: Bucket, value: Sql): Sql => {
  if (isConverted(bucket)) return sql`(${value} at time zone ${bucket.timeZone}::pg_catalog.text)`;
  return bucket.column.type.name === 'date' ? sql`${value}::timestamp` : value;
};

/** Converts the start of a bucket from `selectBucket` to the type of the column. */
export const bucketValue = (bucket: Bucket, start: Sql): Sql => {
  if (isConverted(bucket)) return sql`(${start} at time zone ${bucket.timeZone}::pg_catalog.text)`;
  return bucket.column.type.name === 'date' ? sql`${start}::pg_catalog.date` : start;
};

/** Selects the start of the bucket that contains a row's time. */
export const selectBucket = (bucket: Bucket): Sql => startOf(bucket, toWall(bucket, columnRef(bucket.column)));

/** Units of `date_trunc` by their number of months; other numbers of months need slower arithmetic. */
const calendarUnits: Readonly<Record<number, string>> = { 1: 'month', 3: 'quarter', 12: 'year' };

/** The number of January 2000 in `monthsOf`. */
const firstMonth = 24_001;

const plus = own('+');
const minus = own('-');
const times = own('*');
const per = own('/');
const modulo = own('%');

/** Returns the number of a time's month: 1 for January of year 0, which PostgreSQL calls year -1. */
const monthsOf = (time: Sql): Sql => {
  const year = sql`extract(year from ${time})`;
  const counted = sql`(${year} ${plus} case when ${year} ${lt} 0 then 1 else 0 end)`;
  return sql`((${counted} ${times} 12) ${plus} extract(month from ${time}))`;
};

function startOf(bucket: Bucket, time: Sql): Sql {
  const { every } = bucket;
  if (every.unit !== 'months') return sql`pg_catalog.date_bin(${stepOf(every)}, ${time}, ${originOf(bucket)})`;
  const unit = calendarUnits[every.count];
  if (unit) return sql`pg_catalog.date_trunc('${trusted(unit)}', ${time})`;
  const months = sql`((${monthsOf(sql`v.t`)} ${minus} ${trusted(String(firstMonth))})::pg_catalog.int4)`;
  const count = sql`${every.count}::pg_catalog.int4`;
  // Infinite times have no month. The remainder of a negative number is negative.
  return sql`(select case when pg_catalog.isfinite(v.t)
    then pg_catalog.date_trunc('month', v.t) ${minus} pg_catalog.make_interval(months => ((${months} ${modulo} ${count}) ${plus} ${count}) ${modulo} ${count})
    else v.t end from (select ${time} as t) v)`;
}

/** Origins of buckets that follow the calendar; weeks start on Mondays. */
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

/**
 * Selects one row: the starts `lo` and `hi` of the first and the last bucket within the bounds, null without a bound,
 * and whether the bounds exclude each other.
 */
export function selectEnds(bucket: Bucket, { lower, upper }: Bounds): Sql {
  const next = bucket.column.type.name === 'date' ? sql`1` : sql`interval '1 microsecond'`;
  const inside = (shift: Sql) => (bound: Bound) =>
    bound.isExclusive ? sql`(${bound.value} ${shift} ${next})` : bound.value;
  // Compares instants, since the later of two can have the earlier local time when clocks are set back.
  const first = lower.length > 0 ? sql`greatest(${join(lower.map(inside(plus)))})` : null;
  const last = upper.length > 0 ? sql`least(${join(upper.map(inside(minus)))})` : null;
  const open = sql`null::${trusted(isLocal(bucket) ? 'timestamp' : 'pg_catalog.timestamptz')}`;
  const start = (end: Sql | null) => (end ? startOf(bucket, toWall(bucket, end)) : open);
  return sql`select ${start(first)} as lo, ${start(last)} as hi,
    ${first && last ? sql`(${first} ${gt} ${last})` : sql`false`} as "isEmpty"`;
}

/** Selects the seconds between the starts of two buckets; null if one is infinite. */
export const secondsBetween = (bucket: Bucket, from: Sql, to: Sql): Sql => {
  const seconds = (start: Sql) => sql`extract(epoch from ${bucketValue(bucket, start)})`;
  return sql`case when pg_catalog.isfinite(${from}) and pg_catalog.isfinite(${to}) then ${seconds(to)} ${minus} ${seconds(from)} end`;
};

/** Selects the start of the bucket that contains the moment `length` before this start. */
export const selectBucketBefore = (bucket: Bucket, start: Sql, length: Sql): Sql =>
  startOf(bucket, isLocal(bucket) ? sql`(${start} ${minus} ${length})` : earlier(start, length, bucket.timeZone));

/** Counts the buckets from `lo` to `hi`; null if an end is open. */
export function bucketsBetween({ every }: Bucket, lo: Sql, hi: Sql): Sql {
  const steps =
    every.unit === 'months'
      ? sql`(${monthsOf(hi)} ${minus} ${monthsOf(lo)}) ${per} ${every.count}::pg_catalog.int4`
      : sql`(extract(epoch from ${hi}) ${minus} extract(epoch from ${lo})) ${per} extract(epoch from ${stepOf(every)})`;
  return sql`case when pg_catalog.isfinite(${lo}) and pg_catalog.isfinite(${hi}) then greatest(pg_catalog.floor(${steps}) ${plus} 1, 0) end`;
}

/** Selects the starts of all buckets from `lo` to `hi`, one per row. A day that the time zone skips has no bucket. */
export function selectSeries(bucket: Bucket, lo: Sql, hi: Sql): Sql {
  const starts = sql`(${selectStarts(bucket, lo, hi)}) s`;
  if (!isConverted(bucket)) return sql`select s.start from ${starts}`;
  const shown = toWall(bucket, bucketValue(bucket, sql`s.start`));
  return sql`select s.start from ${starts} where ${startOf(bucket, shown)} ${eq} s.start`;
}

/**
 * Selects the starts. Units of the calendar are counted from the first start, since a step beyond the last one could
 * leave PostgreSQL's range.
 */
function selectStarts(bucket: Bucket, lo: Sql, hi: Sql): Sql {
  const { every } = bucket;
  if (every.unit === 'time') return sql`select pg_catalog.generate_series(${lo}, ${hi}, ${stepOf(every)}) as start`;
  const length = sql`(i.n ${times} ${every.count}::pg_catalog.int4)`;
  return sql`select ${lo} ${plus} pg_catalog.make_interval(${trusted(every.unit)} => ${length}) as start
    from pg_catalog.generate_series(0, (${bucketsBetween(bucket, lo, hi)})::pg_catalog.int4 ${minus} 1) i(n)`;
}
