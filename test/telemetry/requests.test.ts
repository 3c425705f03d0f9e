import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { request } from 'node:http';
import { createSchema, createYoga } from 'graphql-yoga';
import { pino } from 'pino';
import { afterAll, beforeEach, expect, test } from 'vitest';
import type { Incoming, RequestRecord } from '../../src/context.ts';
import { useOperation } from '../../src/http/useOperation.ts';
import { createApp } from '../../src/server/app.ts';
import { listen } from '../../src/server/listen.ts';
import { createTails } from '../../src/tails/tails.ts';
import { createInstruments } from '../../src/telemetry/instruments.ts';
import { createOperationMeasure } from '../../src/telemetry/operations.ts';
import { recordRequests } from '../../src/telemetry/requests.ts';
import { createStatementWatch } from '../../src/telemetry/statements.ts';
import { appConfig } from '../support/config.ts';
import { createIssuer } from '../support/issuer.ts';
import { keepMetrics } from '../support/metrics.ts';
import { setUp } from '../support/setUp.ts';
import { subscribeTo } from '../support/streams.ts';

type Line = Readonly<Record<string, unknown>>;

const lines: Line[] = [];
const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line) as Line) });

/** Serves the app with requests recorded; each finished request is a log line. */
const serve = (app: RequestListener, slowStatementMs: number) => {
  const instruments = createInstruments();
  const watch = createStatementWatch({ instruments, log, database: database.connection, slowStatementMs });
  return listen(
    recordRequests(app, { instruments, log, endpoint: '/graphql', watch: watch.ofRequest }),
    '127.0.0.1',
    0,
  );
};

const emptyRecord: RequestRecord = { statements: 0, rows: 0, streams: false, startStream() {}, watch: (db) => db };

let measured: ReturnType<typeof keepMetrics>;
const collect = () => measured.collect();

const { database, api } = await setUp({
  prepare: 'create view events.slow as select pg_sleep(0.2)::text as rest',
});
const listening = await serve(api.app, 100);

afterAll(() => listening.drain(1000));

beforeEach(() => {
  lines.length = 0;
  measured = keepMetrics();
  return measured.stop;
});

const post = async (query: string, variables?: unknown, port = listening.port, headers = {}) => {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
};
/** The parts of an app. */
const settings = { ...appConfig, maxBodyBytes: 1000, requestTimeoutMs: 5000 };
const parts = () => ({ served: api.served, tails: api.tails, probe: api.probe, log });

const requestLine = () => expect.poll(() => lines.find(({ msg }) => msg === 'Request'));

test("a request's line counts its statements and rows, and contains no values", async () => {
  await post('query Named($s: String!) { devices(first: 3, where: { serial: { ne: $s } }) { nodes { serial } } }', {
    s: 'a-secret-value',
  });
  const counted = { operation: 'Named', interpreter: 'plan', statements: 1, rows: 3 };
  await requestLine().toMatchObject({ level: 30, ...counted, status: 200 });
  expect(JSON.stringify(lines)).not.toContain('a-secret-value');
});

test('a statement over the threshold is a warning with its text', async () => {
  await post('query Waits { slows { nodes { rest } } }');
  await requestLine().toBeDefined();
  expect(lines[0]).toMatchObject({ level: 40, msg: 'Slow statement', operation: 'Waits' });
  expect(lines[0]?.['statement']).toMatch(/^select .*"slow"/s);
  expect(lines[0]?.['durationMs']).toBeGreaterThanOrEqual(100);
});

test('the line says that a client has left', async () => {
  const server = await serve(api.app, 60_000);
  const sent = request({ port: server.port, host: '127.0.0.1', path: '/graphql', method: 'POST' });
  sent.on('error', () => {});
  sent.setHeader('content-type', 'application/json');
  sent.end(JSON.stringify({ query: 'query Waits { slows { nodes { rest } } }' }));
  await expect
    .poll(
      async () =>
        (
          await database.admin(
            "select from pg_stat_activity where query like '%\"slow\"%' and state = 'active' and pid <> pg_backend_pid()",
          )
        ).rowCount,
    )
    .toBeGreaterThan(0);
  sent.destroy();
  await requestLine().toMatchObject({ aborted: true });
  await server.drain(1000);
});

