import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test, vi } from 'vitest';
import { openTokenSource } from '../../src/auth/identity/tokenSource.ts';
import { createListener } from '../../src/db/pool/listener.ts';
import { createNoticeFunction, createNoticeTrigger, type Notice } from '../../src/db/sql/notice.ts';
import { type Sql, toQuery } from '../../src/db/sql/sql.ts';
import { createTestApi } from '../support/api.ts';
import { createEmptyDatabase } from '../support/database.ts';
import { setUpDatabase } from '../support/setUp.ts';
import { serveStreams } from '../support/streams.ts';

const name = 'a "name" that\' needs quotes';

const database = await setUpDatabase({
  database: createEmptyDatabase,
  prepare: async (database) => {
    const run = (statement: Sql) => database.admin(toQuery(statement).text);
    await database.admin(`create schema events;
      create table events."${name.replaceAll('"', '""')}" (id bigint generated always as identity primary key);
      create table events.note (id bigint generated always as identity primary key, body text)`);
    await run(createNoticeFunction('events'));
    await run(createNoticeTrigger('events', name));
    await run(createNoticeTrigger('events', 'note'));
    await database.grantAll(database.connection);
  },
});

const endSession = () =>
  database.admin(
    "select pg_terminate_backend(pid, 5000) from pg_stat_activity where query like 'LISTEN%' and datname = current_database()",
  );

test('reports which table was written to, and after a lost connection that it may have missed some', async () => {
  const notices: (Notice | null)[] = [];
  const errors: Error[] = [];
  const listener = createListener({
    server: { ...database.connection, ssl: false, connectTimeoutMs: 10_000, statementTimeoutMs: 10_000 },
    tokens: openTokenSource(database.connection.password, () => {}),
    onNotice: (notice) => notices.push(notice),
    onError: (error) => errors.push(error),
  });
  listener.start();
  listener.start();
  await vi.waitFor(() => expect(notices).toEqual([null]), 5000);
  await database.admin(`insert into events."${name.replaceAll('"', '""')}" default values`);
  await database.admin(
    'begin; insert into events.note (body) values (1), (2); insert into events.note (body) values (3); commit',
  );
  await database.admin("notify events_graphql_live, 'nonsense'");
  const expected = [null, { schema: 'events', table: name }, { schema: 'events', table: 'note' }, null];
  await vi.waitFor(() => expect(notices).toEqual(expected), 5000);
  await endSession();
  await vi.waitFor(() => expect(notices).toEqual([...expected, null]), 5000);
  await listener.stop();
  expect(errors).toEqual([]);
});

test('while no connection can be opened, the reason is not reported at each attempt', async () => {
  let attempts = 0;
  const refusing = createServer((socket) => {
    attempts++;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(refusing, 'listening');
  const { port } = refusing.address() as AddressInfo;
  const errors: Error[] = [];
  const listener = createListener({
    server: { ...database.connection, port, ssl: false, connectTimeoutMs: 10_000, statementTimeoutMs: 10_000 },
    tokens: openTokenSource(database.connection.password, () => {}),
    onNotice: () => expect.unreachable(),
    onError: (error) => errors.push(error),
  });
  listener.start();
  await vi.waitFor(() => expect(attempts).toBe(3), 5000);
  await listener.stop();
  refusing.close();
  expect(errors).toEqual([expect.objectContaining({ name: 'LoginError', step: 'connect' })]);
});

test('a notification wakes a live tail', async () => {
  const api = await createTestApi(database.connection);
  const server = await serveStreams(api);
  const wake = vi.spyOn(api.tails, 'wake');
  const stream = server.subscribe<{ body: string }>(
    'subscription { added: notesAdded { cursor end edges { node { body } } } }',
  );
  await stream.next();
  await vi.waitFor(() => expect(wake).toHaveBeenCalledWith(null), 5000);
  await database.admin("insert into events.note (body) values ('woken')");
  expect(await stream.nodes(1)).toEqual([{ body: 'woken' }]);
  expect(wake).toHaveBeenCalledWith({ schema: 'events', table: 'note' });
  await stream.stop();
  api.tails.stop();
  await server.drain(1000);
  await api.close();
});
