import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { startEmbedded } from '../src/dev/embedded/embedded.ts';
import { loadSample } from '../src/dev/embedded/sample.ts';
import type { ServerConnection } from '../src/dev/embedded/server.ts';
import { parentOf } from './processes.ts';
import { type Facts, variety } from './questions.ts';

export interface BenchDatabase {
  /** Variables that libpq, pg and all compared servers read. */
  readonly variables: Readonly<Record<string, string>>;
  readonly version: string;
  /** The subjects of the clients' requests, the same in each run. */
  readonly facts: readonly Facts[];
  /** The process whose children run the statements; null if the database is on another machine. */
  readonly postmaster: number | null;
  readonly client: pg.Client;
  /** Reads the rows that bulk creates have written. */
  readonly readings: () => Promise<readonly unknown[]>;
  readonly truncateReadings: () => Promise<void>;
  /** Counts the statements that have run in this database, after waiting until idle sessions have reported theirs. */
  readonly statements: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

/** Opens a sample of this size: one that is kept from run to run, or the one in the database that PGHOST names. */
export async function openDatabase(events: number): Promise<BenchDatabase> {
  const sample = { sites: 50, devices: 5000, events };
  const { variables, stop } = process.env['PGHOST'] ? configured() : await embedded(sample);
  const client = new pg.Client({
    host: variables['PGHOST'],
    port: Number(variables['PGPORT']),
    database: variables['PGDATABASE'],
    user: variables['PGUSER'],
    password: variables['PGPASSWORD'],
  });
  await client.connect();
  const { rowCount } = await client.query("select from pg_namespace where nspname = 'events'");
  if (rowCount === 0) await loadSample(client, sample);
  await createReadings(client);
  return {
    variables,
    ...(await read(client)),
    client,
    async readings() {
      return (await client.query('select device_id, at, value from events.bench_reading order by value')).rows;
    },
    async truncateReadings() {
      await client.query('truncate events.bench_reading');
    },
    async statements() {
      await wait(sessionsTellAfterMs);
      const { rows } = await client.query<{ count: number }>(
        'select (xact_commit + xact_rollback)::int as count from pg_stat_database where datname = current_database()',
      );
      return rows[0]?.count ?? Number.NaN;
    },
    async stop() {
      await client.query('drop table events.bench_reading');
      await client.end();
      await stop();
    },
  };
}

/** A little longer than PostgreSQL's `PGSTAT_IDLE_INTERVAL` of 10 seconds. */
const sessionsTellAfterMs = 11_000;

/** Creates a separate table for bulk creates, so that they do not change the answers to other questions. */
const createReadings = (client: pg.Client) =>
  client.query(`
    drop table if exists events.bench_reading;
    create table events.bench_reading (
      bench_reading_id bigint generated always as identity primary key,
      device_id uuid not null, at timestamptz not null, value float8
    ) with (autovacuum_enabled = off)`);

async function read(client: pg.Client): Promise<Pick<BenchDatabase, 'version' | 'facts' | 'postmaster'>> {
  const { rows: situation } = await client.query(
    `select pg_backend_pid() as pid, current_setting('server_version') as version`,
  );
  const { pid, version } = situation[0];
  const { rows } = await client.query(
    `select device_id as "deviceId", until - interval '7 days' as from, until
     from (select device_id, date_trunc('hour', (select max(occurred_at) from events.event))
       - row_number() over (order by md5(serial)) * interval '1 hour' as until from events.device) one
     order by until desc limit ${variety}`,
  );
  const facts = rows.map(({ deviceId, from, until }) => ({
    ...{ deviceId, rows: 100, from: from.toISOString(), until: until.toISOString() },
  }));
  return { version, facts, postmaster: await parentOf(pid).catch(() => null) };
}

async function embedded(sample: { readonly events: number }) {
  const { connection, stop } = await startEmbedded({ directory: `.data/bench-${sample.events}`, sample });
  return { variables: variablesOf(connection), stop };
}

/** Returns a connection as the variables that all compared servers read. */
export const variablesOf = ({ host, port, database, user, password }: ServerConnection) => ({
  PGHOST: host,
  PGPORT: String(port),
  PGDATABASE: database,
  PGUSER: user,
  PGPASSWORD: password,
});

function configured() {
  const { PGHOST = '', PGPORT = '5432', PGDATABASE = '', PGUSER = '', PGPASSWORD = '' } = process.env;
  return { variables: { PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD }, stop: async () => {} };
}
