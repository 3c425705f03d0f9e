import { once } from 'node:events';
import { createSchema } from 'graphql-yoga';
import { pino } from 'pino';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Context } from '../../src/context.ts';
import { sql } from '../../src/db/sql/sql.ts';
import { createApp } from '../../src/server/app.ts';
import { type Listening, listen } from '../../src/server/listen.ts';
import type { Tails } from '../../src/tails/tails.ts';
import { createTestApi, type TestApi } from '../support/api.ts';
import { appConfig } from '../support/config.ts';
import { setUpDatabase } from '../support/setUp.ts';

let api: TestApi;
let server: Listening;

const database = await setUpDatabase({
  prepare: `
    create view events.slow as select pg_sleep(15)::text as rest;
    create table events.mark (n int)`,
});

/** Time limit for an expected event. */
const soon = { timeout: 10_000 };

/** Counts the running statements of the role. */
async function running(): Promise<number> {
  const { rowCount } = await database.admin(
    "select from pg_stat_activity where usename = $1 and state = 'active' and query ~ 'slow|pg_sleep'",
    [database.connection.user],
  );
  return rowCount ?? 0;
}

const slow = '{ a: slows { nodes { rest } } b: slows { totalCount } devices { totalCount } }';
const post = (port: number, query: string, signal?: AbortSignal) =>
  fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
    signal,
  });

describe('a client that goes away', () => {
  beforeEach(async () => {
    api = await createTestApi(database.connection);
    server = await listen(api.app, '127.0.0.1', 0);
    return async () => {
      await server.drain(0);
      await api.close();
    };
  });

  test('a client that goes away ends its statements, and is not an error of the server', async () => {
    const controller = new AbortController();
    const request = post(server.port, slow, controller.signal);
    request.catch(() => {});
    await expect.poll(running, soon).toBe(2);
    controller.abort();
    await expect.poll(running, soon).toBe(0);
    expect(api.log.filter(({ level }) => level >= 40)).toEqual([]);
  });

  test('a client that goes away also ends statements that still wait for a connection', async () => {
    const departed = Array.from({ length: 8 }, (_, n) => {
      const controller = new AbortController();
      // Equal requests would share one statement.
      post(server.port, `{ slows(first: ${n + 1}) { nodes { rest } } }`, controller.signal).catch(() => {});
      return controller;
    });
    await expect.poll(running, soon).toBe(4);
    for (const controller of departed) controller.abort();
    const response = await post(server.port, '{ devices { totalCount } }');
    expect(await response.json()).toEqual({ data: { devices: { totalCount: 40 } } });
  });

  test('a client that goes away before its stream begins does not open it', async () => {
    let opened = 0;
    const tails: Tails = {
      ...api.tails,
      open(request) {
        opened++;
        return api.tails.open(request);
      },
    };
    const log = pino({ level: 'silent' });
    const app = createApp({ config: appConfig, served: api.served, tails, probe: api.probe, log });
    const client = new AbortController();
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    const late = await listen(
      async (request, response) => {
        client.abort();
        await once(response, 'close');
        await app(request, response);
        answer();
      },
      '127.0.0.1',
      0,
    );
    const url = `http://127.0.0.1:${late.port}/graphql?query=${encodeURIComponent('subscription { eventsAdded { cursor } }')}`;
    const asked = fetch(url, { headers: { accept: 'text/event-stream' }, signal: client.signal });
    await expect(asked).rejects.toThrow();
    await answered;
    expect(opened).toBe(0);
    await late.drain(0);
  });
});

describe('a deadline', () => {
  test('a deadline ends unfinished fields with TIMEOUT, and the others keep their data', async () => {
    api = await createTestApi(database.connection, { size: 8, config: { requestTimeoutMs: 1000 } });
    const { status, data, errors } = await api.send(slow);
    expect({ status, data }).toEqual({
      status: 200,
      data: { a: null, b: { totalCount: null }, devices: { totalCount: 40 } },
    });
    expect(errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['TIMEOUT', 'TIMEOUT']);
    await expect.poll(running, soon).toBe(0);
    await api.close();
  });
});

describe('a mutation or a subscription', () => {
  const mark = (n: number) => sql`insert into events.mark select ${n}::int from pg_sleep(0.8) returning n`;

  /** Starts a server with a slow mutation and an endless subscription, on the same database. */
  async function startMutable(requestTimeoutMs: number) {
    api = await createTestApi(database.connection);
    const schema = createSchema<Context>({
      typeDefs: 'type Query { x: Int } type Mutation { mark(n: Int!): Int } type Subscription { ticks: Int }',
      resolvers: {
        Mutation: { mark: async (_, { n }: { n: number }, { db }) => (await db.write(mark(n)))[0]?.['n'] },
        Subscription: {
          ticks: {
            async *subscribe(_: unknown, _args: unknown, { db }: Context) {
              for (let ticks = 1; ; ticks++) {
                await db.rows(sql`select pg_sleep(0.4)`);
                yield { ticks };
              }
            },
          },
        },
      },
    });
    const app = createApp({
      config: { ...appConfig, requestTimeoutMs },
      served: { ...api.served, current: () => ({ ...api.api, schema }) },
      tails: api.tails,
      probe: api.probe,
      log: pino({ level: 'silent' }),
    });
    server = await listen(app, '127.0.0.1', 0);
    return async () => {
      await server.drain(0);
      await api.close();
    };
  }
  const marks = async () => (await database.admin('select n from events.mark order by n')).rows.map((row) => row['n']);
  const twice = 'mutation { first: mark(n: 1) second: mark(n: 2) }';

  beforeEach(async () => {
    await database.admin('truncate events.mark');
  });

  test('a mutation runs to its end when its client goes away', async () => {
    const stop = await startMutable(30_000);
    const controller = new AbortController();
    post(server.port, twice, controller.signal).catch(() => {});
    await expect.poll(running, soon).toBe(1);
    controller.abort();
    await expect.poll(marks, soon).toEqual([1, 2]);
    await stop();
  });

  test('a subscription continues past the deadline, and ends with its client', async () => {
    const stop = await startMutable(500);
    const controller = new AbortController();
    const response = await fetch(`http://127.0.0.1:${server.port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: 'subscription { ticks }' }),
      signal: controller.signal,
    });
    let received = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      received += chunk;
      if (received.includes('"ticks":3')) break;
    }
    expect(received).not.toContain('errors');
    controller.abort();
    await expect.poll(running, soon).toBe(0);
    await stop();
  });

  test('a mutation starts no more fields after the deadline, and completes the running one', async () => {
    const stop = await startMutable(500);
    const response = await post(server.port, twice);
    expect(await response.json()).toMatchObject({
      data: { first: 1, second: null },
      errors: [{ path: ['second'], extensions: { code: 'TIMEOUT' } }],
    });
    expect(await marks()).toEqual([1]);
    await stop();
  });
});
