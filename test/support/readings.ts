import fc from 'fast-check';
import { expect } from 'vitest';
import {
  bucketStart,
  day,
  earlierInstant,
  earlierWall,
  hour,
  instantOf,
  type Length,
  minute,
  nextBucket,
  partsOf,
  type Span,
  wallTime,
} from './calendar.ts';
import { createEmptyDatabase, type TestDatabase } from './database.ts';
import type { Question } from './everyField.ts';

/** A row; times are in milliseconds, those without a zone as if they were UTC. */
export interface Reading {
  readonly id: number;
  readonly device: number | null;
  readonly at: number | null;
  readonly local: number | null;
  readonly day: number | null;
  readonly word: string | null;
  readonly mood: string | null;
  readonly whole: number | null;
  readonly exact: number | null;
}

type Value = string | number | null;

/** The clock changes of 2026 in Berlin and New York. Without these, clocks run evenly. */
const changes = ['2026-03-08T07:00Z', '2026-03-29T01:00Z', '2026-10-25T01:00Z', '2026-11-01T06:00Z'].map((t) =>
  Date.parse(t),
);
const moods = ['low', 'fair', 'high'];
const words = ['a', 'B', 'aa', 'é'];

const moment = fc
  .tuple(fc.constantFrom(...changes), fc.integer({ min: -200, max: 200 }), fc.constantFrom(0, 1, minute, 29 * minute))
  .map(([change, quarters, more]) => change + quarters * 15 * minute + more);

const sometimes = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 6 });

export const readings: readonly Reading[] = fc
  .sample(
    fc.record({
      device: sometimes(fc.constantFrom(1, 2, 3)),
      at: sometimes(moment),
      local: sometimes(moment),
      day: sometimes(moment.map((time) => bucketStart(time, { unit: 'day', count: 1 }))),
      word: sometimes(fc.constantFrom(...words)),
      mood: sometimes(fc.constantFrom(...moods)),
      whole: sometimes(fc.integer({ min: -3, max: 9 })),
      exact: sometimes(fc.integer({ min: -20, max: 20 }).map((n) => n / 4)),
    }),
    { numRuns: 260, seed: 7 },
  )
  .map((row, i) => ({ id: i + 1, ...row }));

/** Creates the readings and four devices in their own database, which the role of its connection may read. */
export async function createReadings(): Promise<TestDatabase> {
  const database = await createEmptyDatabase();
  await database.admin(`
    create schema events;
    create type events.mood as enum ('low', 'fair', 'high');
    create table events.device (id int primary key, kind text collate "C" not null);
    create table events.reading (
      id int primary key, device int references events.device, at timestamptz, local timestamp, day date,
      word text collate "C", mood events.mood, whole int, exact numeric);
    insert into events.device values (1, 'pump'), (2, 'fan'), (3, 'pump'), (4, 'idle');
    create index on events.reading (at)`);
  const iso = (time: number | null) => (time === null ? null : new Date(time).toISOString());
  const rows = readings.map((r) => ({
    ...r,
    at: iso(r.at),
    local: iso(r.local)?.slice(0, -1),
    day: iso(r.day)?.slice(0, 10),
  }));
  await database.admin('insert into events.reading select * from json_populate_recordset(null::events.reading, $1)', [
    JSON.stringify(rows),
  ]);
  await database.grantAll(database.connection);
  return database;
}

// What a request says -----------------------------------------------------------------------------------------------

const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe'];

const lengths: readonly (readonly [string, Length])[] = [
  ['P1D', { unit: 'day', count: 1 }],
  ['P3D', { unit: 'day', count: 3 }],
  ['P1W', { unit: 'week', count: 1 }],
  ['P1M', { unit: 'month', count: 1 }],
  ['P3M', { unit: 'month', count: 3 }],
  ['P1Y', { unit: 'month', count: 12 }],
  ['P7M', { unit: 'month', count: 7 }],
  ['PT1H', { ms: hour }],
  ['PT5H', { ms: 5 * hour }],
  ['PT24H', { ms: day }],
  ['90m', { ms: 90 * minute }],
  ['1d', { unit: 'day', count: 1 }],
];

