import { get } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { arrivalOf } from '../../src/catalog/arrival.ts';
import { tableOf } from '../../src/catalog/catalog.ts';
import { sql } from '../../src/db/sql/sql.ts';
import type { TailMessage } from '../../src/tails/stream.ts';
import { createTestApi, type TestApi, type TestApiOptions } from '../support/api.ts';
import { createEmptyDatabase } from '../support/database.ts';
import { startProgram } from '../support/program.ts';
import { setUpDatabase } from '../support/setUp.ts';
import { serveStreams, subscribeTo, withoutLooks } from '../support/streams.ts';

const stops: (() => Promise<void>)[] = [];

const database = await setUpDatabase({
  database: createEmptyDatabase,
  prepare:
    'create schema events; create table events.note (note_id bigint generated always as identity primary key, body text)',
});

afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

async function start(options: TestApiOptions = {}) {
  const api = await createTestApi(database.connection, options);
  const server = await serveStreams(api);
  stops.push(async () => {
    api.tails.stop();
    await server.drain(1000);
    await api.close();
  });
  return { api, ...server };
}

const document =
  'subscription ($after: String) { added: notesAdded(after: $after) { cursor end edges { node { body } } } }';
const add = (...bodies: string[]) =>
  database.admin('insert into events.note (body) select unnest($1::text[])', [bodies]);

/** Opens a stream without GraphQL. */
function open({ api: { catalog }, tails }: TestApi, after: string | null = null) {
  const table = tableOf(catalog, 'note');
  const arrival = arrivalOf(catalog, table, undefined);
  if (!('columns' in arrival)) throw new Error(arrival.reason);
  return tails.open({ catalog, table, arrival, caller: null, where: sql`true`, columns: ['body'], after });
}

test('a stream at its time limit ends with a cursor, and nothing is lost until the next', async () => {
  const { subscribe } = await start({ config: { sseMaxSeconds: 1 } });
  const stream = subscribe<{ body: string }>(document);
  await stream.next();
  await add('one');
  expect(await stream.nodes(1)).toEqual([{ body: 'one' }]);
  expect(await stream.next()).toEqual({ cursor: expect.any(String), end: 'TIME_LIMIT', edges: [] });
  await expect(stream.next()).rejects.toThrow('The stream is over');
  await add('two');
  const next = subscribe<{ body: string }>(document, { after: stream.cursor() });
  expect(await next.nodes(1)).toEqual([{ body: 'two' }]);
  await next.stop();
});

test('a failed message is the last, so that no cursor skips its rows', async () => {
  await database.admin(`
    create type events.state as enum ('new');
    create table events.job (job_id bigint generated always as identity primary key, state events.state not null)`);
  await database.grantAll(database.connection);
  const { api, subscribe } = await start();
  const jobs =
    'subscription ($after: String) { added: jobsAdded(after: $after) { cursor end edges { node { state } } } }';
  const stream = subscribe<{ state: string }>(jobs);
  await stream.next();
  await database.admin("alter type events.state add value 'done'");
  await database.admin("insert into events.job (state) values ('new'), ('done')");
  await expect(stream.next()).rejects.toMatchObject({ message: expect.any(String), code: expect.any(String) });
  await database.admin("insert into events.job (state) values ('new')");
  await expect(stream.next()).rejects.toThrow('The stream is over');
  await api.served.check();
  const next = subscribe<{ state: string }>(jobs, { after: stream.cursor() });
  expect((await next.nodes(3)).map(({ state }) => state)).toEqual(['NEW', 'DONE', 'NEW']);
  await next.stop();
});

test('a stopping server ends its streams, and another one continues with their cursors', async () => {
  const old = await start();
  const streams = [old.subscribe<{ body: string }>(document), old.subscribe<{ body: string }>(document)];
  for (const stream of streams) await stream.next();
  old.api.tails.stop();
  for (const stream of streams) expect(await stream.next()).toMatchObject({ end: 'SHUTDOWN' });
  await old.drain(5000);
  await add('between');
  const other = await start();
  for (const stream of streams) {
    const next = other.subscribe<{ body: string }>(document, { after: stream.cursor() });
    expect(await next.nodes(1)).toEqual([{ body: 'between' }]);
    await next.stop();
  }
});

test('at shutdown the program ends its streams, and then itself', async () => {
  const { host, port, database: name, user, password } = database.connection;
  const program = startProgram([], {
    ...{ PGHOST: host, PGPORT: String(port), PGDATABASE: name, PGUSER: user, PGPASSWORD: password },
    ...{ PG_AUTH: 'password', HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'info' },
  });
  const [, served] = await program.printed(/"port":(\d+)/);
  const stream = subscribeTo(`http://127.0.0.1:${served}/graphql`)(document);
  await stream.next();
  program.process.kill('SIGTERM');
  expect(await stream.next()).toEqual({ cursor: expect.any(String), end: 'SHUTDOWN', edges: [] });
  expect(await program.ended).toBe(0);
});

