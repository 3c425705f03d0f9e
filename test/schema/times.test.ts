import { describe, expect, test } from 'vitest';
import { createEmptyDatabase } from '../support/database.ts';
import { costOf } from '../support/plans.ts';
import { setUp } from '../support/setUp.ts';
import { createTwoWays, differenceOf } from '../support/twoWays.ts';

const { database, api } = await setUp({
  database: createEmptyDatabase,
  prepare: `
    create schema events;
    create table events.shift (
      shift_id int primary key generated always as identity, worker text, at timestamptz, local timestamp, day date,
      opens time, lasts interval, small int, big bigint, exact numeric, ratio float8);
    create index on events.shift (at);
    insert into events.shift (worker, at, local, day, opens, lasts, small, big, exact, ratio)
    select worker, at, at at time zone 'UTC', (at at time zone 'UTC')::date, (at at time zone 'UTC')::time,
      interval '90 minutes', 2147483647, 9007199254740993, 0.1, 0.5
    from unnest('{ann,bob}'::text[]) worker
    cross join generate_series(timestamptz '2026-03-20Z', '2026-04-02 23:00Z', '1 hour') at
    where not (worker = 'bob' and at between '2026-03-28Z' and '2026-03-30Z');
    insert into events.shift (worker, at, day) values
      ('odd', 'infinity', '-infinity'), ('odd', '-infinity', 'infinity'), ('odd', null, '0044-03-15 BC')`,
});
await database.vacuum();

const two = 'where: { worker: { in: ["ann", "bob"] }';

describe('parts of times', () => {
  test('parts of times follow the time zone, with repeated and skipped hours as the clock shows them', async () => {
    const { shiftsGroupedAggregate } = await api.query<{
      shiftsGroupedAggregate: { parts: object; count: number }[];
    }>(`{
      shiftsGroupedAggregate(
        where: { worker: { eq: "ann" }, at: { gte: "2026-03-28T23:00Z", lt: "2026-03-29T22:00Z" } }
        groupBy: { at: { parts: [WEEKDAY, HOUR_OF_DAY], timeZone: "Europe/Berlin" } }
      ) { parts { weekday hourOfDay month } count }
    }`);
    const hours = Array.from({ length: 24 }, (_, hourOfDay) => hourOfDay).filter((hour) => hour !== 2);
    expect(shiftsGroupedAggregate).toEqual(
      hours.map((hourOfDay) => ({ parts: { weekday: 7, hourOfDay, month: null }, count: 1 })),
    );
  });

  test('times of day and dates have parts, and what no calendar has is null', async () => {
    expect(
      await api.query(`{
        clock: shiftsGroupedAggregate(${two} } groupBy: { opens: { parts: HOUR_OF_DAY } }, first: 2) {
          parts { hourOfDay } count
        }
        odd: shiftsGroupedAggregate(where: { worker: { eq: "odd" } }, groupBy: { at: { parts: [YEAR, MONTH, ISO_YEAR] } }) {
          parts { year month isoYear } count bucket
        }
        old: shiftsGroupedAggregate(where: { worker: { eq: "odd" } }, groupBy: { day: { parts: [YEAR, DAY_OF_MONTH] } }) {
          parts { year dayOfMonth } count
        }
      }`),
    ).toEqual({
      clock: [
        { parts: { hourOfDay: 0 }, count: 25 },
        { parts: { hourOfDay: 1 }, count: 26 },
      ],
      odd: [{ parts: { year: null, month: null, isoYear: null }, count: 3, bucket: null }],
      old: [
        { parts: { year: -44, dayOfMonth: 15 }, count: 1 },
        { parts: { year: null, dayOfMonth: null }, count: 2 },
      ],
    });
  });
});

