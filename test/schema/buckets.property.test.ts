import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bucketStart, day, hour, type Length, minute, wallTime } from '../support/calendar.ts';
import { createEmptyDatabase } from '../support/database.ts';
import { patience, runs } from '../support/property.ts';
import { setUp } from '../support/setUp.ts';

/** Clock changes at midnight, and the day that a time zone skipped. */
const changes = [
  ['America/Sao_Paulo', '2018-11-04T03:00Z'], // no midnight
  ['America/Sao_Paulo', '2018-02-18T02:00Z'], // back to 23:00
  ['Asia/Beirut', '2021-03-27T22:00Z'],
  ['Asia/Beirut', '2021-10-30T21:00Z'],
  ['Africa/Cairo', '2010-04-29T22:00Z'],
  ['Africa/Cairo', '2010-09-30T21:00Z'],
  ['America/Havana', '2021-11-07T05:00Z'], // midnight twice
  ['Australia/Lord_Howe', '2021-04-03T15:00Z'], // by half an hour
  ['Pacific/Apia', '2011-12-30T10:00Z'], // no 30th
  ['Pacific/Kwajalein', '1993-08-21T12:00Z'], // no 21st
  ['Pacific/Kwajalein', '1969-09-30T13:00Z'], // the 30th for 47 hours
  ['UTC', '2000-01-01T00:00Z'],
] as const;

/**
 * Rows every 97 minutes for six days around each change, with gaps, so that their times rarely coincide with a clock's.
 */
const times = changes.flatMap(([, at]) =>
  Array.from({ length: 178 }, (_, i) => Date.parse(at) + (i - 89) * 97 * minute).filter((_, i) => i % 29 < 17),
);

const { api } = await setUp({
  database: createEmptyDatabase,
  prepare: async (database) => {
    await database.admin(`
      create schema events;
      create table events.row (row_id int generated always as identity primary key, at timestamptz, day date)`);
    await database.admin(
      `insert into events.row (at, day) select t, (t at time zone 'UTC')::date from unnest($1::timestamptz[]) t`,
      [times.map((time) => new Date(time).toISOString())],
    );
    await database.grantAll(database.connection);
  },
});
const lengths: readonly (readonly [string, Length])[] = [
  ['P1D', { unit: 'day', count: 1 }],
  ['P2D', { unit: 'day', count: 2 }],
  ['P3D', { unit: 'day', count: 3 }],
  ['P1W', { unit: 'week', count: 1 }],
  ['P1M', { unit: 'month', count: 1 }],
  ['P5M', { unit: 'month', count: 5 }],
];

interface Asked {
  readonly change: (typeof changes)[number];
  readonly length: (typeof lengths)[number];
  /** Bounds in milliseconds from the change. */
  readonly bounds: readonly [lower: 'gte' | 'gt', from: number, upper: 'lte' | 'lt', to: number];
}

/** Any offset, often on the hour, where buckets meet. */
const offset = fc.oneof(
  fc.integer({ min: -96, max: 96 }).map((hours) => hours * hour),
  fc.integer({ min: -96 * 60, max: 96 * 60 }).map((minutes) => minutes * minute),
);

const anyAsked: fc.Arbitrary<Asked> = fc.record({
  change: fc.constantFrom(...changes),
  length: fc.constantFrom(...lengths),
  bounds: fc.tuple(fc.constantFrom('gte', 'gt'), offset, fc.constantFrom('lte', 'lt'), offset),
});

const iso = (time: number) => new Date(time).toISOString();
const quarter = 15 * minute;

/** Returns the quarters of an hour between two times; all of the clock changes are at such times. */
const quarters = (from: number, to: number) =>
  Array.from(
    { length: Math.floor(to / quarter) - Math.ceil(from / quarter) + 1 },
    (_, i) => quarter * (Math.ceil(from / quarter) + i),
  );

/**
 * Returns the instant that stands for a bucket: the last one at which the wall clock shows its start, otherwise its
 * first.
 */
function instantOf(start: number, length: Length, zone: string): number {
  const around = quarters(start - 2 * day, start + 2 * day).filter(
    (time) => bucketStart(wallTime(time, zone), length) === start,
  );
  return around.findLast((time) => wallTime(time, zone) === start) ?? around[0] ?? Number.NaN;
}

/** Computes the buckets independently: one is expected if any time between the bounds lies in it. */
function expected({ change: [zone, at], length: [, length], bounds: [lower, from, upper, to] }: Asked) {
  const first = Date.parse(at) + from + (lower === 'gt' ? 1 : 0);
  const last = Date.parse(at) + to - (upper === 'lt' ? 1 : 0);
  if (first > last) return [];
  const startOf = (time: number) => bucketStart(wallTime(time, zone), length);
  const counts = new Map([first, ...quarters(first, last), last].map((time) => [startOf(time), 0]));
  for (const time of times.filter((time) => time >= first && time <= last))
    counts.set(startOf(time), (counts.get(startOf(time)) ?? 0) + 1);
  return [...counts].map(([start, count]) => ({ bucket: instantOf(start, length, zone), count }));
}

