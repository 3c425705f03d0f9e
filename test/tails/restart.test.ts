import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Server, startServer } from '../../src/db/embedded/server.ts';
import { makeTemporaryDirectory } from '../../src/db/embedded/temporary.ts';
import { createTestApi } from '../support/api.ts';
import { serveStreams } from '../support/streams.ts';

let directory: Awaited<ReturnType<typeof makeTemporaryDirectory>>;
let server: Server;

beforeEach(async () => {
  directory = await makeTemporaryDirectory();
  server = await startServer({ directory: directory.path });
  await admin(`create schema events;
    create table events.note (note_id bigint generated always as identity primary key, body text)`);
});

afterEach(async () => {
  await server.stop();
  await directory.remove();
});

async function admin(sql: string): Promise<void> {
  const client = new pg.Client(server.connection);
  client.on('error', () => {});
  await client.connect();
  await client.query(sql);
  await client.end();
}

/** Runs `work` with an API over the server as it is now. */
async function withApi<T>(work: (streams: Awaited<ReturnType<typeof serveStreams>>) => Promise<T>): Promise<T> {
  const api = await createTestApi(server.connection);
  const streams = await serveStreams(api);
  try {
    return await work(streams);
  } finally {
    api.tails.stop();
    await streams.drain(1000);
    await api.close();
  }
}

const document =
  'subscription ($after: String) { added: notesAdded(after: $after) { cursor end edges { node { body } } } }';

const cursorNow = () =>
  withApi(async ({ subscribe }) => {
    const stream = subscribe(document);
    const { cursor } = await stream.next();
    await stream.stop();
    return cursor;
  });

const data = () => join(directory.path, 'data');

test('a crash of the database loses and repeats nothing', async () => {
  await admin("insert into events.note (body) values ('before')");
  const after = await cursorNow();
  await admin("insert into events.note (body) values ('while away')");
  const [pid] = (await readFile(join(data(), 'postmaster.pid'), 'utf8')).split('\n');
  process.kill(Number(pid), 'SIGQUIT'); // ends at once, without a checkpoint
  await server.stop();
  server = await startServer({ directory: directory.path });
  await withApi(async ({ subscribe }) => {
    const stream = subscribe<{ body: string }>(document, { after });
    expect(await stream.nodes(1)).toEqual([{ body: 'while away' }]);
    await admin("insert into events.note (body) values ('after')");
    expect(await stream.nodes(1)).toEqual([{ body: 'after' }]);
    await stream.stop();
  });
});

test('a cursor of another timeline is refused, and the error says what to do', async () => {
  const after = await cursorNow();
  await server.stop();
  // An archive recovery ends on a timeline of its own, as a failover and a restore to a point in time do.
  await writeFile(join(data(), 'recovery.signal'), '');
  server = await startServer({ directory: directory.path, settings: { restore_command: 'false' } });
  await withApi(async ({ subscribe }) => {
    await expect(subscribe(document, { after }).next()).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringContaining('begin with the list and its liveCursor'),
    });
    const stream = subscribe<{ body: string }>(document);
    await stream.next();
    await admin("insert into events.note (body) values ('on the new one')");
    expect(await stream.nodes(1)).toEqual([{ body: 'on the new one' }]);
    await stream.stop();
  });
});