const parts = {
  MINUTE_OF_HOUR: 'minuteOfHour',
  HOUR_OF_DAY: 'hourOfDay',
  WEEKDAY: 'weekday',
  DAY_OF_MONTH: 'dayOfMonth',
  ISO_WEEK: 'isoWeek',
  MONTH: 'month',
  QUARTER: 'quarter',
  YEAR: 'year',
  ISO_YEAR: 'isoYear',
} as const;
type Part = keyof typeof parts;
const partNames = Object.keys(parts) as Part[];

const shifts: readonly (readonly [string, Span])[] = [
  ['P1D', { months: 0, days: 1, ms: 0 }],
  ['P7D', { months: 0, days: 7, ms: 0 }],
  ['PT5H', { months: 0, days: 0, ms: 5 * hour }],
  ['P1M', { months: 1, days: 0, ms: 0 }],
  ['P1DT1H', { months: 0, days: 1, ms: hour }],
];

interface Bucket {
  readonly column: 'at' | 'local' | 'day';
  /** The length of the buckets; null if only parts form the groups. */
  readonly every: readonly [string, Length] | null;
  readonly parts: readonly Part[];
  readonly timeZone: string;
  readonly origin: number | null;
  readonly fill: boolean;
}

interface Bounds {
  readonly gte: number | null;
  readonly gt: number | null;
  readonly lt: number | null;
  readonly lte: number | null;
}

export interface Asked {
  readonly keys: readonly Key[];
  readonly bucket: Bucket | null;
  readonly bounds: Bounds | null;
  readonly mood: string | null;
  readonly having: readonly (readonly [MeasureName | Change, 'gt' | 'lte', number])[];
  readonly order: readonly (readonly [Key | MeasureName | Change | Part | 'bucket', Direction])[];
  /** Shift of a requested earlier period; `own` is the period's own length. */
  readonly shift: (typeof shifts)[number] | 'own' | null;
  readonly first: number | null;
  readonly isNested: boolean;
}

type Key = 'word' | 'mood' | 'whole' | 'kind';
type Direction = keyof typeof directions;
const directions = {
  ASC: [1, 1],
  ASC_NULLS_FIRST: [1, -1],
  DESC: [-1, -1],
  DESC_NULLS_LAST: [-1, 1],
} as const;

const keys: readonly Key[] = ['word', 'mood', 'whole', 'kind'];

/** Numeric measures, each computed independently. */
const measures = {
  count: (rows: readonly Reading[]) => rows.length,
  sum: (rows: readonly Reading[]) => add(wholes(rows)),
  avg: (rows: readonly Reading[]) => mean(wholes(rows)),
  min: (rows: readonly Reading[]) => ranked(wholes(rows))[0] ?? null,
  max: (rows: readonly Reading[]) => ranked(wholes(rows)).at(-1) ?? null,
  countDistinct: (rows: readonly Reading[]) => new Set(wholes(rows)).size,
  median: (rows: readonly Reading[]) => percentile(wholes(rows), 0.5),
} as const;
type MeasureName = keyof typeof measures;
const measureNames = Object.keys(measures) as MeasureName[];

const forms = ['difference', 'rate'] as const;
type Form = (typeof forms)[number];
type Change = `${MeasureName} ${Form}`;
/** Changes that are the same number in JavaScript and PostgreSQL to the last digit, unlike those of means. */
const changeNames: readonly Change[] = (['count', 'sum', 'max', 'median'] as const).flatMap((measure) =>
  forms.map((form): Change => `${measure} ${form}`),
);
const isMeasure = (by: string): by is MeasureName => by in measures;
const isChange = (by: string): by is Change => changeNames.some((name) => name === by);

const wholes = (rows: readonly Reading[]) => rows.flatMap(({ whole }) => (whole === null ? [] : [whole]));
const exacts = (rows: readonly Reading[]) => rows.flatMap(({ exact }) => (exact === null ? [] : [exact]));
const ranked = (values: readonly number[]) => values.toSorted((a, b) => a - b);
const add = (values: readonly number[]) => (values.length === 0 ? null : values.reduce((a, b) => a + b));
const mean = (values: readonly number[]) => (values.length === 0 ? null : (add(values) ?? 0) / values.length);