describe('numbers for charts', () => {
  test('numbers for charts are JSON numbers next to the exact values', async () => {
    const measures = `
      small { sum float { sum max count } } big { max float { max } } exact { sum float { sum percentile(p: 0.5) } }
      lasts { sum float { sum stddev percentile(p: 0.5) } } ratio { sum } at { min epochMs { min } } day { epochMs { max } }`;
    const { all } = await api.query<{ all: unknown }>(
      `{ all: shiftsAggregate(where: { worker: { eq: "ann" } }) { of { ${measures} } } }`,
    );
    expect(all).toEqual({
      of: {
        small: { sum: '721554505392', float: { sum: 721_554_505_392, max: 2_147_483_647, count: 336 } },
        big: { max: '9007199254740993', float: { max: 9_007_199_254_740_992 } },
        exact: { sum: '33.6', float: { sum: 33.6, percentile: 0.1 } },
        lasts: { sum: 'PT504H', float: { sum: 504 * 3600, stddev: 0, percentile: 5400 } },
        ratio: { sum: 168 },
        at: { min: '2026-03-20T00:00:00Z', epochMs: { min: Date.UTC(2026, 2, 20) } },
        day: { epochMs: { max: Date.UTC(2026, 3, 2) } },
      },
    });
  });

  test('numbers for charts leave out what is infinite', async () => {
    const { data, errors } = await api.send(
      '{ shiftsAggregate(where: { worker: { eq: "odd" } }) { count of { at { epochMs { max } } day { epochMs { min } } } } }',
    );
    expect(data).toEqual({
      shiftsAggregate: { count: 3, of: { at: { epochMs: { max: null } }, day: { epochMs: { min: null } } } },
    });
    expect(errors?.map(({ extensions }) => extensions?.['code'])).toEqual([
      'VALUE_NOT_REPRESENTABLE',
      'VALUE_NOT_REPRESENTABLE',
    ]);
  });

  test('changes of numbers for charts do not overflow', async () => {
    await database.admin(`insert into events.shift (worker, at, small, big) values
      ('far', '2026-01-01Z', -2147483648, -9223372036854775808), ('far', '2026-01-02Z', 2147483647, 9223372036854775807)`);
    const answer = await api.query(`{
      shiftsGroupedAggregate(where: { worker: { eq: "far" } }, groupBy: { at: { every: "1d" } }) {
        countChange { difference rate } of { small { difference { max } rate { max } } big { difference { min } } }
      }
    }`);
    await database.admin("delete from events.shift where worker = 'far'");
    const change = 2 ** 32 - 1;
    expect(answer).toEqual({
      shiftsGroupedAggregate: [
        {
          countChange: { difference: null, rate: null },
          of: { small: { difference: { max: null }, rate: { max: null } }, big: { difference: { min: null } } },
        },
        {
          countChange: { difference: 0, rate: 0 },
          of: {
            small: { difference: { max: change }, rate: { max: change / 86_400 } },
            big: { difference: { min: 2 ** 64 } },
          },
        },
      ],
    });
  });
});

describe('changes between buckets', () => {
  test('changes between buckets choose and order the groups, with and without a plan', async () => {
    await database.admin(`insert into events.shift (worker, at, lasts, small)
      select 'off', timestamptz '2026-01-01Z' + day * interval '1 day', day * day % 7 * interval '1 hour', day
      from generate_series(0, 5) day cross join generate_series(0, day * 3 % 5)`);
    // Per day 1, 4, 2, 5, 3 and 1 rows, whose shifts last 0, 1, 4, 2, 2 and 4 hours.
    const groups = (argument: string) =>
      `shiftsGroupedAggregate(where: { worker: { eq: "off" } }, groupBy: { at: { every: "1d" } }, ${argument}) {
        bucket countChange { difference } of { lasts { difference { max } } }
      }`;
    const document = `{
      grew: ${groups('having: { countChange: { difference: { gt: 0 } } }, orderBy: { countChange: { difference: DESC } }, first: 5')}
      shrank: ${groups('having: { countChange: { rate: { lt: -0.00002 } } }')}
      longer: ${groups('having: { lasts: { difference: { max: { gte: 7200 } } } }, orderBy: { lasts: { rate: { max: DESC } } }')}
      median: ${groups('orderBy: [{ lasts: { rate: { percentile: { p: 0.5, direction: DESC_NULLS_LAST } } } }], first: 1')}
      none: ${groups('having: { not: { lasts: { rate: { percentile: { p: 0.5, is: { isNull: false } } } } } }')}
    }`;
    const answers = await createTwoWays(api)({ text: document, variables: {} });
    await database.admin("delete from events.shift where worker = 'off'");
    const [first, second, third, fourth, fifth, sixth] = [
      ...[
        [null, null],
        [3, 3600],
        [-2, 3 * 3600],
        [3, -2 * 3600],
        [-2, 0],
        [-2, 2 * 3600],
      ],
    ].map(([count, max], day) => ({
      bucket: `2026-01-0${day + 1}T00:00:00Z`,
      countChange: { difference: count },
      of: { lasts: { difference: { max } } },
    }));
    expect([differenceOf(answers), answers.interpreter]).toEqual([null, 'plan']);
    expect(answers.planned.data).toEqual({
      grew: [second, fourth],
      shrank: [third, fifth, sixth],
      longer: [third, sixth],
      median: [third],
      none: [first],
    });
  });
});

