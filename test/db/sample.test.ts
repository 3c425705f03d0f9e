import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadSample, type SampleOptions } from '../../src/dev/embedded/sample.ts';
import { createEmptyDatabase, type TestDatabase } from '../support/database.ts';

const size = { sites: 6, devices: 50, events: 3_000 };
const until = new Date('2026-03-18T15:00:00Z');

const databases: TestDatabase[] = [];
let sample: TestDatabase;
const fractions: number[] = [];

async function makeSample(options: SampleOptions, timeZone = 'UTC'): Promise<TestDatabase> {
  const database = await createEmptyDatabase();
  databases.push(database);
  const { database: name, user } = database.connection;
  await database.admin(`grant create on database ${name} to ${user}`);
  const client = new pg.Client({ ...database.connection, options: `-c TimeZone=${timeZone}` });
  await client.connect();
  await loadSample(client, options);
  await client.end();
  return database;
}

const rows = async (sql: string) => (await sample.admin<Record<string, unknown>>(sql)).rows;

beforeAll(async () => {
  sample = await makeSample({ ...size, until, onProgress: (fraction) => fractions.push(fraction) });
});

afterAll(() => Promise.all(databases.map((database) => database.drop())));

test('the sample has the requested number of rows, created by a role that is no superuser', async () => {
  const [counts] = await rows(`select
    (select count(*)::int from events.site) as sites,
    (select count(*)::int from events.device) as devices,
    (select count(*)::int from events.event) as events`);
  expect(counts).toEqual(size);
});

test('loading the sample reports progress up to the end', () => {
  expect(fractions.at(-1)).toBe(1);
  expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
});

test('the sample is always the same, whatever the time zone of the session', async () => {
  const digest = `select string_agg(md5(line), '' order by line) as digest from (
    select e::text as line from events.event e
    union all select d::text from events.device d
    union all select s::text from events.site s
    union all select i::text from events.incident i
    union all select m::text from events.device_group_member m
  ) lines`;
  const again = await makeSample({ ...size, until }, 'America/St_Johns');
  expect((await again.admin(digest)).rows).toEqual(await rows(digest));
});

test('every relation and column of the sample has a comment', async () => {
  const bare = await rows(`select c.relname, a.attname
    from pg_class c
    left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not c.relispartition
    where c.relnamespace = 'events'::regnamespace and c.relkind in ('r', 'p', 'v')
      and (obj_description(c.oid, 'pg_class') is null
        or a.attnum is not null and col_description(c.oid, a.attnum) is null)`);
  expect(bare).toEqual([]);
});

describe('events', () => {
  test('events span the 30 days, in the order of their numbers, and none is later', async () => {
    const [span] = await rows(`select
        min(occurred_at) between '2026-02-16T15:00Z' and '2026-02-16T21:00Z' as from_the_start,
        max(occurred_at) between '2026-03-18T14:00Z' and '2026-03-18T15:00Z' as to_the_end,
        bool_and(ordered) as ordered
      from (select occurred_at, occurred_at >= lag(occurred_at, 1, '-infinity') over (order by event_id) as ordered
        from events.event) numbered`);
    expect(span).toEqual({ from_the_start: true, to_the_end: true, ordered: true });
  });

  test('events are many by day and on workdays, few by night and at weekends', async () => {
    const [rhythm] = await rows(`select
        count(*) filter (where hour between 9 and 16) > 6 * count(*) filter (where hour < 5) as daily,
        count(*) filter (where day < 6) / 5 > 1.5 * count(*) filter (where day >= 6) / 2 as weekly
      from (select extract(hour from at) as hour, extract(isodow from at) as day
        from (select occurred_at at time zone 'UTC' as at from events.event) local) parts`);
    expect(rhythm).toEqual({ daily: true, weekly: true });
  });

  test('events pause for some hours, and are more severe in an incident', async () => {
    const [shape] = await rows(`select
        (select count(*)::int from generate_series(timestamptz '2026-02-24T10:00Z', '2026-02-24T13:00Z', '1 hour') h
          where not exists (select from events.event where occurred_at >= h and occurred_at < h + interval '1 hour')
        ) as silent_hours,
        avg((severity >= 'error')::int) filter (where in_incident) > 3 * avg((severity >= 'error')::int) as severe
      from (select severity, exists (
          select from events.incident i
          where i.device_id = e.device_id
            and e.occurred_at between i.opened_at and least(i.closed_at, i.opened_at + interval '3 hours')
        ) as in_incident from events.event e) judged`);
    expect(shape).toEqual({ silent_hours: 4, severe: true });
  });

  test('events lie in the partitions of their months, with two more to come', async () => {
    expect(
      await rows(`select c.relname as name, (select count(*) > 0 from events.event e where e.tableoid = c.oid) as used
        from pg_inherits join pg_class c on c.oid = inhrelid
        where inhparent = 'events.event'::regclass order by 1`),
    ).toEqual([
      { name: 'event_2026_02', used: true },
      { name: 'event_2026_03', used: true },
      { name: 'event_2026_04', used: false },
      { name: 'event_2026_05', used: false },
      { name: 'event_default', used: false },
    ]);
  });
});

test('the sample has open, acknowledged and closed incidents, with and without another cause', async () => {
  const [shapes] = await rows(`select
      bool_or(acknowledged_at is null) as unnoticed,
      bool_or(acknowledged_at is not null and closed_at is null) as open,
      bool_or(duration > '0') as closed,
      bool_or(cause_device_id is null) as own_fault,
      bool_or(cause_device_id <> device_id) as other_fault
    from events.incident`);
  expect(shapes).toEqual({ unnoticed: true, open: true, closed: true, own_fault: true, other_fault: true });
});

test('a new row gets the number after those of the sample', async () => {
  const { rows: sites } = await sample.admin(`insert into events.site (code, name, latitude, longitude, opened_on)
    values ('NEW', 'New', 0, 0, '2026-01-01') returning site_id`);
  expect(sites).toEqual([{ site_id: size.sites + 1 }]);
});