function percentile(values: readonly number[], p: number): number | null {
  const place = p * (values.length - 1);
  const [low = null, high = null] = [ranked(values)[Math.floor(place)], ranked(values)[Math.ceil(place)]];
  return low === null || high === null ? null : low + (place - Math.floor(place)) * (high - low);
}

function deviation(values: readonly number[]): number | null {
  const middle = mean(values) ?? 0;
  return values.length < 2 ? null : Math.sqrt((add(values.map((v) => (v - middle) ** 2)) ?? 0) / (values.length - 1));
}

const bucketArbitrary: fc.Arbitrary<Bucket> = fc
  .record({
    column: fc.constantFrom('at', 'local', 'day'),
    every: fc.constantFrom(...lengths),
    timeZone: fc.constantFrom(...zones),
    origin: fc.option(moment),
    fill: fc.boolean(),
    parts: fc.oneof(fc.constant<Part[]>([]), fc.subarray(partNames, { minLength: 1, maxLength: 3 })),
    isCut: fc.boolean(),
  })
  .map(({ isCut, ...bucket }): Bucket => {
    const every = bucket.column === 'day' && 'ms' in bucket.every[1] ? (lengths[0] ?? bucket.every) : bucket.every;
    const isClock = (part: Part) => part === 'MINUTE_OF_HOUR' || part === 'HOUR_OF_DAY';
    const parts = bucket.parts.filter((part) => bucket.column !== 'day' || !isClock(part));
    const isBucketed = isCut || parts.length === 0;
    return {
      ...bucket,
      parts,
      every: isBucketed ? every : null,
      column: bucket.column as Bucket['column'],
      origin: isBucketed && 'ms' in every[1] ? bucket.origin : null,
      fill: bucket.fill && parts.length === 0,
    };
  });

/** Bounds of a few days or many months, with either end open or not. */
const anyBounds: fc.Arbitrary<Bounds> = fc
  .record({
    start: moment,
    days: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 250 })),
    lower: fc.constantFrom('gte', 'gt', 'both', null),
    upper: fc.constantFrom('lte', 'lt', 'both', null),
  })
  .map(({ start, days, lower, upper }) => ({
    gte: lower === 'gte' || lower === 'both' ? start : null,
    gt: lower === 'gt' || lower === 'both' ? start - 3 * hour : null,
    lte: upper === 'lte' || upper === 'both' ? start + days * day : null,
    lt: upper === 'lt' || upper === 'both' ? start + days * day + hour : null,
  }));

/** Tells whether both ends are bounded, so that the period does not depend on the time of the test. */
const isClosed = (bounds: Bounds | null) =>
  bounds !== null && (bounds.gte ?? bounds.gt) !== null && (bounds.lte ?? bounds.lt) !== null;

/** Tells whether filling makes too many buckets to compare quickly. */
function isLong({ keys, bucket, bounds }: Pick<Asked, 'keys' | 'bucket' | 'bounds'>): boolean {
  if (!bucket?.fill || !bucket.every) return false;
  const [from, to] = [bounds?.gte ?? bounds?.gt ?? null, bounds?.lte ?? bounds?.lt ?? null];
  const span = from === null || to === null ? 240 * day : to - from;
  return span / nextBucket(0, bucket.every[1]) > (keys.length > 0 ? 20 : 120);
}

