import { execFile } from 'node:child_process';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Api } from '../../src/api/api.ts';
import { type Server, startServer } from '../../src/dev/embedded/server.ts';
import { makeTemporaryDirectory } from '../../src/dev/embedded/temporary.ts';
import { createApp } from '../../src/server/app.ts';
import { createTestApi, type TestApi } from '../support/api.ts';
import { appConfig } from '../support/config.ts';
import { admin, cursorNow, noteTail, startOwnServer, withApi } from '../support/ownServer.ts';
import { serveStreams } from '../support/streams.ts';

let primary: Server;
let standby: Server;
/** An API that was built when its database was the primary. */
let api: TestApi;
const removals: (() => Promise<void>)[] = [];

/** The standby is a copy of the stopped primary that then follows it by streaming replication. */
beforeAll(async () => {
  const [one, other] = [await startOwnServer(), await makeTemporaryDirectory()];
  removals.push(one.directory.remove, other.remove);
  await one.server.stop();
  await promisify(execFile)('cp', ['-a', `${one.directory.path}/.`, other.path]); // owners too
  primary = await startServer({ directory: one.directory.path });
  const { host, port, user, password } = primary.connection;
  const data = join(other.path, 'data');
  const conninfo = `host=${host} port=${port} user=${user} password=${password}`;
  await appendFile(join(data, 'postgresql.auto.conf'), `primary_conninfo = '${conninfo}'\n`);
  await writeFile(join(data, 'standby.signal'), '');
  standby = await startServer({ directory: other.path });
  api = await createTestApi(primary.connection);
});

afterAll(async () => {
  await api.close();
  await standby.stop();
  await primary.stop();
  for (const remove of removals) await remove();
});

const bodies = async (server: Server) =>
  (await admin(server, 'select body from events.note order by note_id')).map(({ body }) => body);

/** Runs `work` with that API as if its connections led to the standby by now. */
async function movedToStandby(work: (streams: Awaited<ReturnType<typeof serveStreams>>) => Promise<void>) {
  const there = await createTestApi(standby.connection);
  const served = { ...there.served, current: () => api.api };
  const log = pino({ level: 'silent' });
  const streams = await serveStreams({
    app: createApp({ config: appConfig, served, tails: there.tails, probe: there.probe, log }),
  });
  await work(streams);
  there.tails.stop();
  await streams.drain(1000);
  await there.close();
}

test('a standby runs a read again that replication has cancelled, and can be asked to write later', async () => {
  await admin(
    primary,
    `create table events.counted (counted_id int primary key);
    create view events.slow as select counted_id, pg_sleep(1)::text as rest from events.counted;
    insert into events.counted values (1)`,
  );
  await admin(standby, 'alter system set max_standby_streaming_delay = 0');
  await admin(standby, 'select pg_reload_conf()');
  await expect
    .poll(() => admin(standby, "select to_regclass('events.slow')::text as name"))
    .toMatchObject([{ name: 'events.slow' }]);
  await expect.poll(() => admin(standby, 'select from events.counted')).toHaveLength(1);
  const there = await createTestApi(standby.connection);

  const read = there.query('{ slows { nodes { countedId } } }');
  await expect.poll(() => admin(standby, "select from pg_stat_activity where wait_event = 'PgSleep'")).toHaveLength(1);
  await admin(primary, 'delete from events.counted');
  await admin(primary, 'insert into events.counted values (2)');
  await admin(primary, 'vacuum events.counted');
  expect(await read).toEqual({ slows: { nodes: [{ countedId: 2 }] } });

  const { errors } = await there.send('mutation { createCounted(input: { countedId: 3 }) { counted { countedId } } }');
  expect(errors).toMatchObject([
    {
      message: 'The database is read-only for now; try again later',
      extensions: { code: 'DATABASE_UNAVAILABLE' },
    },
  ]);
  await there.close();
});

test('on a standby there is no tail, for it does not show who writes; after its promotion the cursors of the old primary are refused', async () => {
  const after = await withApi(primary.connection, cursorNow);
  await admin(primary, "insert into events.note (body) values ('replicated')");
  await expect.poll(() => bodies(standby)).toEqual(['replicated']);

  await withApi(standby.connection, async ({ subscribe }) => {
    await expect(subscribe(noteTail, { after }).next()).rejects.toThrow('not configured to execute subscription');
  });
  await movedToStandby(async ({ subscribe }) => {
    const refusal = { code: 'DATABASE_UNAVAILABLE', message: expect.stringContaining('is a standby now') };
    await expect(subscribe(noteTail, { after }).next()).rejects.toMatchObject(refusal);
    await expect(subscribe(noteTail).next()).rejects.toMatchObject(refusal);
  });

  const there = await createTestApi(standby.connection);
  await there.served.check();
  expect(there.served.current()).toBe(there.api);
  await admin(primary, "comment on table events.note is 'written on the primary'");
  const served = async (what: (api: Api | null) => unknown) => {
    await there.served.check();
    return what(there.served.current());
  };
  await expect
    .poll(() => served((now) => now?.catalog.tables.find(({ name }) => name === 'note')?.comment))
    .toBe('written on the primary');

  await admin(standby, 'select pg_promote()');
  expect(await served((now) => now?.schema.getSubscriptionType()?.name)).toBe('Subscription');
  await there.close();
  await movedToStandby(async ({ subscribe }) => {
    await expect(subscribe(noteTail, { after }).next()).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringContaining('begin with the list and its liveCursor'),
    });
    const stream = subscribe<{ body: string }>(noteTail);
    await stream.next();
    await admin(standby, "insert into events.note (body) values ('promoted')");
    expect(await stream.nodes(1)).toEqual([{ body: 'promoted' }]);
    await stream.stop();
  });
});

test('a cursor of another system is refused', async () => {
  const after = await withApi(primary.connection, cursorNow);
  const other = await startOwnServer();
  removals.push(other.directory.remove);
  await withApi(other.server.connection, async ({ subscribe }) => {
    await expect(subscribe(noteTail, { after }).next()).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringContaining('begin with the list and its liveCursor'),
    });
  });
  await other.server.stop();
});
