import { performance } from 'node:perf_hooks';
import type { ClientBase } from 'pg';
import { openDatabase } from './database.ts';
import { lock } from './lock.ts';
import { statements } from './servers/sql.ts';
import { median } from './statistics.ts';

/**
 * Prints how long PostgreSQL takes for a page of events with device and site, for several ways to write the statement.
 */
const forms = {
  'each row looked up': page('lateral', (size) => String(size)),
  'joined as PostgreSQL likes': page('plain', (size) => String(size)),
  'each row looked up, limit as a parameter': page('lateral', () => '$1::int8'),
} as const;

/** Prints the same for a page of devices, ordered by the greatest value of their events. */
const measures = {
  'each device by the index': `lateral (select max(value) from events.event m where m.device_id = t.device_id) o on true`,
  'all events once': `(select device_id, max(value) from events.event group by 1) o on o.device_id = t.device_id`,
} as const;

const lists = { 'all devices': 'true', 'the devices of a site': 't.site_id = 1' } as const;

await lock();
const { client, stop } = await openDatabase(100_000);
for (const size of [50, 1000])
  for (const [name, text] of Object.entries(forms)) {
    const ms = await time(client, `${name} ${size}`, text(size), text(size).includes('$1') ? [size] : []);
    console.log(`${String(size).padStart(4)} rows, ${name}: ${ms.toFixed(2)} ms`);
  }
const { rows } = await client.query({ text: statements.eventCursors.text, values: [0, 1], rowMode: 'array' });
for (const [name, how] of [
  ['kept', statements.events.name],
  ['made each time', undefined],
] as const) {
  const ms = await time(client, how, statements.events.text, rows[0] ?? []);
  console.log(`  50 rows after a cursor, of 5 partitions, plan ${name}: ${ms.toFixed(2)} ms`);
}
for (const [list, where] of Object.entries(lists))
  for (const [name, join] of Object.entries(measures)) {
    const text = `select t.serial, t.device_id, o.max from events.device t left join ${join}
      where ${where} order by o.max desc, t.device_id desc limit 50`;
    console.log(
      `${list} by a measure, ${name}: ${(await time(client, `${list} ${name}`, text, [], 20)).toFixed(1)} ms`,
    );
  }
await stop();

function page(join: 'lateral' | 'plain', limit: (size: number) => string) {
  const related = (table: string, columns: string, key: string, of: string, name: string) =>
    join === 'plain'
      ? `left join events.${table} ${name} on ${name}.${key} = ${of}.${key}`
      : `left join lateral (select ${columns} from events.${table} m where m.${key} = ${of}.${key} limit 1) ${name} on true`;
  return (size: number) => `
    select t.*, d.serial, s.name from (
      select event_id, occurred_at, severity, device_id from events.event order by occurred_at, event_id limit ${limit(size)}
    ) t ${related('device', 'm.serial, m.site_id', 'device_id', 't', 'd')} ${related('site', 'm.name', 'site_id', 'd', 's')}
    order by occurred_at, event_id`;
}

/**
 * Measures the median execution time of a prepared statement, in milliseconds, after the executions in which PostgreSQL
 * chooses its plan.
 */
async function time(
  on: ClientBase,
  name: string | undefined,
  text: string,
  values: readonly unknown[],
  executions = 200,
): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < executions; i++) {
    const started = performance.now();
    await on.query({ name, text, values: [...values] });
    times.push(performance.now() - started);
  }
  return median(times.slice(executions / 4));
}
