import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle } from '../../scripts/bundle.ts';
import { type Program, portOf, startProgram, variablesFor } from '../support/program.ts';
import { setUpDatabase } from '../support/setUp.ts';
import {
  type Collector,
  logsOf,
  metricsOf,
  resourcesOf,
  type Span,
  spansOf,
  startCollector,
  startGrpcCollector,
} from './collector.ts';

const folder = await mkdtemp(join(tmpdir(), 'events-graphql-'));
await bundle(pathToFileURL(`${folder}/whole/`));
const database = await setUpDatabase();

afterAll(() => rm(folder, { recursive: true }));

/** Starts the built server in production, with at most two connections. */
const start = (variables: Record<string, string>, build = 'whole'): Program =>
  startProgram(
    [],
    {
      ...variablesFor(database.connection),
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      DOCUMENTS: 'any',
      PG_POOL_SIZE: '4', // half of them for one request
      ...variables,
    },
    { command: [process.execPath, join(folder, build, 'main.js')] },
  );

/** Resolves with the port when there is an API. */
async function readyPort(program: Program): Promise<number> {
  await program.printed(/Built the API from the catalog/);
  return portOf(program);
}

const post = async (port: number, body: unknown, headers: Record<string, string> = {}) => {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
};

async function stop(program: Program): Promise<void> {
  program.process.kill('SIGTERM');
  expect(await program.ended).toBe(0);
}

const traceId = '0af7651916cd43dd8448eb211c80319c';
const parentId = 'b7ad6b7169203331';
const traceparent = `00-${traceId}-${parentId}-01`;

/**
 * A query with two concurrent statements, one of which waits for a second connection, and with a batch for the
 * relation.
 */
const overview = {
  query: `query Overview($name: String!) {
    sites(first: 2, where: { name: { ne: $name } }) { nodes { name devices(first: 3) { nodes { serial } } } }
    devices { totalCount }
  }`,
  variables: { name: 'a-secret-value' },
};

