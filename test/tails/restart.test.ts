import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Server, startServer } from '../../src/dev/embedded/server.ts';
import { admin, cursorNow, noteTail, startOwnServer, withApi } from '../support/ownServer.ts';

let directory: Awaited<ReturnType<typeof startOwnServer>>['directory'];
let server: Server;

beforeEach(async () => {
  ({ directory, server } = await startOwnServer());
});

afterEach(async () => {
  await server.stop();
  await directory.remove();
});

const data = () => join(directory.path, 'data');

test('a crash of the database loses and repeats nothing', async () => {
  await admin(server, "insert into events.note (body) values ('before')");
  const after = await withApi(server.connection, cursorNow);
  await admin(server, "insert into events.note (body) values ('while away')");
  const [pid] = (await readFile(join(data(), 'postmaster.pid'), 'utf8')).split('\n');
  process.kill(Number(pid), 'SIGQUIT'); // ends at once, without a checkpoint
  await server.stop();
  server = await startServer({ directory: directory.path });
  await withApi(server.connection, async ({ subscribe }) => {
    const stream = subscribe<{ body: string }>(noteTail, { after });
    expect(await stream.nodes(1)).toEqual([{ body: 'while away' }]);
    await admin(server, "insert into events.note (body) values ('after')");
    expect(await stream.nodes(1)).toEqual([{ body: 'after' }]);
    await stream.stop();
  });
});

test('a cursor of another timeline is refused, and the error says what to do', async () => {
  const after = await withApi(server.connection, cursorNow);
  await server.stop();
  // An archive recovery ends on a new timeline, like a restore to a point in time.
  await writeFile(join(data(), 'recovery.signal'), '');
  server = await startServer({ directory: directory.path, settings: { restore_command: 'false' } });
  await expect.poll(() => admin(server, 'select pg_is_in_recovery() as still')).toEqual([{ still: false }]);
  await withApi(server.connection, async ({ subscribe }) => {
    await expect(subscribe(noteTail, { after }).next()).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringContaining('start again with the list and its liveCursor'),
    });
    const stream = subscribe<{ body: string }>(noteTail);
    await stream.next();
    await admin(server, "insert into events.note (body) values ('on the new one')");
    expect(await stream.nodes(1)).toEqual([{ body: 'on the new one' }]);
    await stream.stop();
  });
});
