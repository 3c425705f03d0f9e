import { isObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { createEmptyDatabase } from '../support/database.ts';
import { costOf } from '../support/plans.ts';
import { setUp } from '../support/setUp.ts';

const { database, api } = await setUp({
  database: createEmptyDatabase,
  prepare: `
    create schema events;
    create type events.mood as enum ('low', 'high');
    create table events.site (site_id int primary key, name text not null);
    create table events.reading (
      reading_id int primary key, site_id int references events.site, at timestamptz, local timestamp, day date,
      small int2, whole int4, big int8, exact numeric, ratio float8, single float4, span interval, flag bool,
      word text, mood events.mood, token uuid, doc json, docs jsonb, words text[], address inet, place point);
    create index on events.reading (site_id, at);
    insert into events.site values (1, 'one'), (2, 'two');
    insert into events.reading (reading_id, site_id, small, whole, big, exact, ratio, single, span, flag, word, mood, token, doc, docs, words, address, place)
    select n, 1, 32767, 2147483647, 9223372036854775807, 0.1, 0.1, 0.1, '1 day', n = 1, 'w', 'low',
      '00000000-0000-0000-0000-000000000001', '{}', '{}', '{a}', ('10.0.0.' || n * 7)::inet, '(1,2)'
    from generate_series(1, 3) n;
    create view events.readings_seen as select * from events.reading;
    create table events.never (never_id int primary key, part int) partition by hash (never_id);
    create table events.never_0 partition of events.never for values with (modulus 2, remainder 0);
    create table events.never_1 partition of events.never for values with (modulus 2, remainder 1);
    create table events.oddly (at timestamptz not null, name text, path text[], primary key (name, path));
    insert into events.oddly values
      ('2026-01-01Z', '', '{}'), ('2026-01-02Z', 'a "b", (c)', '{"x,y","\\"q\\""}'), ('2026-01-03Z', E'd\\\\e,\n', '{NULL,a}'),
      ('2026-01-04Z', 'plain', '{{1,2},{3,4}}');
    create table events.clock (clock_id int primary key, at timestamptz not null);
    insert into events.clock
    select row_number() over (), at from unnest(array['2026-03-27Z', '2026-10-23Z', '2026-03-06Z', '2026-10-30Z']::timestamptz[]) start
    cross join lateral generate_series(start, start + interval '5 days', interval '15 minutes') at`,
});

const allOfSite = (site: number) => `readingsAggregate(where: { siteId: { eq: ${site} } })`;

describe('a measure', () => {
  test('a measure has the type that loses nothing', () => {
    const fields = (name: string) => {
      const type = api.api.schema.getType(name);
      return isObjectType(type)
        ? Object.fromEntries(Object.values(type.getFields()).map((f) => [f.name, String(f.type)]))
        : {};
    };
    const counts = { count: 'SafeInt!', countDistinct: 'SafeInt!' };
    const extremes = (type: string) => ({ ...counts, min: type, max: type });
    const changes = { difference: 'ChangeAggregate!', rate: 'ChangeAggregate!' };
    const forms = { float: 'FloatAggregate!', ...changes };
    const numbers = (type: string, sum: string, mean: string) => ({
      ...extremes(type),
      sum,
      avg: mean,
      stddev: mean,
      percentile: 'Float',
      ...(type === 'Float' ? changes : forms),
    });
    expect(fields('IntAggregate')).toEqual(numbers('Int', 'BigInt', 'Float'));
    expect(fields('BigIntAggregate')).toEqual(numbers('BigInt', 'Decimal', 'Decimal'));
    expect(fields('DecimalAggregate')).toEqual(numbers('Decimal', 'Decimal', 'Decimal'));
    expect(fields('FloatAggregate')).toEqual(numbers('Float', 'Float', 'Float'));
    expect(fields('DurationAggregate')).toEqual({
      ...extremes('Duration'),
      sum: 'Duration',
      avg: 'Duration',
      percentile: 'Duration',
      ...forms,
    });
    expect(fields('BooleanAggregate')).toEqual({ ...counts, every: 'Boolean', some: 'Boolean' });
    expect(fields('MoodAggregate')).toEqual(extremes('Mood'));
    expect(fields('StringAggregate')).toEqual(extremes('String'));
    for (const name of ['DateTime', 'LocalDateTime', 'Date'])
      expect(fields(`${name}Aggregate`)).toEqual({ ...extremes(name), epochMs: 'EpochAggregate!' });
    for (const name of ['UUID', 'JSON', 'StringList']) expect(fields(`${name}Aggregate`)).toEqual(counts);
  });

  test('a measure is exact beyond what JavaScript counts', async () => {
    const { readingsAggregate } = await api.query(`{ ${allOfSite(1)} { of {
      small { sum avg stddev } whole { sum avg } big { sum avg max } exact { sum avg } single { sum min }
      span { sum avg percentile(p: 0.5) } flag { every some } doc { count countDistinct } address { min max } place { countDistinct }
    } } }`);
    expect(readingsAggregate).toEqual({
      of: {
        small: { sum: '98301', avg: 32767, stddev: 0 },
        whole: { sum: '6442450941', avg: 2147483647 },
        big: { sum: '27670116110564327421', avg: '9223372036854775807', max: '9223372036854775807' },
        exact: { sum: '0.3', avg: '0.10000000000000000000' },
        single: { sum: expect.closeTo(0.3, 7), min: 0.1 },
        span: { sum: 'P3D', avg: 'P1D', percentile: 'P1D' },
        flag: { every: false, some: true },
        doc: { count: 3, countDistinct: 1 },
        address: { min: '10.0.0.7', max: '10.0.0.21' },
        place: { countDistinct: 1 },
      },
    });
  });

  test('a measure of no rows is null, and a count of them zero', async () => {
    const document = `{
      ${allOfSite(2)} { count of { whole { count countDistinct min sum avg percentile(p: 0.5) } } first(by: AT) { readingId } }
      readingsGroupedAggregate(where: { siteId: { eq: 2 } }, groupBy: { columns: [WORD] }) { count }
      one: readingsGroupedAggregate(where: { siteId: { eq: 2 } }, groupBy: {}) { count of { whole { max } } }
    }`;
    const nothing = { count: 0, countDistinct: 0, min: null, sum: null, avg: null, percentile: null };
    expect(await api.query(document)).toEqual({
      readingsAggregate: { count: 0, of: { whole: nothing }, first: null },
      readingsGroupedAggregate: [],
      one: [{ count: 0, of: { whole: { max: null } } }],
    });
  });

  test('a measure that JSON cannot express is an error of its own field', async () => {
    await database.admin(`insert into events.reading (reading_id, site_id, ratio, exact) values (10, 2, 'NaN', 'NaN')`);
    const { data, errors } = await api.send(`{ ${allOfSite(2)} { count of { ratio { avg } exact { avg } } } }`);
    await database.admin('delete from events.reading where reading_id = 10');
    expect(data).toEqual({ readingsAggregate: { count: 1, of: { ratio: { avg: null }, exact: { avg: 'NaN' } } } });
    expect(errors).toMatchObject([
      { path: ['readingsAggregate', 'of', 'ratio', 'avg'], extensions: { code: 'VALUE_NOT_REPRESENTABLE' } },
    ]);
  });
});

describe('a day on which clocks change', () => {
  const days = async (every: string, timeZone: string, from: string, to: string) => {
    const { clocksGroupedAggregate } = await api.query<{ clocksGroupedAggregate: { bucket: string; count: number }[] }>(
      `query ($timeZone: String!, $every: Duration!, $from: DateTime!, $to: DateTime!) {
        clocksGroupedAggregate(
          where: { at: { gte: $from, lt: $to } }
          groupBy: { at: { every: $every, timeZone: $timeZone, fill: true } }
        ) { bucket count }
      }`,
      { every, timeZone, from, to },
    );
    return clocksGroupedAggregate.map(({ bucket, count }) => [bucket, count]);
  };

  test('a day on which clocks change has 23 or 25 hours in its time zone', async () => {
    expect(await days('P1D', 'Europe/Berlin', '2026-03-27T23:00Z', '2026-03-30T22:00Z')).toEqual([
      ['2026-03-27T23:00:00Z', 96],
      ['2026-03-28T23:00:00Z', 92],
      ['2026-03-29T22:00:00Z', 96],
    ]);
    expect(await days('P1D', 'Europe/Berlin', '2026-10-23T22:00Z', '2026-10-26T23:00Z')).toEqual([
      ['2026-10-23T22:00:00Z', 96],
      ['2026-10-24T22:00:00Z', 100],
      ['2026-10-25T23:00:00Z', 96],
    ]);
    expect(await days('P1D', 'America/New_York', '2026-03-07T05:00Z', '2026-03-10T04:00Z')).toEqual([
      ['2026-03-07T05:00:00Z', 96],
      ['2026-03-08T05:00:00Z', 92],
      ['2026-03-09T04:00:00Z', 96],
    ]);
    expect(await days('P1D', 'America/New_York', '2026-10-31T04:00Z', '2026-11-03T05:00Z')).toEqual([
      ['2026-10-31T04:00:00Z', 96],
      ['2026-11-01T04:00:00Z', 100],
      ['2026-11-02T05:00:00Z', 96],
    ]);
  });

  test('a day on which clocks change still has hours of equal length', async () => {
    const found = await days('PT1H', 'Europe/Berlin', '2026-10-24T22:00Z', '2026-10-25T23:00Z');
    expect(found).toHaveLength(25);
    expect(found.every(([, count]) => count === 4)).toBe(true);
  });
});

describe('a first or last row', () => {
  test('a first or last row among equal times is the one with the smallest or largest key, with and without groups', async () => {
    await database.admin(`
      insert into events.reading (reading_id, site_id, at, word) values
        (21, 2, '2026-01-01Z', 'x'), (20, 2, '2026-01-01Z', 'x'), (22, 2, '2026-01-02Z', 'x'), (24, 2, '2026-01-02Z', 'x'), (23, 2, null, 'x')`);
    const ends = 'first(by: AT) { readingId } last(by: AT) { readingId word }';
    const answer = await api.query(`{ site(siteId: 2) {
      readingsAggregate { ${ends} } readingsGroupedAggregate(groupBy: { columns: [WORD] }) { ${ends} }
    } }`);
    await database.admin('delete from events.reading where site_id = 2');
    const expected = { first: { readingId: 20 }, last: { readingId: 24, word: 'x' } };
    expect(answer).toEqual({ site: { readingsAggregate: expected, readingsGroupedAggregate: [expected] } });
  });
});

test('a first or last row is found by any key', async () => {
  const ends = 'first(by: AT) { at name path } last(by: AT) { at name path }';
  const days = ['2026-01-01', '2026-01-02', '2026-01-03', '2026-01-04'].map((day) => `${day}T00:00:00Z`);
  const { oddlies } = await api.query<{ oddlies: { nodes: { at: string }[] } }>(
    '{ oddlies(orderBy: [{ at: ASC }]) { nodes { at name path } } }',
  );
  expect(oddlies.nodes.map(({ at }) => at)).toEqual(days);
  for (const row of oddlies.nodes) {
    const answer = await api.query(
      `query ($at: DateTime!) {
        oddliesAggregate(where: { at: { eq: $at } }) { ${ends} }
        oddliesGroupedAggregate(where: { at: { eq: $at } }, groupBy: { columns: [AT] }) { ${ends} }
      }`,
      { at: row.at },
    );
    const both = { first: row, last: row };
    expect(answer).toEqual({ oddliesAggregate: both, oddliesGroupedAggregate: [both] });
  }
});

describe('contradictory arguments are rejected', () => {
  const bucket = (more: string) => `clocksGroupedAggregate(groupBy: { at: { ${more} } }) { count }`;

  test.each([
    [bucket('every: "P1DT1H"'), /mixes units/],
    [bucket('every: "P1M1D"'), /mixes units/],
    [bucket('every: "P0D"'), /is not positive/],
    [bucket('every: "P-1D"'), /is not positive/],
    [bucket('every: "PT0S"'), /is not positive/],
    [bucket('every: "PT1H-60M"'), /is not positive/],
    [bucket('every: "P0.5D"'), /whole number/],
    [bucket('every: "infinity"'), /is not a duration/],
    [bucket('every: "P1D", timeZone: "Mars/Phobos"'), /"Mars\/Phobos" is not the IANA name/],
    [bucket('every: "P1D", timeZone: "+02:00"'), /"\+02:00" is not the IANA name/],
    [bucket('every: "P1D", origin: "2026-01-01T00:00Z"'), /origin: leave it out for buckets of days or longer/],
    ['readingsGroupedAggregate(groupBy: { day: { every: "PT1H" } }) { count }', /DAY holds dates/],
    [
      'readingsGroupedAggregate(groupBy: { columns: [WORD] }, orderBy: [{ bucket: ASC }]) { count }',
      /names the bucket/,
    ],
    [
      'readingsGroupedAggregate(groupBy: { site: { columns: [NAME] } }, orderBy: [{ word: { key: ASC } }]) { count }',
      /names the key word/,
    ],
    [
      'readingsGroupedAggregate(groupBy: {}, orderBy: [{ site: { count: ASC } }]) { count }',
      /count belongs to the groups; give it outside of site/,
    ],
    [
      'readingsGroupedAggregate(groupBy: { site: { columns: [NAME] } }, orderBy: [{ site: { name: { min: ASC } } }]) { count }',
      /site.name is a column of related rows/,
    ],
    [
      'readingsGroupedAggregate(groupBy: { at: { every: "P1D" }, day: { every: "P1D" } }) { count }',
      /buckets of at and of day/,
    ],
    ['readingsAggregate { first(by: WORD) { word } }', /first: by must be a time column: AT/],
    ['readingsGroupedAggregate(groupBy: { columns: null }) { count }', /groupBy.s "columns" is null/],
    ['readingsGroupedAggregate(groupBy: {}, having: { count: { gt: null } }) { count }', /"gt" is null/],
    ['readingsGroupedAggregate(groupBy: {}, orderBy: null) { count }', /orderBy is null/],
    ['readingsGroupedAggregate(groupBy: {}, first: 10001) { count }', /first must be from 0 to 10000/],
    ['readingsAggregate { of { whole { percentile(p: 1.5) } } }', /p must be from 0 to 1/],
  ])('contradictory arguments are rejected: %s', async (field, message) => {
    const { data, errors } = await api.send(`{ field: ${field} }`);
    expect(errors).toMatchObject([{ message: expect.stringMatching(message), extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(data).toEqual({ field: null });
    expect(api.statements).toEqual([]);
  });
});

describe('what becomes part of a statement is bounded', () => {
  const many = (count: number, part: (n: number) => string) => Array.from({ length: count }, (_, n) => part(n)).join();
  const path = (n: number) => `["k${n}"]`;
  const percentile = (n: number, rest: string) => `{ whole: { percentile: { p: ${n / 1000}, ${rest} } } }`;

  test.each<[part: string, field: (count: number) => string, message: string]>([
    [
      'keys of groups',
      (count) => `readingsGroupedAggregate(groupBy: { docs: [${many(count, path)}] }) { count }`,
      'groupBy has 501 keys; give at most 500',
    ],
    [
      'orders of groups',
      (count) =>
        `readingsGroupedAggregate(groupBy: {}, orderBy: [${many(count, (n) => percentile(n, 'direction: ASC'))}]) { count }`,
      'orderBy has 501 entries; give at most 500',
    ],
    [
      'conditions on groups',
      (count) =>
        `readingsGroupedAggregate(groupBy: {}, having: { or: [${many(count, (n) => percentile(n, 'is: { gt: 1 }'))}] }) { count }`,
      'having tests 501 measures; give at most 500',
    ],
    [
      'orders of rows',
      (count) => `readings(orderBy: [${many(count, (n) => `{ docsAt: { path: ${path(n)} } }`)}]) { nodes { word } }`,
      'orderBy has 501 entries; give at most 500',
    ],
  ])('what becomes part of a statement is bounded: %s', async (_, field, message) => {
    const { data } = await api.query(`{ data: ${field(500)} }`);
    expect(data).not.toBeNull();
    const { errors } = await api.send(`{ ${field(501)} }`);
    expect(errors).toMatchObject([{ message, extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});

describe('too many groups are rejected with their number', () => {
  const refusal = async (field: string) => {
    const { data, errors } = await api.send(`{ field: ${field} }`);
    expect(data).toEqual({ field: null });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    return errors?.[0]?.message;
  };
  const filled = (where: string, every: string, more = '', columns = '') =>
    `clocksGroupedAggregate(where: { at: { ${where} } }, ${more}
      groupBy: { ${columns} at: { every: "${every}", fill: true } }) { bucket count }`;

  test('too many groups are rejected without reading the table if the bounds imply their number', async () => {
    const day = 'gte: "2026-03-29T00:00Z", lt: "2026-03-30T00:00Z"';
    expect(await refusal(filled(day, 'PT1S'))).toMatch(/^The result has 86400 buckets, more than 10000;/);
    expect(await refusal(filled('gte: "1900-01-01T00:00Z", lte: "2026-01-01T00:00Z"', 'P1D'))).toMatch(/46022 buckets/);
    expect(await refusal(filled(day, 'PT1S', '', 'columns: [CLOCK_ID],'))).toMatch(/^The result has 86400 buckets/);
    expect(await refusal(filled('within: "P1Y"', 'PT1M'))).toMatch(/^The result has 52\d{4} buckets/);
    const [statement] = api.queries;
    const cost = statement && (await costOf(api.db, statement));
    expect(cost?.blocks).toBe(0);
    expect(cost?.scans.filter((scan) => /clock/.test(scan))).toEqual([]);
  });

  test('too many groups are rejected if an end is open, whatever `having` keeps', async () => {
    expect(await refusal(filled('gte: "2026-01-01T00:00Z"', 'PT1M'))).toMatch(/^The result has \d{6} buckets/);
    expect(await refusal(filled('isNull: false', 'PT1M', 'having: { count: { eq: 0 } },'))).toMatch(
      /^The result has \d{6} buckets/,
    );
  });

  test('too many groups are rejected if each has its own buckets', async () => {
    const where = 'gte: "2026-03-27T00:00Z", lt: "2026-03-28T00:00Z"';
    expect(await refusal(filled(where, 'PT5M', '', 'columns: [CLOCK_ID],'))).toMatch(
      /^The result has 27648 groups, more than/,
    );
    const { clocksGroupedAggregate } = await api.query(
      `{ ${filled(where, 'PT5M', 'first: 3, orderBy: [{ count: DESC }, { bucket: DESC }],', 'columns: [CLOCK_ID],')} }`,
    );
    expect(clocksGroupedAggregate).toHaveLength(3);
    // Even for the first few, all buckets would have to be computed.
    expect(await refusal(filled(where, 'PT1M', 'first: 3,', 'columns: [CLOCK_ID],'))).toMatch(
      /^The result has 138240 buckets/,
    );
  });
});

test('an estimate exists only for a whole table that was analysed', async () => {
  const estimate = (field: string) => api.query(`{ field: ${field} { approximateCount } }`);
  await database.admin('insert into events.never select n, n from generate_series(1, 20) n');
  expect(await estimate('nevers')).toEqual({ field: { approximateCount: null } });
  await database.admin('analyze events.never, events.reading');
  expect(await estimate('nevers')).toEqual({ field: { approximateCount: 20 } });
  expect(await estimate('readings')).toEqual({ field: { approximateCount: 3 } });
  expect(await estimate('readings(where: {})')).toEqual({ field: { approximateCount: 3 } });
  expect(await estimate('readings(where: { word: { eq: "w" } })')).toEqual({ field: { approximateCount: null } });
  expect(await estimate('readingsSeens')).toEqual({ field: { approximateCount: null } });
  const nested = await api.query('{ site(siteId: 1) { readings { approximateCount totalCount } } }');
  expect(nested).toEqual({ site: { readings: { approximateCount: null, totalCount: 3 } } });
});