export const anyAsked: fc.Arbitrary<Asked> = fc
  .record({
    keys: fc.subarray([...keys], { maxLength: 2 }),
    bucket: fc.option(bucketArbitrary, { freq: 5 }),
    bounds: fc.option(anyBounds, { freq: 3 }),
    mood: fc.option(fc.constantFrom(...moods), { freq: 1 }),
    having: fc.array(
      fc.tuple(
        fc.constantFrom(...measureNames, ...changeNames),
        fc.constantFrom('gt' as const, 'lte' as const),
        fc.integer({ min: -1, max: 6 }),
      ),
      { maxLength: 1 },
    ),
    order: fc.array(
      fc.tuple(
        fc.constantFrom(...keys, ...measureNames, ...changeNames, ...partNames, 'bucket' as const),
        fc.constantFrom(...(Object.keys(directions) as Direction[])),
      ),
      { maxLength: 3 },
    ),
    first: fc.option(fc.nat({ max: 9 }), { freq: 1 }),
    shift: fc.option(fc.oneof(fc.constantFrom(...shifts), fc.constant('own' as const)), { freq: 3 }),
    isNested: fc.boolean(),
  })
  .map((asked) => ({
    ...asked,
    bucket: asked.bucket && { ...asked.bucket, fill: asked.bucket.fill && !isLong(asked) },
    // A rate is a change per second.
    having: asked.having
      .filter(([by]) => asked.bucket?.every || !isChange(by))
      .map(([by, operator, limit]) => [by, operator, by.endsWith(' rate') ? limit / 1e5 : limit] as const),
    order: asked.order.filter(
      ([by]) =>
        isMeasure(by) ||
        (by === 'bucket' || isChange(by)
          ? asked.bucket?.every
          : [...asked.keys, ...(asked.bucket?.parts ?? [])].some((key) => key === by)),
    ),
    shift: asked.bucket && isClosed(asked.bounds) ? asked.shift : null,
  }));

// The plain computation ---------------------------------------------------------------------------------------------

const isWithin = (time: number | null, { gte, gt, lt, lte }: Bounds) =>
  time !== null &&
  (gte === null || time >= gte) &&
  (gt === null || time > gt) &&
  (lt === null || time < lt) &&
  (lte === null || time <= lte);

/** Converts a bound to the column's type: for a date, the day of the time. */
const boundOf = ({ column }: Bucket, time: number) =>
  column === 'day' ? bucketStart(time, { unit: 'day', count: 1 }) : time;

const boundsOf = (bucket: Bucket, bounds: Bounds): Bounds => {
  const of = (time: number | null) => (time === null ? null : boundOf(bucket, time));
  return { gte: of(bounds.gte), gt: of(bounds.gt), lt: of(bounds.lt), lte: of(bounds.lte) };
};

/** Tells whether buckets follow local time. */
const isLocal = ({ column, every }: Bucket) => column === 'at' && every !== null && !('ms' in every[1]);
const cut = (bucket: Bucket, time: number) => (isLocal(bucket) ? wallTime(time, bucket.timeZone) : time);

const startOf = (bucket: Bucket, time: number): number => cutStart(bucket, cut(bucket, time));

/** Returns the start of the bucket with this time, in local time if buckets follow it. */
function cutStart(bucket: Bucket, time: number): number {
  const { origin, timeZone, column, every } = bucket;
  if (!every) return Number.NaN;
  const midnight = column === 'at' ? instantOf(Date.UTC(2000, 0, 1), timeZone) : Date.UTC(2000, 0, 1);
  const given = origin !== null && column === 'local' ? wallTime(origin, timeZone) : origin;
  return bucketStart(time, every[1], given ?? midnight);
}

/** Returns the instant of a bucket's start; times without a zone count as UTC. */
const instantAt = (bucket: Bucket, start: number) => (isLocal(bucket) ? instantOf(start, bucket.timeZone) : start);

/** Writes a bucket's start like the API. */
function written(bucket: Bucket, start: number): string {
  const time = instantAt(bucket, start);
  const text = new Date(time).toISOString().replace(/\.?0+Z$/, 'Z');
  return bucket.column === 'at' ? text : bucket.column === 'day' ? text.slice(0, 10) : text.slice(0, -1);
}

interface Group {
  readonly keys: Readonly<Record<string, Value>>;
  readonly start: number | null;
  readonly rows: readonly Reading[];
}

const kindOf = ({ device }: Reading): string | null => (device === null ? null : device === 2 ? 'fan' : 'pump');
const keyOf = (row: Reading, key: Key): Value => (key === 'kind' ? kindOf(row) : row[key]);

