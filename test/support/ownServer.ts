import pg from 'pg';
import { type Server, type ServerConnection, startServer } from '../../src/dev/embedded/server.ts';
import { makeTemporaryDirectory } from '../../src/dev/embedded/temporary.ts';
import { createTestApi } from './api.ts';
import { serveStreams } from './streams.ts';

/** Runs SQL as the superuser of a server of a test's own. */
export async function admin(server: Server, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client(server.connection);
  client.on('error', () => {});
  await client.connect();
  const { rows } = await client.query<Record<string, unknown>>(sql);
  await client.end();
  return rows;
}

/** A server whose data stay when it stops, with a table that has a live tail. */
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

/** Follows the table. */
export const noteTail =
  'subscription ($after: String) { added: notesAdded(after: $after) { cursor end edges { node { body } } } }';

type Streams = Awaited<ReturnType<typeof serveStreams>>;

/** Runs `work` with an API over a server as it is now. */
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

/** A cursor after all that is there. */
export async function cursorNow({ subscribe }: Streams): Promise<string> {
  const stream = subscribe(noteTail);
  const { cursor } = await stream.next();
  await stream.stop();
  return cursor;
}