test('a statement that fails is measured under its SQLSTATE', async () => {
  await database.admin(`
    create view events.broken as select (1 / (random() * 0)::int)::text as rest;
    grant select on events.broken to ${database.connection.user}`);
  await api.served.check();
  const measured = await serve(api.app, 1000);
  const response = await post('{ brokens { nodes { rest } } }', undefined, measured.port);
  expect(response).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  await requestLine().toMatchObject({ code: 'BAD_USER_INPUT', statements: 1, rows: 0 });
  const [point] = (await collect()).get('db.client.operation.duration') ?? [];
  expect(point?.attributes).toMatchObject({
    'error.type': '22012',
    'db.response.status_code': '22012',
    'db.query.summary': 'SELECT events.broken',
  });
  await measured.drain(1000);
});

test('a statement is measured by its operation and table, whatever its first word', async () => {
  const query = `mutation Writes {
    createSites(inputs: [{ siteId: 900, code: "XY", name: "New", latitude: 1, longitude: 1, openedOn: "2026-01-01" }], onConflict: { do: IGNORE, on: SITE_ID }) { createdCount }
    updateSite(siteId: 900, patch: { name: "Newer" }, expect: { name: { eq: "New" } }) { site { name } }
    deleteSite(siteId: 900) { site { name devices { nodes { serial } } } }
  }`;
  const server = await serve(api.app, 60_000);
  expect(await post(query, undefined, server.port)).not.toHaveProperty('errors');
  const points = (await collect()).get('db.client.operation.duration') ?? [];
  expect(points.map(({ attributes }) => attributes['db.query.summary'])).toEqual([
    'INSERT events.site',
    'UPDATE events.site',
    'DELETE events.site',
    'SELECT events.device',
  ]);
  await server.drain(1000);
});

test('a line names the caller, without the token, and the reason for a rejection', async () => {
  const issuer = await createIssuer();
  const server = await serve(createApp({ config: { ...settings, auth: issuer.config }, ...parts() }), 60_000);
  const oid = '0f8fad5b-d9cb-469f-a165-70867728950e';
  const token = await issuer.sign({ oid, roles: ['Events.Read'] });
  await post('{ sites { totalCount } }', undefined, server.port, { authorization: `Bearer ${token}` });
  await requestLine().toMatchObject({ caller: oid, status: 200, statements: 1 });
  expect(JSON.stringify(lines)).not.toContain(token);
  lines.length = 0;
  await post('{ sites { totalCount } }', undefined, server.port);
  await requestLine().toMatchObject({ status: 401, code: 'UNAUTHENTICATED', statements: 0 });
  expect(lines[0]).not.toHaveProperty('caller');
  await server.drain(1000);
  await issuer.end();
});

test('a request that is answered before GraphQL has a line with its code', async () => {
  const waiting = { ...api.served, current: () => null };
  const server = await serve(createApp({ config: settings, ...parts(), served: waiting }), 1000);
  expect(await post('{ __typename }', undefined, server.port)).toMatchObject({ errors: [{}] });
  await requestLine().toMatchObject({ status: 503, code: 'DATABASE_UNAVAILABLE', statements: 0 });
  await server.drain(1000);
});

test('probes have no lines', async () => {
  await fetch(`http://127.0.0.1:${listening.port}/health/live`);
  await post('{ __typename }');
  await requestLine().toBeDefined();
  expect(lines).toHaveLength(1);
});

test('operations are measured under at most 200 names chosen by clients, and those of persisted documents', async () => {
  const measure = createOperationMeasure(createInstruments());
  const run = (name: string, documentId?: string) =>
    measure({ ...emptyRecord, operation: { type: 'query', name }, documentId }, 1);
  run('x'.repeat(101));
  for (let i = 0; i < 300; i++) run(`Operation${i}`);
  run('Agreed', 'sha256:1');
  const points = (await collect()).get('events_graphql.operation.duration') ?? [];
  const names = points.map(({ attributes }) => attributes['graphql.operation.name']);
  expect(names).toEqual(['(other)', ...Array.from({ length: 200 }, (_, i) => `Operation${i}`), 'Agreed']);
});