function groupsOf({ keys, bucket, bounds, mood }: Asked, all: readonly Reading[]): readonly Group[] {
  const limits = bucket && bounds && boundsOf(bucket, bounds);
  const rows = all.filter(
    (row) =>
      (mood === null || row.mood === mood) &&
      (!bucket || !limits || hasNone(limits) || isWithin(row[bucket.column], limits)),
  );
  const groups = new Map<string, Group>();
  const put = (of: Group['keys'], start: number | null, row?: Reading) => {
    const id = JSON.stringify([of, start]);
    const group = groups.get(id) ?? { keys: of, start, rows: [] };
    groups.set(id, { ...group, rows: row ? [...group.rows, row] : group.rows });
  };
  if (keys.length === 0 && !bucket) return [{ keys: {}, start: null, rows }];
  for (const row of rows) {
    const time = bucket && row[bucket.column];
    const wall =
      bucket && time !== null ? partsOf(bucket.column === 'at' ? wallTime(time, bucket.timeZone) : time) : null;
    put(
      Object.fromEntries([
        ...keys.map((key) => [key, keyOf(row, key)]),
        ...(bucket?.parts ?? []).map((part) => [part, wall?.[parts[part]] ?? null]),
      ]),
      bucket?.every && time !== null ? startOf(bucket, time) : null,
      row,
    );
  }
  if (bucket?.fill) {
    const combinations = keys.length === 0 ? [{}] : [...groups.values()].map((group) => group.keys);
    for (const start of seriesOf(bucket, limits, [...groups.values()])) for (const of of combinations) put(of, start);
  }
  return [...groups.values()];
}

const hasNone = (bounds: Bounds) => Object.values(bounds).every((bound) => bound === null);

/** Returns the starts of all buckets between the bounds; without a bound, from or to the data. */
function seriesOf(bucket: Bucket, bounds: Bounds | null, groups: readonly Group[]): readonly number[] {
  const starts = groups.flatMap(({ start }) => (start === null ? [] : [start]));
  const given = (times: readonly (number | null | undefined)[]) => times.filter((t) => t !== null && t !== undefined);
  const step = bucket.column === 'day' ? day : 1; // the data has no finer times
  const from = given([bounds?.gte, bounds?.gt && bounds.gt + step]);
  const to = given([bounds?.lte, bounds?.lt && bounds.lt - step]);
  if (Math.max(...from) > Math.min(...to)) return [];
  const lo = from.length > 0 ? startOf(bucket, Math.max(...from)) : Math.min(...starts);
  const hi = to.length > 0 ? startOf(bucket, Math.min(...to)) : Math.max(...starts);
  const series: number[] = [];
  for (let start = lo; start <= hi && Number.isFinite(lo); start = nextBucket(start, bucket.every?.[1] ?? { ms: day }))
    series.push(start);
  return series;
}

/**
 * Compares values: nulls are greater than everything, texts are in the order of their bytes, moods in the order of
 * their labels.
 */
function compare(a: Value, b: Value, direction: Direction): number {
  const [sign, nulls] = directions[direction];
  if (a === null || b === null) return a === b ? 0 : (a === null ? 1 : -1) * nulls;
  return (
    sign *
    (typeof a === 'number' && typeof b === 'number'
      ? a - b
      : Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b))))
  );
}

const rank = (key: string, value: Value): Value =>
  key === 'mood' && value !== null ? moods.indexOf(String(value)) : value;

function rankOf(group: Group, by: string, changes: Changes | null): Value {
  if (isMeasure(by)) return measures[by](group.rows);
  if (isChange(by)) {
    const [measure, form] = by.split(' ') as [MeasureName, Form];
    return changes?.(group, measures[measure], form) ?? null;
  }
  return by === 'bucket' ? group.start : rank(by, group.keys[by] ?? null);
}

export function expected(asked: Asked, all: readonly Reading[]): readonly unknown[] {
  const { having, order, first, bucket } = asked;
  const groups = groupsOf(asked, all);
  const changes = bucket?.every ? changesIn(bucket, groups) : null;
  const kept = groups.filter((group) =>
    having.every(([by, operator, limit]) => {
      const value = rankOf(group, by, changes);
      return value !== null && (operator === 'gt' ? Number(value) > limit : Number(value) <= limit);
    }),
  );
  const named = [...asked.keys, ...(bucket?.parts ?? []), 'bucket' as const];
  const orders = [...order, ...named.map((key) => [key, 'ASC'] as const)];
  const before = previousOf(asked, all);
  const sorted = kept.toSorted((a, b) => {
    for (const [by, direction] of orders) {
      const way = compare(rankOf(a, by, changes), rankOf(b, by, changes), direction);
      if (way !== 0) return way;
    }
    return 0;
  });
  return sorted.slice(0, first ?? undefined).map((group) => ({
    ...shown(asked, bucket, group),
    ...measured(group.rows),
    ...(changes && changesOf(group, changes)),
    ...(before && { previous: before(group) }),
  }));
}