test('streams end with a cursor when the schema changes, and continue in the new one without a gap', async () => {
  const { api, subscribe } = await start();
  const streams = [subscribe<{ body: string }>(document), subscribe<{ body: string }>(document)];
  for (const stream of streams) await stream.next();
  const late = open(api);
  await late.next();
  await database.admin('alter table events.note add seen boolean');
  await api.served.check();
  for (const stream of streams) expect(await stream.next()).toMatchObject({ end: 'SCHEMA_CHANGED', edges: [] });
  expect(await late.next()).toMatchObject({ value: { end: 'SCHEMA_CHANGED' } });
  await expect(streams[0]?.next()).rejects.toThrow('The stream is over');
  expect(api.tails.stats()).toEqual([]);
  await database.admin("insert into events.note (body, seen) values ('between', true)");
  const wider = document.replace('body', 'body seen');
  for (const stream of streams) {
    const next = subscribe<{ body: string }>(wider, { after: stream.cursor() });
    expect(await next.nodes(1)).toEqual([{ body: 'between', seen: true }]);
    await next.stop();
  }
});

test('a request that arrived before the schema changed starts no stream', async () => {
  const { api } = await start();
  const stream = open(api);
  const { value } = await stream.next();
  await stream.return?.();
  await database.admin('alter table events.note add more boolean');
  await api.served.check();
  const { cursor } = value as TailMessage;
  expect(await open(api, cursor).next()).toMatchObject({ value: { cursor, end: 'SCHEMA_CHANGED', rows: [] } });
  expect(await open(api).next()).toMatchObject({ value: { code: 'DATABASE_UNAVAILABLE' } });
  expect(api.tails.stats()).toEqual([]);
});

test('a stopping server accepts no new streams', async () => {
  const { api, subscribe } = await start();
  const stream = subscribe(document);
  const { cursor } = await stream.next();
  await stream.stop();
  api.tails.stop();
  const next = subscribe(document, { after: cursor });
  expect(await next.next()).toEqual({ cursor, end: 'SHUTDOWN', edges: [] });
});

test('empty messages advance the cursor of a filter that no row matches', async () => {
  const { subscribe } = await start({ heartbeatMs: 300 });
  const quiet = `subscription ($after: String, $body: String!) {
    added: notesAdded(after: $after, where: { body: { eq: $body } }) { cursor end edges { node { body } } }
  }`;
  const stream = subscribe<{ body: string }>(quiet, { body: 'missing' });
  const { cursor } = await stream.next();
  await add('found');
  let message = await stream.next();
  while (message.cursor === cursor) message = await stream.next();
  expect(message).toMatchObject({ end: null, edges: [] });
  await stream.stop();
  const again = async (after: string) => {
    const other = subscribe<{ body: string }>(quiet, { after, body: 'found' });
    const { edges } = await other.next();
    await other.stop();
    return edges.length;
  };
  expect([await again(cursor), await again(message.cursor)]).toEqual([1, 0]);
});

test('a client that does not read holds at most a few messages, and later resumes at its last cursor', async () => {
  const { api, url, subscribe } = await start();
  const query = 'subscription { notesAdded { cursor end edges { node { body } } } }';
  const slow = get(`${url}?query=${encodeURIComponent(query)}`, { headers: { accept: 'text/event-stream' } });
  const response = await new Promise<import('node:http').IncomingMessage>((resolve) => slow.on('response', resolve));
  const streams = () => api.tails.stats().reduce((all, { streams }) => all + streams, 0);
  await vi.waitFor(() => expect(streams()).toBe(1));
  const fast = open(api);
  await fast.next();
  const bodies: string[] = [];
  while (streams() > 1) {
    const body = `${bodies.length}`.padStart(2_000_000, '.');
    bodies.push(body);
    await add(body);
    api.tails.wake({ schema: 'events', table: 'note' });
    await fast.next();
  }
  await fast.return?.();

  const messages: { cursor: string; end: string | null; edges: { node: { body: string } }[] }[] = [];
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  for (const [, data] of text.matchAll(/^data: (.+)$/gm)) messages.push(JSON.parse(data ?? '').data.notesAdded);
  expect(messages.at(-1)).toMatchObject({ end: 'TOO_SLOW', edges: [] });
  const told = messages.flatMap(({ edges }) => edges.map(({ node }) => node.body));
  expect(told.length).toBeLessThan(bodies.length);
  const next = subscribe<{ body: string }>(document, { after: messages.at(-1)?.cursor });
  told.push(...(await next.nodes(bodies.length - told.length)).map(({ body }) => body));
  expect(told).toEqual(bodies);
  await next.stop();
});

test('a bulk insert does not outrun clients that take their time', async () => {
  const { api } = await start();
  const streams = [open(api), open(api)];
  for (const stream of streams) await stream.next();
  await database.admin('insert into events.note (body) select n::text from generate_series(1, 10000) n');
  const read = async (stream: (typeof streams)[number]) => {
    const bodies: (string | null | undefined)[] = [];
    for await (const message of stream) {
      if (message instanceof Error || message.end) throw message;
      bodies.push(...message.rows.map((row) => row['body']));
      if (bodies.length >= 10_000) break;
      await wait(20);
    }
    return bodies;
  };
  const expected = Array.from({ length: 10_000 }, (_, n) => String(n + 1));
  expect(await Promise.all(streams.map(read))).toEqual([expected, expected]);
});

test('clients with the same filter share every statement', async () => {
  const { api, subscribe } = await start();
  const streams = Array.from({ length: 20 }, () => subscribe<{ body: string }>(document));
  await Promise.all(streams.map((stream) => stream.next()));
  const since = api.statements.length;
  await add('shared');
  await Promise.all(streams.map((stream) => stream.nodes(1)));
  const reads = withoutLooks(api.statements.slice(since));
  expect(reads).toHaveLength(1);
  await Promise.all(streams.map((stream) => stream.stop()));
  await vi.waitFor(() => expect(api.tails.stats()).toEqual([]));
});
