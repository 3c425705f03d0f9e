import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Api } from '../../src/api/api.ts';
import type { Server } from '../../src/dev/embedded/server.ts';
import { createApp } from '../../src/server/app.ts';
import { createTestApi, type TestApi } from '../support/api.ts';
import { appConfig } from '../support/config.ts';
import { admin, cursorNow, noteTail, startOwnServer, startPair, withApi } from '../support/ownServer.ts';
import { startProgram } from '../support/program.ts';
import { serveStreams } from '../support/streams.ts';

let primary: Server;
let standby: Server;
/** An API that was built while its database was the primary. */
let api: TestApi;
const removals: (() => Promise<void>)[] = [];

beforeAll(async () => {
  const pair = await startPair();
  ({ primary, standby } = pair);
  removals.push(pair.end);
  api = await createTestApi(primary.connection);
});

afterAll(async () => {
  await api.close();
  for (const remove of removals) await remove();
});

const bodies = async (server: Server) =>
  (await admin(server, 'select body from events.note order by note_id')).map(({ body }) => body);

/** Runs `work` with that API as if its connections now led to the standby. */
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

test('a standby repeats a read that replication has cancelled', async () => {
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

  await there.close();
});

test('a standby has no mutations; documents that only its primary runs are answered so, and the others are served', async () => {
  const documents = [
    { id: 'list', text: '{ notes { nodes { body } } }', file: 'm.json' },
    { id: 'create', text: 'mutation { createNote(input: { body: "n" }) { note { body } } }', file: 'm.json' },
    { id: 'follow', text: noteTail, file: 'm.json' },
    { id: 'live', text: '{ notes { liveCursor } }', file: 'm.json' },
    { id: 'wrong', text: '{ nothing }', file: 'm.json' },
  ];
  const ask = async ({ app }: TestApi, id: string) => {
    const body = JSON.stringify({ documentId: id });
    const response = await app.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    return ((await response.json()) as { errors?: { message: string }[] }).errors?.[0]?.message ?? 'answered';
  };
  const strict = { config: { documents: { ...appConfig.documents, strict: true } } };
  const there = await createTestApi(standby.connection, { documents: documents.slice(0, 4), ...strict });
  expect(there.api.schema.getMutationType()).toBeUndefined();
  expect(await ask(there, 'list')).toBe('answered');
  for (const id of ['create', 'follow', 'live']) expect(await ask(there, id)).toMatch(/its database is a standby/);
  expect(there.log.find(({ msg }) => /not served by a standby/.test(msg))?.['ids']).toEqual(
    expect.arrayContaining(['create', 'follow', 'live']),
  );
  await there.close();
  await expect(createTestApi(standby.connection, { documents, ...strict })).rejects.toThrow(
    '1 of 5 persisted documents',
  );
});

test('check accepts documents on a standby that only its primary runs', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'standby-'));
  const file = join(folder, 'm.json');
  const create = 'mutation Create { createNote(input: { body: "n" }) { note { body } } }';
  await writeFile(file, JSON.stringify({ list: 'query List { notes { nodes { body } } }', create }));
  const { host, port, database, user, password } = standby.connection;
  const program = startProgram(['check', '--json', file], {
    ...{ PGHOST: host, PGPORT: String(port), PGDATABASE: database, PGUSER: user, PGPASSWORD: password },
  });
  expect(await program.ended).toBe(0);
  expect(JSON.parse(program.out())).toMatchObject({
    ok: true,
    findings: [
      { name: 'List', status: 'ok' },
      { name: 'Create', status: 'warning', details: ['a standby does not serve it: it needs the primary'] },
    ],
  });
  await rm(folder, { recursive: true });
});

test('a standby has no tail, because it does not show who writes; after its promotion, cursors of the old primary are rejected', async () => {
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
      message: expect.stringContaining('start again with the list and its liveCursor'),
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
      message: expect.stringContaining('start again with the list and its liveCursor'),
    });
  });
  await other.server.stop();
});
