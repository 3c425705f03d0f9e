import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { setUp } from '../support/setUp.ts';

type Json = Record<string, unknown>;

/** A heading of the page: the variables of its document, and SQL that computes the same answer as one JSON value. */
interface Question {
  readonly variables?: (end: Date) => Json;
  readonly sql: string;
  /** The parameters of the SQL, as names of variables. */
  readonly parameters?: readonly string[];
  /** Number of statements that the document runs. */
  readonly statements: number;
}

const day = 86_400_000;
const before = (end: Date, days: number) => new Date(end.getTime() - days * day).toISOString();
const week = (end: Date) => ({ from: before(end, 7), to: before(end, 0) });

const questions: Readonly<Record<string, Question>> = {
  'Events per hour and severity of a site, last week, gaps filled': {
    variables: () => ({ site: 2 }),
    parameters: ['site'],
    statements: 1,
    sql: `
      with event as (
        select e.* from events.event e join events.device d using (device_id)
        where d.site_id = $1::int and occurred_at >= now() - interval '7 days'
      )
      select json_build_object('eventsGroupedAggregate', json_agg(json_build_object(
        'key', json_build_object('severity', upper(severity::text)), 'bucket', test.iso(hour),
        'count', (select count(*) from event e where e.severity = s.severity and date_trunc('hour', e.occurred_at) = hour)
      ) order by severity, hour))
      from (select distinct severity from event) s
      cross join generate_series(date_trunc('hour', now() - interval '7 days'), now(), interval '1 hour') hour`,
  },
  'Percentiles of a value per device and five minutes': {
    variables: week,
    parameters: ['from', 'to'],
    statements: 2,
    sql: `
      with p as (
        select device_id, to_timestamp(floor(extract(epoch from occurred_at) / 300) * 300) as bucket,
          percentile_cont(0.5) within group (order by value) as p50,
          percentile_cont(0.95) within group (order by value) as p95,
          percentile_cont(0.99) within group (order by value) as p99
        from events.event
        where event_type_id = 'temperature' and occurred_at >= $1::timestamptz and occurred_at < $2::timestamptz
        group by 1, 2
      )
      select json_build_object('devices', json_build_object('nodes', json_agg(json_build_object(
        'serial', serial,
        'eventsGroupedAggregate', (
          select coalesce(json_agg(json_build_object(
            'bucket', test.iso(bucket),
            'of', json_build_object('value', json_build_object('p50', p50, 'p95', p95, 'p99', p99))
          ) order by bucket), '[]') from p where p.device_id = d.device_id)
      ) order by device_id))) from events.device d`,
  },
  'The ten noisiest devices, and all devices a week before': {
    variables: (end) => ({ lastWeek: before(end, 14), thisWeek: before(end, 7) }),
    parameters: ['lastWeek', 'thisWeek'],
    statements: 2,
    sql: `
      select json_build_object(
        'noisiest', (
          select json_agg(json_build_object(
            'key', json_build_object('deviceId', device_id,
              'device', json_build_object('serial', serial, 'site', json_build_object('name', name))),
            'count', n) order by n desc, serial)
          from (
            select device_id, serial, s.name, count(*) as n
            from events.event join events.device using (device_id) join events.site s using (site_id)
            where occurred_at >= $2::timestamptz group by 1, 2, 3 order by n desc, serial limit 10) t),
        'before', (
          select json_agg(json_build_object('key', json_build_object('deviceId', device_id), 'count', n) order by device_id)
          from (
            select device_id, count(*) as n from events.event
            where occurred_at >= $1::timestamptz and occurred_at < $2::timestamptz group by 1) t))`,
  },
  'The last value of each device': {
    variables: () => ({ type: 'humidity' }),
    parameters: ['type'],
    statements: 3,
    sql: `
      select json_build_object('devices', json_build_object('nodes', json_agg(json_build_object(
        'serial', serial,
        'eventsAggregate', json_build_object('last', (
          select json_build_object('occurredAt', test.iso(occurred_at), 'value', value::text,
            'eventType', json_build_object('unit', t.unit))
          from events.event join events.event_type t using (event_type_id)
          where event.device_id = d.device_id and event_type_id = $1 order by occurred_at desc limit 1))
      ) order by device_id))) from events.device d`,
  },
  'Signs of life per day, in local time': {
    variables: week,
    parameters: ['from', 'to'],
    statements: 1,
    sql: `
      with event as (
        select device_id, occurred_at, (occurred_at at time zone 'Europe/Berlin')::date as day from events.event
        where event_type_id = 'heartbeat' and occurred_at >= $1::timestamptz and occurred_at < $2::timestamptz
      ), day as (
        select d::date as day from generate_series(
          ($1::timestamptz at time zone 'Europe/Berlin')::date,
          (($2::timestamptz - interval '1 microsecond') at time zone 'Europe/Berlin')::date, interval '1 day') d
      ), life as (
        select d.device_id, day.day, count(e.day) as n, min(occurred_at) as min, max(occurred_at) as max
        from (select distinct device_id from event) d cross join day
        left join event e on e.device_id = d.device_id and e.day = day.day group by 1, 2
      )
      select json_build_object('eventsGroupedAggregate', json_agg(json_build_object(
        'key', json_build_object('deviceId', device_id),
        'bucket', test.iso(day::timestamp at time zone 'Europe/Berlin'),
        'count', n,
        'of', json_build_object('occurredAt', json_build_object('min', test.iso(min), 'max', test.iso(max)))
      ) order by device_id, day)) from life`,
  },
  'Incidents per week and severity, and how many of them are closed': {
    statements: 1,
    sql: `
      select json_build_object('incidentsGroupedAggregate', json_agg(json_build_object(
        'key', json_build_object('severity', upper(severity::text)),
        'bucket', test.iso(week at time zone 'Europe/Berlin'),
        'count', n,
        'of', json_build_object('closedAt', json_build_object('count', closed, 'max', test.iso(latest)))
      ) order by week desc, severity desc))
      from (
        select severity, date_trunc('week', opened_at at time zone 'Europe/Berlin') as week, count(*) as n,
          count(closed_at) as closed, max(closed_at) as latest
        from events.incident group by 1, 2) t`,
  },
  'The spread of values per event type': {
    statements: 1,
    sql: `
      select json_build_object('eventsGroupedAggregate', json_agg(json_build_object(
        'key', json_build_object('eventTypeId', event_type_id, 'eventType', json_build_object('unit', unit)),
        'of', json_build_object('value', json_build_object('count', n, 'min', min::text, 'max', max::text,
          'avg', avg::text, 'stddev', stddev::text, 'median', median))
      ) order by event_type_id))
      from (
        select event_type_id, unit, count(value) as n, min(value), max(value), avg(value), stddev(value),
          percentile_cont(0.5) within group (order by value) as median
        from events.event join events.event_type using (event_type_id) group by 1, 2) t`,
  },
  'The fleet by site, model and status': {
    statements: 1,
    sql: `
      select json_build_object('devicesGroupedAggregate', json_agg(json_build_object(
        'key', json_build_object('model', model, 'status', upper(status::text), 'site', json_build_object('name', name)),
        'count', n,
        'of', json_build_object(
          'batteryLevel', json_build_object('min', min, 'avg', avg),
          'samplingInterval', json_build_object('avg', length::text),
          'installedOn', json_build_object('max', latest))
      ) order by model, status, name))
      from (
        select model, status, s.name, count(*) as n, min(battery_level), avg(battery_level),
          avg(sampling_interval) as length, max(installed_on) as latest
        from events.device join events.site s using (site_id) group by 1, 2, 3) t`,
  },
  'Power of each site per month, if there are enough readings': {
    variables: () => ({ atLeast: 20 }),
    parameters: ['atLeast'],
    statements: 1,
    sql: `
      select json_build_object('eventsGroupedAggregate', json_agg(json_build_object(
        'key', json_build_object('device', json_build_object('site', json_build_object('code', code))),
        'bucket', test.iso(month at time zone 'UTC'),
        'count', n,
        'of', json_build_object('value', json_build_object('sum', sum::text, 'avg', avg::text, 'p90', p90))
      ) order by p90 desc, code, month))
      from (
        select code, date_trunc('month', occurred_at at time zone 'UTC') as month, count(*) as n, sum(value), avg(value),
          percentile_cont(0.9) within group (order by value) as p90
        from events.event join events.device using (device_id) join events.site using (site_id)
        where event_type_id = 'power' group by 1, 2 having count(*) >= $1::int) t`,
  },
  'Devices that went silent, and their last event': {
    statements: 4,
    sql: `
      with silent as (
        select d.*, (select count(*) from events.event e where e.device_id = d.device_id) as n
        from events.device d
        where status = 'active' and not exists (
          select from events.event e where e.device_id = d.device_id and occurred_at >= now() - interval '1 day')
      )
      select json_build_object('devices', json_build_object('totalCount', count(*), 'nodes', json_agg(json_build_object(
        'serial', serial,
        'eventsAggregate', json_build_object('count', n, 'last', (
          select json_build_object('occurredAt', test.iso(occurred_at), 'severity', upper(severity::text))
          from events.event e where e.device_id = silent.device_id order by occurred_at desc limit 1))
      ) order by device_id))) from silent`,
  },
  'When errors happen: by weekday and hour, on local clocks': {
    statements: 1,
    sql: `
      select json_build_object('eventsGroupedAggregate', json_agg(json_build_object(
        'parts', json_build_object('weekday', weekday, 'hourOfDay', hour), 'count', n) order by weekday, hour))
      from (
        select extract(isodow from at)::int as weekday, extract(hour from at)::int as hour, count(*) as n
        from (select occurred_at at time zone 'Europe/Berlin' as at from events.event where severity >= 'error') e
        group by 1, 2) t`,
  },
  'Temperatures for a chart, and how fast they change': {
    variables: week,
    parameters: ['from', 'to'],
    statements: 1,
    sql: `
      select json_build_object('eventsGroupedAggregate', json_agg(json_build_object(
        'key', json_build_object('device', json_build_object('model', model)),
        'bucketEpochMs', extract(epoch from bucket)::float8 * 1000,
        'countChange', json_build_object('difference', added::float8),
        'of', json_build_object('value', json_build_object(
          'float', json_build_object('avg', mean::float8, 'max', max::float8),
          'difference', json_build_object('avg', change::float8),
          'rate', json_build_object('avg', change::float8 / seconds::float8)))
      ) order by model, bucket))
      from (
        select t.*, n - lag(n) over w as added, mean - lag(mean) over w as change,
          extract(epoch from bucket - lag(bucket) over w) as seconds
        from (
          select model, date_bin('6 hours', occurred_at, '2000-01-01Z') as bucket, count(*) as n, avg(value) as mean, max(value)
        from events.event join events.device using (device_id)
        where event_type_id = 'temperature' and occurred_at >= $1::timestamptz and occurred_at < $2::timestamptz
        group by 1, 2) t window w as (partition by model order by bucket)) t`,
  },
  'A week by days, next to the week before': {
    variables: week,
    parameters: ['from', 'to'],
    statements: 1,
    sql: `
      with event as (
        select date_trunc('day', occurred_at at time zone 'UTC') as day, occurred_at >= $1::timestamptz as is_new,
          count(*) as n, max(value)
        from events.event
        where occurred_at >= $1::timestamptz - ($2::timestamptz - $1::timestamptz) and occurred_at < $2::timestamptz
        group by 1, 2
      )
      select json_build_object('eventsGroupedAggregate', json_agg(json_build_object(
        'bucket', test.iso(day at time zone 'UTC'), 'count', n, 'of', json_build_object('value', json_build_object('max', max::text)),
        'previous', (
          select json_build_object('bucket', test.iso((e.day - interval '7 days') at time zone 'UTC'),
            'count', coalesce(sum(b.n), 0), 'of', json_build_object('value', json_build_object('max', max(b.max)::text)))
          from event b where b.day = e.day - interval '7 days' and not b.is_new)
      ) order by day))
      from event e where is_new`,
  },
};