type Measure = (rows: readonly Reading[]) => number | null;
/** Returns the change of a group's measure from the last bucket before with the same key. */
type Changes = (group: Group, measure: Measure, form: Form) => number | null;

function changesIn(bucket: Bucket, groups: readonly Group[]): Changes {
  const before = new Map<Group, Group>();
  for (const series of Map.groupBy(groups, ({ keys }) => JSON.stringify(keys)).values()) {
    const sorted = series.filter(({ start }) => start !== null).toSorted((a, b) => Number(a.start) - Number(b.start));
    sorted.forEach((group, i) => {
      const last = sorted[i - 1];
      if (last) before.set(group, last);
    });
  }
  return (group, measure, form) => {
    const last = before.get(group);
    const [now, then] = [measure(group.rows), last ? measure(last.rows) : null];
    if (now === null || then === null) return null;
    const seconds = (instantAt(bucket, group.start ?? 0) - instantAt(bucket, last?.start ?? 0)) / 1000;
    return form === 'rate' ? (now - then) / seconds : now - then;
  };
}

function changesOf(group: Group, changes: Changes) {
  const change = (measure: Measure) => ({
    difference: near(changes(group, measure, 'difference')),
    rate: near(changes(group, measure, 'rate')),
  });
  const sum = change((rows) => add(wholes(rows)));
  const avg = change((rows) => mean(exacts(rows)));
  const median = change((rows) => percentile(wholes(rows), 0.5));
  const count = change((rows) => wholes(rows).length);
  return {
    countChange: change((rows) => rows.length),
    changes: {
      whole: {
        difference: { sum: sum.difference, median: median.difference, count: count.difference },
        rate: { sum: sum.rate, count: count.rate },
      },
      exact: { difference: { avg: avg.difference }, rate: { avg: avg.rate } },
    },
  };
}

/** Computes the measures of an earlier period, by the group that shows them. */
function previousOf(asked: Asked, all: readonly Reading[]) {
  const { shift, bucket, bounds } = asked;
  if (shift === null || !bucket || !bounds) return null;
  const limits = boundsOf(bucket, bounds);
  const inWall = (time: number) => (bucket.column === 'at' ? wallTime(time, bucket.timeZone) : time);
  const step = bucket.column === 'day' ? day : 0;
  const least = Math.max(limits.gte ?? -Infinity, limits.gt === null ? -Infinity : limits.gt + step);
  const greatest = Math.min(limits.lte === null ? Infinity : limits.lte + step, limits.lt ?? Infinity);
  const own = inWall(greatest) - inWall(least);
  const span = shift === 'own' ? { months: 0, days: Math.trunc(own / day), ms: own % day } : shift[1];
  const earlier = (time: number | null) => {
    if (time === null) return null;
    const at = bucket.column === 'at' ? earlierInstant(time, span, bucket.timeZone) : earlierWall(time, span);
    return bucket.column === 'day' ? bucketStart(at, { unit: 'day', count: 1 }) : at;
  };
  const [gte, gt, lt, lte] = [earlier(limits.gte), earlier(limits.gt), earlier(limits.lt), earlier(limits.lte)];
  const isOpen = shift === 'own' && step === 0;
  const moved = isOpen ? { gte, gt, lte: null, lt: lt === null ? lte : Math.min(lt, lte ?? lt) } : { gte, gt, lt, lte };
  const rows = all.filter((row) => isWithin(row[bucket.column], moved));
  const groups = groupsOf({ ...asked, bounds: null, bucket: { ...bucket, fill: false } }, rows);
  return ({ keys, start }: Group) => {
    const before =
      start === null
        ? null
        : cutStart(
            bucket,
            bucket.column === 'at' && !isLocal(bucket)
              ? earlierInstant(start, span, bucket.timeZone)
              : earlierWall(start, span),
          );
    const isBeside = (group: Group) =>
      JSON.stringify([group.keys, group.start]) === JSON.stringify([keys, bucket.every ? before : null]);
    const found = bucket.every && start === null ? undefined : groups.find(isBeside);
    const { of, ...rest } = measured(found?.rows ?? []);
    return {
      bucket: bucket.every && before !== null ? written(bucket, before) : null,
      ...rest,
      of: { whole: of.whole },
    };
  };
}

