import type { ClientBase, QueryArrayResult } from 'pg';

/** A statement of the ceilings, prepared under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** The statements that a resolver for each level runs: what is to one is asked for by its keys. */
export const levels = {
  device: {
    name: 'device',
    text: 'select serial, model, status, site_id from events.device where device_id = $1',
  },
  site: { name: 'site', text: 'select site_id, name, time_zone from events.site where site_id = any($1)' },
  events: {
    name: 'events',
    text: 'select event_id, occurred_at, severity, device_id from events.event order by occurred_at, event_id limit 50',
  },
  devicesOf: {
    name: 'devices_of',
    text: 'select device_id, serial, site_id from events.device where device_id = any($1)',
  },
  devices: {
    name: 'devices',
    text: 'select device_id, serial, status, site_id from events.device order by device_id limit 20',
  },
  eventsOf: {
    name: 'events_of',
    text: `select k.n, e.occurred_at, e.payload from unnest($1::uuid[]) with ordinality k(device_id, n)
      cross join lateral (select occurred_at, payload from events.event e where e.device_id = k.device_id
      order by occurred_at, event_id limit 10) e`,
  },
  wide: {
    name: 'wide',
    text: 'select event_id, occurred_at, severity, value, device_id, payload from events.event order by occurred_at, event_id limit 1000',
  },
  start: {
    name: 'start',
    text: `select occurred_at, event_id from events.event where severity = 'error'
      order by occurred_at desc, event_id desc offset $1 limit 1`,
  },
  page: {
    name: 'page',
    text: `select event_id, occurred_at from events.event where severity = 'error' and (occurred_at, event_id) < ($1, $2)
      order by occurred_at desc, event_id desc limit 51`,
  },
  count: { name: 'count', text: "select count(*) from events.event where severity = 'error'" },
  hourly: {
    name: 'hourly',
    text: `select severity, date_bin('1 hour', occurred_at, '2000-01-01') as bucket, count(*) from events.event
      where occurred_at >= $1 and occurred_at < $2 group by 1, 2 order by 1, 2`,
  },
  insert: {
    name: 'insert',
    text: 'insert into events.bench_reading (device_id, at, value) select * from unnest($1::uuid[], $2::timestamptz[], $3::float8[])',
  },
} as const satisfies Readonly<Record<string, Statement>>;

/** The same with what is to one joined into the statement of its parent. */
export const joined = {
  device: {
    name: 'device_joined',
    text: `select d.serial, d.model, d.status, s.name, s.time_zone from events.device d join events.site s using (site_id)
      where d.device_id = $1`,
  },
  events: {
    name: 'events_joined',
    text: `select e.event_id, e.occurred_at, e.severity, d.serial, s.name from events.event e
      join events.device d using (device_id) join events.site s using (site_id) order by occurred_at, event_id limit 50`,
  },
  devices: {
    name: 'devices_joined',
    text: `select d.device_id, d.serial, d.status, s.name from events.device d join events.site s using (site_id)
      order by device_id limit 20`,
  },
} as const satisfies Readonly<Record<string, Statement>>;

/** Rows of text in the order of the select list, so that no value is parsed. */
export async function rowsOf(
  client: ClientBase,
  statement: Statement,
  values: readonly unknown[] = [],
): Promise<readonly (readonly (string | null)[])[]> {
  const result: QueryArrayResult<(string | null)[]> = await client.query({
    ...statement,
    values: [...values],
    rowMode: 'array',
    types: { getTypeParser: () => (text: string) => text },
  });
  return result.rows;
}
