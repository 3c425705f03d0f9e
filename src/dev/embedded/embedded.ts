import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { loadSample, type SampleOptions } from './sample.ts';
import { type Server, type ServerConnection, type ServerOptions, startServer } from './server.ts';

export { StartError } from './startError.ts';

export interface EmbeddedOptions extends Omit<ServerOptions, 'settings'> {
  /** Options of the sample that the first start loads. */
  readonly sample?: SampleOptions;
}

export interface EmbeddedDatabase {
  /** Connection as the owner of the sample, who is not a superuser. */
  readonly connection: ServerConnection;
  /** Folder of the data. */
  readonly directory: string;
  /** Stops the server and cuts open connections. */
  stop(): Promise<void>;
}

/** The folder of the sample's extensions. */
export const sampleExtensions = fileURLToPath(new URL('extensions', import.meta.url));

const database = 'events';
const user = 'app';

/**
 * Settings of the server. Losing the last moments in a power cut is acceptable, but a corrupt database is not, so
 * `fsync` stays on.
 */
const settings = { synchronous_commit: 'off' };

/** Starts the embedded database, a real PostgreSQL server; the first start also loads the sample. */
export async function startEmbedded({ sample = {}, ...options }: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const server = await startServer({ ...options, settings });
  try {
    await ensureSample(server, sample);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { ...server, connection: { ...server.connection, database, user } };
}

/**
 * Loads the sample. The database gets its final name only once the sample is complete, so that an interrupted start
 * leaves nothing half done.
 */
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
