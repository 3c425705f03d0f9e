import type { ClientBase, QueryArrayResult } from 'pg';

/** A statement that is prepared under its name. */
interface Statement {
  readonly name: string;
  readonly text: string;
}

/** Names each statement after its key. */
const named = <Name extends string>(texts: Readonly<Record<Name, string>>) =>
  Object.fromEntries(Object.entries<string>(texts).map(([name, text]) => [name, { name, text }])) as Readonly<
    Record<Name, Statement>
  >;

export const statements = named({
  eventCursors: 'select occurred_at, event_id from events.event order by occurred_at, event_id offset $1 limit $2',
  deviceCursors: 'select device_id from events.device order by device_id offset $1 limit $2',
  errorCursors: `select occurred_at, event_id from events.event where severity = 'error'
    order by occurred_at desc, event_id desc offset $1 limit $2`,
  device: `select d.serial, d.model, d.status, s.name, s.time_zone from events.device d join events.site s using (site_id)
    where d.device_id = $1`,
  events: `select e.event_id, e.occurred_at, e.severity, d.serial, s.name from events.event e
    join events.device d using (device_id) join events.site s using (site_id)
    where (e.occurred_at, e.event_id) > ($1, $2) order by e.occurred_at, e.event_id limit 50`,
  devices: `select d.device_id, d.serial, d.status, s.name from events.device d join events.site s using (site_id)
    where d.device_id > $1 order by d.device_id limit 20`,
  eventsOf: `select k.n, e.occurred_at, e.payload from unnest($1::uuid[]) with ordinality k(device_id, n)
    cross join lateral (select occurred_at, payload from events.event e where e.device_id = k.device_id
    order by occurred_at, event_id limit 10) e`,
  wide: `select event_id, occurred_at, severity, value, device_id, payload from events.event
    where (occurred_at, event_id) > ($1, $2) order by occurred_at, event_id limit 1000`,
  page: `select event_id, occurred_at from events.event where severity = 'error' and (occurred_at, event_id) < ($1, $2)
    order by occurred_at desc, event_id desc limit 51`,
  count: "select count(*) from events.event where severity = 'error'",
  hourly: `select severity, date_bin('1 hour', occurred_at, '2000-01-01') as bucket, count(*) from events.event
    where occurred_at >= $1 and occurred_at < $2 group by 1, 2 order by 1, 2`,
  insert:
    'insert into events.bench_reading (device_id, at, value) select * from unnest($1::uuid[], $2::timestamptz[], $3::float8[])',
});

/** Runs a statement, and resolves with rows of text in the order of the select list, so that no value is parsed. */
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