function shown({ keys }: Asked, bucket: Bucket | null, { keys: values, start }: Group) {
  const key = (name: Key) => (keys.includes(name) ? (values[name] ?? null) : null);
  const mood = key('mood');
  return {
    key: {
      word: key('word'),
      mood: mood && String(mood).toUpperCase(),
      whole: key('whole'),
      deviceByDevice: { kind: key('kind') },
    },
    bucket: bucket && start !== null ? written(bucket, start) : null,
    bucketEpochMs: bucket && start !== null ? instantAt(bucket, start) : null,
    parts: Object.fromEntries(partNames.map((part) => [parts[part], values[part] ?? null])),
  };
}

const near = (value: number | null) => (value === null ? null : expect.closeTo(value, 9));
const text = (value: number | null) => (value === null ? null : String(value));

function measured(rows: readonly Reading[]) {
  const times = rows.flatMap(({ at }) => (at === null ? [] : [at]));
  const exact = exacts(rows);
  const present = rows.flatMap(({ mood }) => (mood === null ? [] : [moods.indexOf(mood)]));
  const timed = rows.filter(({ at }) => at !== null).toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0) || a.id - b.id);
  const written = (time: number | undefined) =>
    time === undefined ? null : new Date(time).toISOString().replace(/\.?0+Z$/, 'Z');
  const moodOf = (place: number | undefined) => (place === undefined ? null : (moods[place]?.toUpperCase() ?? null));
  const rowOf = (row: Reading | undefined) => (row ? { rowId: row.id, word: row.word } : null);
  return {
    count: rows.length,
    of: {
      whole: {
        ...{
          count: wholes(rows).length,
          countDistinct: measures.countDistinct(rows),
          min: measures.min(rows),
          max: measures.max(rows),
        },
        ...{ sum: text(measures.sum(rows)), avg: near(measures.avg(rows)), stddev: near(deviation(wholes(rows))) },
        ...{
          median: near(measures.median(rows)),
          p90: near(percentile(wholes(rows), 0.9)),
          p0: near(measures.min(rows)),
        },
      },
      exact: {
        sum: near(add(exact)),
        avg: near(mean(exact)),
        stddev: near(deviation(exact)),
        p10: near(percentile(exact, 0.1)),
        float: { count: exact.length, sum: near(add(exact)), max: ranked(exact).at(-1) ?? null },
      },
      at: {
        min: written(ranked(times)[0]),
        max: written(ranked(times).at(-1)),
        countDistinct: new Set(times).size,
        epochMs: { min: ranked(times)[0] ?? null },
      },
      mood: { min: moodOf(ranked(present)[0]), max: moodOf(ranked(present).at(-1)), count: present.length },
    },
    first: rowOf(timed[0]),
    last: rowOf(timed.at(-1)),
  };
}

/** Converts decimals, which travel as text with all of PostgreSQL's digits, to numbers. */
export function asNumbers<T extends { of: { exact: Record<string, unknown> } }>(answer: T): T {
  const { sum, avg, stddev, ...rest } = answer.of.exact;
  const number = (value: unknown) => (value === null ? null : Number(value));
  return {
    ...answer,
    of: { ...answer.of, exact: { sum: number(sum), avg: number(avg), stddev: number(stddev), ...rest } },
  };
}

// The request -------------------------------------------------------------------------------------------------------

const whole =
  'whole { count countDistinct min max sum avg stddev median: percentile(p: 0.5) p90: percentile(p: 0.9) p0: percentile(p: 0) }';
const ends = 'first(by: AT) { rowId word } last(by: AT) { rowId word }';

