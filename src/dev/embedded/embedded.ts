import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { loadSample, type SampleOptions } from './sample.ts';
import { type Server, type ServerConnection, type ServerOptions, startServer } from './server.ts';

export { StartError } from './startError.ts';

export interface EmbeddedOptions extends Omit<ServerOptions, 'settings'> {
  /** What the first start loads. */
  readonly sample?: SampleOptions;
}

export interface EmbeddedDatabase {
  /** The owner of the sample; no superuser. */
  readonly connection: ServerConnection;
  /** Ends the server; connections that are still open are cut. */
  stop(): Promise<void>;
}

/** The folder of the extensions that belong to the sample. */
export const sampleExtensions = fileURLToPath(new URL('extensions', import.meta.url));

const database = 'events';
const user = 'app';

/** Losing the last moments in a power cut is fine here, a broken database is not: so `fsync` stays on. */
const settings = { synchronous_commit: 'off' };

/** Starts the database that serves where no other is configured: a real server, with the sample from the first start on. */
export async function startEmbedded({ sample = {}, ...options }: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const server = await startServer({ ...options, settings });
  try {
    await ensureSample(server, sample);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { connection: { ...server.connection, database, user }, stop: server.stop };
}

/** The database gets its name only when the sample in it is whole, so that a start that was cut off leaves no half. */
const ensureSample = ({ connection }: Server, sample: SampleOptions): Promise<void> =>
  withClient(connection, async (admin) => {
    const unfinished = `${database}_unfinished`;
    const exists = async (sql: string, name: string) => (await admin.query(sql, [name])).rowCount === 1;
    if (await exists('select from pg_database where datname = $1', database)) return;
    if (!(await exists('select from pg_roles where rolname = $1', user)))
      await admin.query(`create role ${user} login password ${admin.escapeLiteral(connection.password)}`);
    await admin.query(`drop database if exists ${unfinished}`);
    await admin.query(`create database ${unfinished} owner ${user}`);
    await withClient({ ...connection, database: unfinished, user }, (owner) => loadSample(owner, sample));
    await admin.query(`alter database ${unfinished} rename to ${database}`);
  });

async function withClient<T>(connection: ServerConnection, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ ...connection, ssl: false });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