interface Group {
  readonly bucket: string;
  readonly count: number;
}

test('every day that a zone has is a bucket, once', { timeout: patience }, async () => {
  await fc.assert(
    fc.asyncProperty(anyAsked, async (asked) => {
      const { change, length, bounds } = asked;
      const [lower, from, upper, to] = bounds;
      const [zone, at] = change;
      const where = { at: { [lower]: iso(Date.parse(at) + from), [upper]: iso(Date.parse(at) + to) } };
      const { groups } = await api.query<{ groups: readonly Group[] }>(
        `query ($where: RowWhere, $every: Duration!, $timeZone: String) {
          groups: rowsGroupedAggregate(where: $where, groupBy: {
            at: { every: $every, timeZone: $timeZone, fill: true }
          }) { bucket count }
        }`,
        { where, every: length[0], timeZone: zone },
      );
      expect(groups.map(({ bucket, count }) => ({ bucket: iso(Date.parse(bucket)), count }))).toEqual(
        expected(asked).map(({ bucket, count }) => ({ bucket: iso(bucket), count })),
      );
    }),
    runs(150),
  );
});

describe('the bounds of filled buckets', () => {
  const ask = (where: string, every: string, column = 'DAY') =>
    api.send(`{ rowsGroupedAggregate(
      where: { ${where} }, groupBy: { ${column.toLowerCase()}: { every: "${every}", fill: true } }
    ) { bucket count } }`);
  const buckets = async (...args: Parameters<typeof ask>) => {
    const { data, errors } = await ask(...args);
    expect(errors).toBeUndefined();
    return (data?.['rowsGroupedAggregate'] as readonly Group[] | undefined)?.map(({ bucket }) => bucket);
  };

  test('the bounds of filled buckets leave out a day that is excluded', async () => {
    expect(await buckets('day: { gt: "2030-01-01", lt: "2030-01-04" }', 'P1D')).toEqual(['2030-01-02', '2030-01-03']);
    expect(await buckets('day: { gt: "2029-12-31", lt: "2030-02-01" }', 'P1M')).toEqual(['2030-01-01']);
    expect(await buckets('day: { gt: "2030-01-01", lt: "2030-01-02" }', 'P1D')).toEqual([]);
    expect(await buckets('day: { gte: "2030-01-05", lte: "2030-01-03" }', 'P1W')).toEqual([]);
  });

  test('the bounds of filled buckets may be before Christ, where there is no year 0', async () => {
    expect(await buckets('day: { gte: "0005-01-01 BC", lt: "0006-01-01" }', 'P2Y')).toEqual([
      ...['0005-01-01 BC', '0003-01-01 BC', '0001-01-01 BC', '0002-01-01', '0004-01-01'],
    ]);
  });

  test('the bounds of filled buckets may be infinite: then the data are the end', async () => {
    const found = await buckets('day: { gte: "-infinity", lt: "1969-09-30" }', 'P1D');
    expect(found?.[0]).toBe('1969-09-24');
    expect(await buckets('day: { gte: "2030-01-01", lte: "infinity" }', 'P1D')).toEqual([]);
  });

  test.each([
    ['day: { gte: "4713-01-01 BC", lte: "294276-12-31" }', 'P1D', 'DAY', '109203490'],
    ['day: { gte: "4713-01-01 BC", lte: "294276-12-31" }', 'P1M', 'DAY', '3587868'],
    ['at: { gte: "4713-01-01 00:00:00+00 BC", lte: "294276-12-31 00:00:00+00" }', 'PT1H', 'AT', '2620883737'],
    [
      'at: { gte: "4713-01-01 00:00:00+00 BC", lte: "294276-12-31 00:00:00+00" }',
      'PT0.000001S',
      'AT',
      '9435181449600000001',
    ],
    ['at: { gte: "2020-01-01T00:00:00Z", lt: "2020-01-02T00:00:00Z" }', 'PT1S', 'AT', '86400'],
  ])(
    'too many filled buckets are rejected with their number, before a row is read: %s by %s',
    async (where, every, column, number) => {
      const { errors } = await ask(where, every, column);
      expect(errors?.map(({ message, extensions }) => [extensions?.['code'], message])).toEqual([
        ['BAD_USER_INPUT', `The result has ${number} buckets, more than 10000; make them longer, or bound the times`],
      ]);
    },
  );

  test('the bounds of filled buckets may be as far as PostgreSQL goes', async () => {
    const far = await buckets('day: { gte: "3001-01-01 BC", lte: "294276-12-31" }', 'P5000Y');
    expect(far).toHaveLength(60);
    expect([far?.[0], far?.[1], far?.at(-1)]).toEqual(['3001-01-01 BC', '2000-01-01', '292000-01-01']);
  });
});