const selection = `
  count
  of {
    ${whole}
    exact { sum avg stddev p10: percentile(p: 0.1) float { count sum max } }
    at { min max countDistinct epochMs { min } }
    mood { min max count }
  }
  ${ends}`;

const change = `
  countChange { difference rate }
  changes: of {
    whole { difference { sum median: percentile(p: 0.5) count } rate { sum count } }
    exact { difference { avg } rate { avg } }
  }`;

/** Writes the selection of a group; an earlier period's shift is a variable. */
const selectionOf = ({ bucket, shift }: Asked, given: string | undefined) => `
  ${selection}
  ${bucket?.every ? change : ''}
  ${shift === null ? '' : `previous(shift: ${given}) { bucket count of { ${whole} } ${ends} }`}`;

const grouped = (asked: Asked, { where, groupBy, having, orderBy, first, shift }: Readonly<Record<string, string>>) => `
  readingsGroupedAggregate(where: ${where}, groupBy: ${groupBy}, having: ${having}, orderBy: ${orderBy}, first: ${first}) {
    key { word mood whole deviceByDevice { kind } } bucket bucketEpochMs parts { ${Object.values(parts).join(' ')} } ${selectionOf(asked, shift)}
  }`;

const operand = (column: Bucket['column'], time: number) => {
  const iso = new Date(time).toISOString();
  return column === 'at' ? iso : column === 'local' ? iso.slice(0, -1) : iso.slice(0, 10);
};

export function questionOf(asked: Asked): Question {
  const { keys, bucket, bounds, mood, having, order, first, shift, isNested } = asked;
  const own = keys.filter((key) => key !== 'kind').map((key) => key.toUpperCase());
  const range = bucket && bounds && Object.entries(bounds).filter(([, time]) => time !== null);
  const tests = Object.fromEntries((range ?? []).map(([op, time]) => [op, operand(bucket?.column ?? 'at', time)]));
  const wholeOf = (by: MeasureName | Change, value: unknown, median: object) => {
    const [measure, form] = by.split(' ');
    if (measure === 'count') return form ? { countChange: { [form]: value } } : { count: value };
    const one = measure === 'median' ? { percentile: { p: 0.5, ...median } } : { [`${measure}`]: value };
    return { whole: form ? { [form]: one } : one };
  };
  return {
    field: (names) =>
      isNested
        ? `devices { nodes { rowId ${grouped(asked, names).replace('readings', 'readingsByDevice')} } }`
        : grouped(asked, names),
    variables: {
      where: [
        'ReadingWhere',
        {
          and: [
            ...(mood === null ? [] : [{ mood: { eq: mood.toUpperCase() } }]),
            ...(bucket && range && range.length > 0 ? [{ [bucket.column]: tests }] : []),
          ],
        },
      ],
      groupBy: [
        'ReadingGroupBy!',
        {
          columns: own,
          ...(keys.includes('kind') && { deviceByDevice: { columns: ['KIND'] } }),
          ...(bucket && {
            [bucket.column]: {
              ...{ timeZone: bucket.timeZone, fill: bucket.fill },
              ...(bucket.every && { every: bucket.every[0] }),
              ...(bucket.parts.length > 0 && { parts: bucket.parts }),
              ...(bucket.origin !== null && { origin: new Date(bucket.origin).toISOString() }),
            },
          }),
        },
      ],
      having: [
        'ReadingHaving',
        {
          and: having.map(([by, op, limit]) => {
            const value = { [op]: by === 'sum' ? String(limit) : limit };
            return wholeOf(by, value, { is: value });
          }),
        },
      ],
      orderBy: [
        '[ReadingGroupedOrderBy!]',
        order.map(([by, direction]) => {
          if (isMeasure(by) || isChange(by)) return wholeOf(by, direction, { direction });
          if (by in parts) return { parts: { [parts[by as Part]]: direction } };
          return by === 'bucket'
            ? { bucket: direction }
            : by === 'kind'
              ? { deviceByDevice: { kind: { key: direction } } }
              : { [by]: { key: direction } };
        }),
      ],
      first: ['Int', first],
      ...(shift !== null && { shift: ['Duration', shift === 'own' ? null : shift[0]] as const }),
    },
  };
}
