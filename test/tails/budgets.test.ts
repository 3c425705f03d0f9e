import { pino } from 'pino';
import { expect, test } from 'vitest';
import { applyDirectives } from '../../src/catalog/directives.ts';
import { introspect } from '../../src/db/introspect/introspect.ts';
import { sql } from '../../src/db/sql/sql.ts';
import type { Extension } from '../../src/schema/extensions/extension.ts';
import { createSchema } from '../../src/schema/schema.ts';
import { createApp } from '../../src/server/app.ts';
import { appConfig } from '../support/config.ts';
import { setUp, setUpServer } from '../support/setUp.ts';
import { serveStreams, withoutLooks } from '../support/streams.ts';

const requestLimits = { ...appConfig.requestLimits, bytes: 20_000 };

const { database, api } = await setUp({
  prepare: 'create table events.note (note_id int generated always as identity primary key, body text)',
  config: { requestLimits },
});
const server = await setUpServer(api);

const subscription = (selection: string) =>
  `subscription { added: eventsAdded { cursor end edges { node { eventId ${selection} } } } }`;

/** Inserts events of one device. */
const add = (count = 1) =>
  database.admin(
    `insert into events.event (occurred_at, device_id, event_type_id)
    select now(), device_id, 'door' from generate_series(1, $1) n, (select device_id from events.device limit 1) d`,
    [count],
  );

const tooLarge = { code: 'RESPONSE_TOO_LARGE' };

test('the limit of a response applies to each message, however long the stream', async () => {
  const stream = server.subscribe(subscription('device { events(first: 5) { nodes { eventId } } }'));
  await stream.next();
  for (let message = 0; message < 3; message++) {
    await add();
    expect(await stream.nodes(1)).toMatchObject([{ device: { events: { nodes: Array(5).fill({}) } } }]);
  }
  await stream.stop();
});

test('a client that asks for too much does not use up the budget of others on its feed', async () => {
  await add(200);
  const greedy = server.subscribe(subscription('device { events(first: 200) { nodes { eventId } } }'));
  const modest = server.subscribe(subscription('device { site { devices(first: 1) { nodes { site { name } } } } }'));
  await Promise.all([greedy.next(), modest.next()]);
  await add();
  await expect(greedy.next()).rejects.toMatchObject(tooLarge);
  expect(await modest.nodes(1)).toMatchObject([{ device: { site: expect.any(Object) } }]);
  await Promise.all([greedy.stop(), modest.stop()]);
});

test('clients with the same document share the related rows', async () => {
  const streams = Array.from({ length: 5 }, () => server.subscribe(subscription('device { site { name } }')));
  await Promise.all(streams.map((stream) => stream.next()));
  const since = api.sent.length;
  await add();
  await Promise.all(streams.map((stream) => stream.nodes(1)));
  expect(withoutLooks(api.sent.slice(since))).toHaveLength(2);
  await Promise.all(streams.map((stream) => stream.stop()));
});

test("a field's own reads are counted for each message, too", async () => {
  const define: Extension = ({ table }) => {
    table('event', {}).fields((t) => ({
      hundred: t.int({
        resolve: async (_row, _args, { db }) => (await db.rows(sql`select generate_series(1, 100)`)).length,
      }),
    }));
  };
  const extensions = [{ file: 'hundred.ts', define }];
  const { catalog } = await introspect(api.db, 'events');
  const directed = applyDirectives(catalog, () => {});
  const schema = createSchema(directed, { limits: appConfig.limits, extensions, warn: () => {} });
  const app = createApp({
    config: { ...appConfig, requestLimits },
    served: { ...api.served, current: () => ({ ...api.api, schema }) },
    ...{ tails: api.tails, probe: api.probe, log: pino({ level: 'silent' }) },
  });
  const { subscribe, drain } = await serveStreams({ app });
  const stream = subscribe(subscription('hundred'));
  await stream.next();
  for (let message = 0; message < 4; message++) {
    await add();
    expect(await stream.nodes(1)).toMatchObject([{ hundred: 100 }]);
  }
  await add(2);
  await expect(stream.nodes(2)).rejects.toMatchObject(tooLarge);
  await stream.stop();
  await drain(1000);
});

const notes = (selection: string) =>
  `subscription ($after: String) { added: notesAdded(after: $after) { cursor end edges { node { ${selection} } } } }`;

test('rows that are too many for one message arrive in several', async () => {
  const stream = server.subscribe<{ body: string }>(notes('body'));
  await stream.next();
  const bodies = Array.from({ length: 12 }, (_, n) => `${n}`.padEnd(6000, '.'));
  await database.admin('insert into events.note (body) select unnest($1::text[])', [bodies]);
  const messages = [await stream.next(), await stream.next(), await stream.next()];
  while (messages.at(-1)?.edges.at(-1)?.node.body !== bodies.at(-1)) messages.push(await stream.next());
  expect(messages.flatMap(({ edges }) => edges.map(({ node }) => node.body))).toEqual(bodies);
  await stream.stop();
});

test('a message that is longer than a response may be is an error, and the last one', async () => {
  const stream = server.subscribe<{ a: string }>(notes('a: body b: body c: body d: body'));
  const { cursor } = await stream.next();
  await database.admin("insert into events.note (body) values (repeat('x', 6000)), ('y')");
  await expect(stream.next()).rejects.toMatchObject(tooLarge);
  await expect(stream.next()).rejects.toThrow('The stream is over');
  const less = server.subscribe<{ body: string }>(notes('body'), { after: cursor });
  expect((await less.nodes(2)).map(({ body }) => body.length)).toEqual([6000, 1]);
  await less.stop();
});