const { database, api } = await setUp({
  prepare: `
    create schema test;
    create function test.iso(timestamptz) returns text language sql as $$
      select to_json($1 at time zone 'UTC') #>> '{}' || 'Z' $$`,
});
const { rows } = await database.admin<{ end: Date }>('select max(occurred_at) as end from events.event');
const end = rows[0]?.end ?? new Date();

const page = await readFile(new URL('../../docs/aggregates.md', import.meta.url), 'utf8');
const documents = [...page.matchAll(/^## (.*)\n\n```graphql\n([\s\S]*?)^```$/gm)].map(
  ([, title = '', document = '']) => ({
    title,
    document,
  }),
);

test('the page has thirteen questions, each with its SQL', () => {
  expect(documents.map(({ title }) => title)).toEqual(Object.keys(questions));
  expect(documents).toHaveLength(13);
});

test.each(documents)('the document gives the same answer as SQL: $title', async ({ title, document }) => {
  const question = questions[title];
  if (!question) throw new Error(`No SQL for ${title}`);
  const variables = question.variables?.(end) ?? {};
  const answer = await api.query(document, variables);
  expect(api.statements).toHaveLength(question.statements);
  await database.admin("set TimeZone = 'UTC'; set IntervalStyle = 'iso_8601'");
  const { rows } = await database.admin<{ json_build_object: unknown }>(
    question.sql,
    question.parameters?.map((name) => variables[name]),
  );
  expect(answer).toEqual(rows[0]?.json_build_object);
  expect(sizeOf(answer)).toBeGreaterThan(3);
});

/** Counts the objects in an answer, because empty answers would all be equal. */
const sizeOf = (value: unknown): number =>
  typeof value !== 'object' || value === null
    ? 0
    : 1 +
      Object.values(value)
        .map(sizeOf)
        .reduce((a, b) => a + b, 0);