describe('a collector of OTLP/HTTP', () => {
  let collector: Collector;
  let lines: readonly Record<string, unknown>[];
  let all: readonly Span[];

  beforeAll(async () => {
    collector = await startCollector();
    const program = start({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    });
    const port = await readyPort(program);
    expect(await post(port, overview, { traceparent })).toMatchObject({ status: 200, body: { data: {} } });
    await post(port, { query: 'query Broken { nothing }' });
    await post(port, { query: '{ devices(first: -1) { totalCount } sites { totalCount } }' });
    await fetch(`http://127.0.0.1:${port}/health/ready`);
    await fetch(`http://127.0.0.1:${port}/graphql?query={__typename}&variables={"name":"a-secret-value"}`);
    // The newer of its two connections is the one that the first request opened.
    await database.admin(
      'select pg_terminate_backend(pid) from pg_stat_activity where usename = $1 order by backend_start desc limit 1',
      [database.connection.user],
    );
    await program.printed(/A connection to the database failed/);
    await stop(program);
    all = spansOf(collector);
    lines = program
      .err()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  });

  afterAll(() => collector.close());

  const trace = () => all.filter((span) => span.traceId === traceId);
  const only = (name: string): Span => {
    const [span, ...more] = trace().filter((one) => one.name === name);
    if (!span || more.length > 0) throw new Error(`${more.length + (span ? 1 : 0)} spans are called "${name}"`);
    return span;
  };
  const childrenOf = ({ spanId }: Span) => trace().filter((span) => span.parentSpanId === spanId);

  test("a collector gets one trace of a request, from HTTP to SQL, as part of the caller's", () => {
    const server = only('POST /graphql');
    expect(server).toMatchObject({ parentSpanId: parentId, kind: 2 });
    expect(server.attributes).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/graphql',
      'url.path': '/graphql',
      'http.response.status_code': 200,
    });
    const operation = only('query');
    expect(childrenOf(server)).toEqual([operation]);
    expect(operation.attributes).toEqual({
      'graphql.operation.type': 'query',
      'graphql.operation.name': 'Overview',
    });
    expect(
      childrenOf(operation)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['SELECT events.device', 'SELECT events.device', 'SELECT events.site']);
    const waiting = ['wait for a connection', 'login'];
    expect(trace().filter(({ name }) => !waiting.includes(name))).toHaveLength(5);
  });

  test('a collector sees the statements without their values', () => {
    const { host, port, database: name } = database.connection;
    const { kind, attributes } = only('SELECT events.site');
    expect(kind).toBe(3);
    expect(attributes).toEqual({
      'db.system.name': 'postgresql',
      'db.namespace': name,
      'db.operation.name': 'SELECT',
      'db.collection.name': 'events.site',
      'db.query.summary': 'SELECT events.site',
      'db.query.text': expect.stringMatching(
        /^select .* from "events"."site" "t" where not .* operator\(pg_catalog\.=\) \$1::/,
      ),
      'db.response.returned_rows': 2,
      'server.address': host,
      'server.port': port,
    });
    expect(Buffer.concat(collector.received.map(({ body }) => body)).toString()).not.toContain('a-secret-value');
  });

  test('a collector sees how long a statement waited for a connection, and the login that it waited for', () => {
    const login = only('login');
    const byId = (id: string | undefined) => trace().find(({ spanId }) => spanId === id);
    const wait = byId(login.parentSpanId);
    expect(wait?.name).toBe('wait for a connection');
    expect(byId(wait?.parentSpanId)?.name).toMatch(/^SELECT/);
    expect(login.attributes).toMatchObject({ 'db.system.name': 'postgresql' });
  });

  test('a collector does not see a lost connection in the trace of the request that opened it', () => {
    const lost = lines.filter(({ msg }) => msg === 'A connection to the database failed');
    expect(lost).toHaveLength(1);
    expect(lost[0]).not.toHaveProperty('trace_id');
  });

  test('a collector gets the same log line for each request as standard error, with the ids of its trace', () => {
    const [sent, ...more] = logsOf(collector).filter((log) => log.traceId === traceId);
    expect(more).toEqual([]);
    expect(sent).toMatchObject({ severityText: 'INFO', body: { stringValue: 'Request' } });
    const facts = { operation: 'Overview', operationType: 'query', status: 200, statements: 3, rows: 9 };
    expect(sent?.attributes).toMatchObject({ ...facts, durationMs: expect.any(Number) });
    expect(sent?.spanId).toBe(only('POST /graphql').spanId);
    const printed = lines.find((line) => line['trace_id'] === traceId);
    expect(printed).toMatchObject({ ...facts, msg: 'Request', span_id: sent?.spanId });
  });

  test('a collector sees failed requests, but no probes', () => {
    const requests = lines.filter(({ msg }) => msg === 'Request');
    expect(
      requests.map(({ operation, code, status, statements }) => ({ operation, code, status, statements })),
    ).toEqual([
      { operation: 'Overview', status: 200, statements: 3 },
      { operation: 'Broken', code: 'GRAPHQL_VALIDATION_FAILED', status: 400, statements: 0 },
      { code: 'BAD_USER_INPUT', status: 200, statements: 1 },
      { status: 200, statements: 0 },
    ]);
    expect(all.filter(({ kind }) => kind === 2).map(({ name }) => name)).toEqual([
      'POST /graphql',
      'POST /graphql',
      'POST /graphql',
      'GET /graphql',
    ]);
  });

  test('a collector gets metrics', () => {
    const metrics = metricsOf(collector);
    const sum = (name: string, attributes: Record<string, unknown> = {}) =>
      metrics
        .get(name)
        ?.filter((point) => Object.entries(attributes).every(([key, value]) => point.attributes[key] === value))
        .reduce((total, { value }) => total + value, 0);
    expect(sum('http.server.request.duration', { 'http.response.status_code': 200 })).toBe(3);
    const overviews = { 'graphql.operation.name': 'Overview', 'graphql.operation.type': 'query' };
    expect(sum('events_graphql.operation.duration', overviews)).toBe(1);
    expect(sum('events_graphql.operation.duration', { 'error.type': 'GRAPHQL_VALIDATION_FAILED' })).toBe(1);
    expect(sum('db.client.operation.duration')).toBe(4);
    expect(sum('db.client.operation.duration', { 'db.collection.name': 'events.device' })).toBe(2);
    expect(sum('db.client.connection.max')).toBe(4);
    expect(sum('db.client.connection.pending_requests')).toBe(0);
    expect(sum('events_graphql.login.count')).toBeGreaterThanOrEqual(1);
    expect(sum('events_graphql.statement.reruns')).toBe(0);
    expect(metrics.get('nodejs.eventloop.delay.p99')?.[0]?.value).toBeGreaterThan(0);
  });

  test('a collector gets the name of the service', () => {
    for (const resource of resourcesOf(collector))
      expect(resource).toMatchObject({ 'service.name': 'events-graphql', 'deployment.environment.name': 'test' });
  });
});

