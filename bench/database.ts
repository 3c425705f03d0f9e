import pg from 'pg';
import { startEmbedded } from '../src/db/embedded/embedded.ts';
import { parentOf } from './processes.ts';
import type { Facts } from './questions.ts';

export interface BenchDatabase {
  /** The variables that libpq, pg and every server that is compared read. */
  readonly variables: Readonly<Record<string, string>>;
  readonly version: string;
  readonly facts: Facts;
  /** The process whose children run the statements; null where the server is not on this machine. */
  readonly postmaster: number | null;
  readonly client: pg.Client;
  readonly stop: () => Promise<void>;
}

/** The sample of the size that is asked for: kept from run to run, or in the database that PGHOST names. */
export async function openDatabase(events: number): Promise<BenchDatabase> {
  const { variables, stop } = process.env['PGHOST'] ? configured() : await embedded(events);
  const client = new pg.Client({
    host: variables['PGHOST'],
    port: Number(variables['PGPORT']),
    database: variables['PGDATABASE'],
    user: variables['PGUSER'],
    password: variables['PGPASSWORD'],
  });
  await client.connect();
  // Bulk creates have a table of their own, so that they leave the answers of the others as they are.
  await client.query(`
    drop table if exists events.reading;
    create table events.reading (
      reading_id bigint generated always as identity primary key, device_id uuid not null, at timestamptz not null, value float8
    )`);
  const { rows } = await client.query(`
    select pg_backend_pid() as pid, current_setting('server_version') as version,
      (select device_id from events.device order by serial limit 1) as "deviceId",
      date_trunc('hour', max(occurred_at)) - interval '7 days' as from, date_trunc('hour', max(occurred_at)) as until
    from events.event`);
  const { pid, version, deviceId, from, until } = rows[0];
  return {
    variables,
    version,
    facts: { deviceId, rows: 100, from: from.toISOString(), until: until.toISOString() },
    postmaster: await parentOf(pid).catch(() => null),
    client,
    async stop() {
      await client.end();
      await stop();
    },
  };
}

async function embedded(events: number) {
  const { connection, stop } = await startEmbedded({
    directory: `.data/bench-${events}`,
    sample: { sites: 50, devices: 5000, events },
  });
  const { host, port, database, user, password } = connection;
  const variables = { PGHOST: host, PGPORT: String(port), PGDATABASE: database, PGUSER: user, PGPASSWORD: password };
  return { variables, stop };
}

function configured() {
  const { PGHOST = '', PGPORT = '5432', PGDATABASE = '', PGUSER = '', PGPASSWORD = '' } = process.env;
  return { variables: { PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD }, stop: async () => {} };
}
