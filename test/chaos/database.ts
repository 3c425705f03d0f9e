import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { devices } from '../../bench/largest.ts';
import { loadSample } from '../../src/dev/embedded/sample.ts';
import { type ServerConnection, startServer } from '../../src/dev/embedded/server.ts';
import { makeTemporaryDirectory } from '../../src/dev/embedded/temporary.ts';

/** A PostgreSQL with durable commits, the sample, and tables to attack. */
export interface ChaosDatabase {
  /** The role that the server logs in as. */
  readonly connection: ServerConnection;
  /** Runs SQL as the superuser, or as the role. */
  readonly admin: <Row extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]) => Promise<readonly Row[]>;
  readonly own: (sql: string) => Promise<unknown>;
  /** Stops PostgreSQL and starts it again, on the same port. */
  readonly restart: () => Promise<void>;
  readonly end: () => Promise<void>;
}

const role = 'app';
const database = 'chaos';

/** Tables for the rows of writes and for changes under load. */
const tables = `
  create table events.mark (mark_id bigint generated always as identity primary key, batch text not null, n int not null,
    unique (batch, n));
  create table events.changing (changing_id int primary key, name text);
  insert into events.changing select n, 'name ' || n from generate_series(1, 100) n`;

export async function createChaosDatabase(events: number): Promise<ChaosDatabase> {
  const directory = await makeTemporaryDirectory();
  let server = await startServer({ directory: directory.path });
  const { port, password } = server.connection;
  const connection = { ...server.connection, database, user: role };
  await run(server.connection, async (client) => {
    await client.query(`create role ${role} login password ${client.escapeLiteral(password)}`);
    await client.query(`create database ${database} owner ${role}`);
  });
  await run(connection, async (client) => {
    await loadSample(client, { devices, events });
    await client.query(tables);
  });
  return {
    connection,
    admin: (sql, values = []) =>
      patiently(() =>
        run({ ...server.connection, database }, async (client) => (await client.query(sql, [...values])).rows),
      ),
    own: (sql) => run(connection, (client) => client.query(sql)),
    async restart() {
      await server.stop();
      // Another process may have the port for a moment.
      server = await patiently(() => startServer({ directory: directory.path, settings: { port } }));
    },
    async end() {
      await server.stop();
      await directory.remove();
    },
  };
}

/** Retries for a while, because the server may be stopping or starting. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let n = 1; ; n++) {
    try {
      return await work();
    } catch (error) {
      if (n === 40) throw error;
      await wait(250);
    }
  }
}

async function run<T>(connection: ServerConnection, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(connection);
  client.on('error', () => {}); // the server may be stopped
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
