import { execFile } from 'node:child_process';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { type Server, type ServerConnection, startServer } from '../../src/dev/embedded/server.ts';
import { makeTemporaryDirectory } from '../../src/dev/embedded/temporary.ts';
import { createTestApi } from './api.ts';
import { serveStreams } from './streams.ts';

/** Runs SQL as the superuser of a test's own server. */
export async function admin(server: Server, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client(server.connection);
  client.on('error', () => {});
  await client.connect();
  const { rows } = await client.query<Record<string, unknown>>(sql);
  await client.end();
  return rows;
}

/** Starts a server that keeps its data when it stops, with a table that has a live tail. */
export async function startOwnServer() {
  const directory = await makeTemporaryDirectory();
  const server = await startServer({ directory: directory.path });
  await admin(
    server,
    `create schema events;
    create table events.note (note_id bigint generated always as identity primary key, body text)`,
  );
  return { directory, server };
}

/** Subscribes to the table. */
export const noteTail =
  'subscription ($after: String) { added: notesAdded(after: $after) { cursor end edges { node { body } } } }';

/** Starts a server with such a table and a standby, which replicates it by streaming. */
export async function startPair() {
  const [one, other] = [await startOwnServer(), await makeTemporaryDirectory()];
  await one.server.stop();
  await promisify(execFile)('cp', ['-a', `${one.directory.path}/.`, other.path]); // owners too
  const primary = await startServer({ directory: one.directory.path });
  const { host, port, user, password } = primary.connection;
  const data = join(other.path, 'data');
  const conninfo = `host=${host} port=${port} user=${user} password=${password}`;
  await appendFile(join(data, 'postgresql.auto.conf'), `primary_conninfo = '${conninfo}'\n`);
  await writeFile(join(data, 'standby.signal'), '');
  const standby = await startServer({ directory: other.path });
  const end = async () => {
    await standby.stop();
    await primary.stop();
    await one.directory.remove();
    await other.remove();
  };
  return { primary, standby, end };
}

type Streams = Awaited<ReturnType<typeof serveStreams>>;

/** Runs `work` with an API over a server's current state. */
export async function withApi<T>(connection: ServerConnection, work: (streams: Streams) => Promise<T>): Promise<T> {
  const api = await createTestApi(connection);
  const streams = await serveStreams(api);
  try {
    return await work(streams);
  } finally {
    api.tails.stop();
    await streams.drain(1000);
    await api.close();
  }
}

/** Returns a cursor after all existing rows. */
export async function cursorNow({ subscribe }: Streams): Promise<string> {
  const stream = subscribe(noteTail);
  const { cursor } = await stream.next();
  await stream.stop();
  return cursor;
}