test('a rejected document is counted with its code, and its cost if known', async () => {
  const measure = createOperationMeasure(createInstruments());
  const operation = { type: 'query', name: 'Costly' };
  measure({ ...emptyRecord, code: 'PERSISTED_DOCUMENT_REQUIRED' }, 1);
  measure({ ...emptyRecord, operation, code: 'QUERY_TOO_COMPLEX', cost: 70_000 }, 1);
  measure({ ...emptyRecord, operation, code: 'TIMEOUT' }, 1);
  const metrics = await collect();
  expect(
    metrics.get('events_graphql.document.refused')?.map(({ attributes, value }) => ({ ...attributes, value })),
  ).toEqual([
    { 'error.type': 'PERSISTED_DOCUMENT_REQUIRED', value: 1 },
    { 'error.type': 'QUERY_TOO_COMPLEX', value: 1 },
  ]);
  expect(metrics.get('events_graphql.document.cost')?.map(({ value }) => value)).toEqual([
    expect.objectContaining({ count: 1, sum: 70_000 }),
  ]);
});

const openSubscriptions = async () => (await collect()).get('events_graphql.subscription.open')?.[0]?.value;

/** Creates a server with a subscription that ends after its first message, once `ended` resolves. */
function ticking(ended: Promise<void>) {
  const schema = createSchema({
    typeDefs: 'type Query { a: Int } type Subscription { ticks: Int }',
    resolvers: {
      Subscription: {
        ticks: {
          async *subscribe() {
            yield { ticks: 1 };
            await ended;
          },
        },
      },
    },
  });
  return createYoga<Partial<Incoming>>({ schema, plugins: [useOperation()], logging: false });
}

/** Subscribes to the ticks of the server at a port. */
const subscribe = (port: number, signal?: AbortSignal) => {
  const query = encodeURIComponent('subscription Ticks { ticks }');
  const headers = { accept: 'text/event-stream' };
  return fetch(`http://127.0.0.1:${port}/graphql?query=${query}`, { headers, signal });
};

test('a subscription counts as open from its first message until its response ends, and then has a line', async () => {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const server = await serve(ticking(ended), 1000);
  const response = await subscribe(server.port);
  const reader = response.body?.getReader();
  await reader?.read();
  expect(await openSubscriptions()).toBe(1);
  expect(lines).toEqual([]);
  end();
  while (!(await reader?.read())?.done);
  await requestLine().toMatchObject({ operation: 'Ticks', operationType: 'subscription' });
  expect(await openSubscriptions()).toBe(0);
  await server.drain(1000);
});

test('a subscription whose client leaves before it begins does not count as open', async () => {
  const yoga = ticking(Promise.resolve());
  const client = new AbortController();
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
  const server = await serve(async (request, response) => {
    client.abort();
    await once(response, 'close');
    await yoga(request, response);
    answer();
  }, 1000);
  await expect(subscribe(server.port, client.signal)).rejects.toThrow();
  await answered;
  expect((await openSubscriptions()) ?? 0).toBe(0);
  await server.drain(1000);
});

test('statements of a live tail are measured, logged when slow, and counted only for the client that they serve', async () => {
  const instruments = createInstruments();
  const watch = createStatementWatch({ instruments, log, database: database.connection, slowStatementMs: 0 });
  const tails = createTails({
    db: api.db,
    record: watch.ofTails,
    limits: settings.requestLimits,
    maxSeconds: 60,
    log,
  });
  const app = createApp({ config: settings, ...parts(), tails });
  const server = await serve(app, 0);
  const { next, stop } = subscribeTo(`http://127.0.0.1:${server.port}/graphql`)(
    'subscription Tail { added: incidentsAdded { cursor end edges { cursor node { incidentId device { serial } } } } }',
  );
  await next();
  await database.admin(
    "insert into events.incident (device_id, severity, title) select device_id, 'error', 'new' from events.device limit 1",
  );
  while ((await next()).edges.length === 0);
  tails.stop();
  await stop();
  await requestLine().toMatchObject({ operation: 'Tail', statements: 1, rows: 2 });
  const slow = lines
    .filter(({ msg }) => msg === 'Slow statement')
    .map(({ operation, statement }) => ({ operation, statement }));
  expect(slow).toContainEqual({ operation: 'Tail', statement: expect.stringMatching(/"device"/) });
  expect(slow).toContainEqual({ operation: undefined, statement: expect.stringMatching(/"incident"/) });
  const measured = (await collect()).get('db.client.operation.duration') ?? [];
  expect(measured.filter(({ attributes }) => attributes['db.collection.name'] === 'events.device')).toMatchObject([
    { value: { count: 1 } },
  ]);
  await server.drain(1000);
});