describe('an earlier period', () => {
  const week = 'worker: { eq: "ann" }, at: { gte: "2026-03-27T00:00Z", lt: "2026-04-03T00:00Z" }';

  test('an earlier period of all rows is one statement, which reads both periods by their index', async () => {
    const document = `{
      shiftsAggregate(where: { at: { gte: "2026-03-28T00:00Z", lt: "2026-03-29T00:00Z" }, worker: { ne: "odd" } }) {
        count previous { count of { at { min max } } last(by: AT) { at worker } }
        hour: previous(shift: "1h") { count of { exact { float { sum } } } } none: previous(shift: "P1Y") { count of { exact { sum } } }
      }
    }`;
    expect(await api.query(document)).toEqual({
      shiftsAggregate: {
        count: 24,
        previous: {
          count: 48,
          of: { at: { min: '2026-03-27T00:00:00Z', max: '2026-03-27T23:00:00Z' } },
          last: { at: '2026-03-27T23:00:00Z', worker: 'bob' },
        },
        hour: { count: 25, of: { exact: { float: { sum: 2.5 } } } },
        none: { count: 0, of: { exact: { sum: null } } },
      },
    });
    expect(api.queries).toHaveLength(2); // and the row at the end
    const [statement] = api.queries;
    const cost = statement && (await costOf(api.db, statement));
    expect(cost?.scans.length).toBeGreaterThanOrEqual(4);
    expect(cost?.scans.filter((scan) => /Seq Scan/.test(scan))).toEqual([]);
  });

  test('an earlier period ends where the current one begins, by the days of the time zone', async () => {
    const ask = (where: string, every: string) =>
      api.query<{ groups: { bucket: string; previous: { bucket: string; count: number } }[] }>(`{
        groups: shiftsGroupedAggregate(
          where: { worker: { eq: "ann" }, at: { ${where} } }, groupBy: { at: { every: "${every}", timeZone: "Europe/Berlin" } }
        ) { bucket previous { bucket count } }
      }`);
    // The week begins before the clocks change and has an hour less.
    const { groups } = await ask('gte: "2026-03-26T23:00Z", lt: "2026-04-02T22:00Z"', '1d');
    expect(groups.map(({ bucket, previous }) => [bucket, previous.bucket, previous.count])).toEqual([
      ['2026-03-26T23:00:00Z', '2026-03-19T23:00:00Z', 23],
      ['2026-03-27T23:00:00Z', '2026-03-20T23:00:00Z', 24],
      ['2026-03-28T23:00:00Z', '2026-03-21T23:00:00Z', 24],
      ['2026-03-29T22:00:00Z', '2026-03-22T23:00:00Z', 24],
      ['2026-03-30T22:00:00Z', '2026-03-23T23:00:00Z', 24],
      ['2026-03-31T22:00:00Z', '2026-03-24T23:00:00Z', 24],
      ['2026-04-01T22:00:00Z', '2026-03-25T23:00:00Z', 24],
    ]);
  });

  test('each group has the group of an earlier period with the same key, even if that is null', async () => {
    await database.admin(`insert into events.shift (worker, at, small) values
      (null, '2026-02-01Z', 1), (null, '2026-02-02Z', 2), ('new', '2026-02-02Z', 3)`);
    const answer = await api.query(`{
      shiftsGroupedAggregate(
        where: { at: { gte: "2026-02-02T00:00Z", lt: "2026-02-03T00:00Z" } }, groupBy: { columns: [WORKER] }
      ) { key { worker } count previous { key { worker } count of { small { sum } } } }
    }`);
    await database.admin("delete from events.shift where at < '2026-03-01' and at > '-infinity'");
    expect(answer).toEqual({
      shiftsGroupedAggregate: [
        {
          key: { worker: 'new' },
          count: 1,
          previous: { key: { worker: 'new' }, count: 0, of: { small: { sum: null } } },
        },
        { key: { worker: null }, count: 1, previous: { key: { worker: null }, count: 1, of: { small: { sum: '1' } } } },
      ],
    });
  });

  test('measures of an earlier period are found however long their names are', async () => {
    const previous = (shift: string) => `previous(shift: "${shift}") {
      count of { lasts { float { third: percentile(p: 0.3333333333333333) other: percentile(p: 2.2250738585072014e-308) } } }
    }`;
    const ask = (shift: string) =>
      api.query(`{
        shiftsAggregate(where: { ${week} }) { ${previous(shift)} }
        shiftsGroupedAggregate(where: { ${week} }, groupBy: { at: { every: "P1D" } }) { bucket ${previous(shift)} }
      }`);
    const short = await ask('P7D');
    expect(short).toMatchObject({ shiftsAggregate: { previous: { count: 168 } } });
    expect(await ask(`P${'0'.repeat(60)}7DT0H0M0S`)).toEqual(short);
  });

  test('the period before `within` is the one just before it, or the one that `shift` gives', async () => {
    await database.admin(`insert into events.shift (worker, at)
      select 'now', now() - n * interval '1 hour' - interval '1 minute' from generate_series(0, 47) n`);
    const answer = await api.query(`{
      shiftsAggregate(where: { worker: { eq: "now" }, at: { within: "1d" } }) { count previous { count } }
      since: shiftsAggregate(where: { worker: { eq: "now" }, at: { within: "6h" } }) { count previous(shift: "1d") { count } }
    }`);
    await database.admin("delete from events.shift where worker = 'now'");
    expect(answer).toEqual({
      shiftsAggregate: { count: 24, previous: { count: 24 } },
      since: { count: 6, previous: { count: 6 } },
    });
  });

  test.each([
    ['shiftsAggregate { previous { count } }', /exactly one of the time columns at, local, day; it bounds none/],
    ['shiftsAggregate(where: { at: { within: "P1D" }, day: { within: "P1D" } }) { previous { count } }', /it bounds 2/],
    [
      'shiftsAggregate(where: { at: { lt: "2026-01-01T00:00Z" } }) { previous { count } }',
      /give shift, or a lower bound on at/,
    ],
    [
      'shiftsAggregate(where: { at: { within: "P1D" }, or: [{ at: { isNull: false } }] }) { previous { count } }',
      /where may limit at only at the top level/,
    ],
    [
      'shiftsAggregate(where: { at: { within: "P1D", ne: "2026-01-01T00:00Z" } }) { previous { count } }',
      /where may limit at only/,
    ],
    [
      `shiftsAggregate(where: { ${week} }) { previous { previous { count } } }`,
      /cannot contain changes or another previous/,
    ],
    [
      `shiftsGroupedAggregate(where: { ${week} }, groupBy: { at: { every: "1d" } }) { previous { countChange { rate } } }`,
      /cannot contain changes/,
    ],
    [`shiftsAggregate(where: { ${week} }) { previous(shift: "infinity") { count } }`, /must be finite/],
    ['shiftsGroupedAggregate(groupBy: { columns: [WORKER] }) { countChange { rate } }', /Changes need buckets/],
    ['shiftsAggregate { of { small { rate { sum } } } }', /Changes need buckets/],
    [
      'shiftsGroupedAggregate(groupBy: { columns: [WORKER] }, having: { countChange: { rate: { gt: 0 } } }) { count }',
      /Changes need buckets/,
    ],
    [
      'shiftsGroupedAggregate(groupBy: { at: { parts: MONTH } }, orderBy: { small: { difference: { sum: ASC } } }) { count }',
      /Changes need buckets/,
    ],
    [
      'shiftsGroupedAggregate(groupBy: { at: { every: "1d" } }, having: { small: { rate: {} } }) { count }',
      /"rate" is empty/,
    ],
    ['shiftsGroupedAggregate(groupBy: { at: {} }) { count }', /at: give "every", "parts", or both/],
    [
      'shiftsGroupedAggregate(groupBy: { at: { parts: MONTH, fill: true } }) { count }',
      /fill: needs "every" without "parts"/,
    ],
    [
      'shiftsGroupedAggregate(groupBy: { day: { parts: HOUR_OF_DAY } }) { count }',
      /DAY has no HOUR_OF_DAY, only WEEKDAY/,
    ],
    [
      'shiftsGroupedAggregate(groupBy: { opens: { parts: MONTH } }) { count }',
      /OPENS has no MONTH, only MINUTE_OF_HOUR/,
    ],
    [
      'shiftsGroupedAggregate(groupBy: { opens: { every: "1h" } }) { count }',
      /OPENS holds times of day without a date; give parts/,
    ],
    [
      'shiftsGroupedAggregate(groupBy: { at: { parts: MONTH } }, orderBy: { parts: { weekday: ASC } }) { count }',
      /names the key part WEEKDAY/,
    ],
  ])('%s is rejected', async (field, message) => {
    const { data, errors } = await api.send(`{ field: ${field} }`);
    expect(errors).toMatchObject([{ message: expect.stringMatching(message), extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(data).toEqual({ field: null });
    expect(api.statements).toEqual([]);
  });
});