test('without a collector, its code is not even loaded', async () => {
  const filter = (file: string) => basename(file) !== 'sdk.js';
  await cp(join(folder, 'whole'), join(folder, 'without'), { recursive: true, filter });
  const program = start({ OTEL_SERVICE_NAME: 'api' }, 'without');
  expect(await post(await readyPort(program), overview)).toMatchObject({ status: 200, body: { data: {} } });
  await stop(program);
  const configured = start({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' }, 'without');
  expect(await configured.ended).toBe(1);
});

describe.concurrent('other collectors', () => {
  test.each([
    ['gRPC', startGrpcCollector, 'grpc', '/opentelemetry.proto.collector.trace.v1.TraceService/Export'],
    ['HTTP with protobuf, the default', startCollector, undefined, '/v1/traces'],
  ] as const)('a collector gets traces by %s', async (_, startOther, protocol, path) => {
    const collector = await startOther();
    const program = start({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      ...(protocol && { OTEL_EXPORTER_OTLP_PROTOCOL: protocol }),
    });
    await post(await readyPort(program), overview, { traceparent });
    await stop(program);
    const traces = Buffer.concat(collector.received.filter((one) => one.path === path).map(({ body }) => body));
    // Protobuf has ids as bytes and names as UTF-8.
    for (const part of [Buffer.from(traceId, 'hex'), 'POST /graphql', 'Overview', 'SELECT events.site'])
      expect(traces.includes(part)).toBe(true);
    expect(new Set(collector.received.map((one) => one.path)).size).toBe(3);
    await collector.close();
  });

  test('only signals with an endpoint are sent, and variables set the sampling', async () => {
    const collector = await startCollector();
    const program = start({
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/v1/traces`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_TRACES_SAMPLER: 'parentbased_always_off',
    });
    const port = await readyPort(program);
    await post(port, overview);
    await post(port, overview, { traceparent });
    await stop(program);
    expect(new Set(collector.received.map(({ path }) => path))).toEqual(new Set(['/v1/traces']));
    expect(new Set(spansOf(collector).map((span) => span.traceId))).toEqual(new Set([traceId]));
    await collector.close();
  });
});

describe.concurrent('a collector that does not work', () => {
  const requests = 50;

  test.each([
    ['refuses connections', 'http/protobuf', false],
    ['refuses connections', 'grpc', false],
    ['never answers', 'http/protobuf', true],
    ['never answers', 'grpc', true],
  ])('a collector that %s (%s) delays no request, and the server stops', async (_, protocol, listens) => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port: silentPort } = silent.address() as AddressInfo;
    if (!listens) silent.close();
    const program = start({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${silentPort}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_BSP_SCHEDULE_DELAY: '50',
      OTEL_BLRP_SCHEDULE_DELAY: '50',
    });
    const port = await readyPort(program);
    for (let i = 0; i < requests; i++)
      expect(await post(port, overview)).toMatchObject({ status: 200, body: { data: {} } });
    await stop(program);
    expect(sockets.size > 0).toBe(listens);
    expect(program.err()).toMatch(/OpenTelemetry: |Some telemetry was not sent/);
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
});
