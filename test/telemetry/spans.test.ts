import { context, diag, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { pino } from 'pino';
import { afterAll, beforeEach, expect, test } from 'vitest';
import type { RequestRecord } from '../../src/context.ts';
import type { Db } from '../../src/db/db.ts';
import { sql, toQuery } from '../../src/db/sql/sql.ts';
import { createConcurrency } from '../../src/http/useConcurrency.ts';
import { inOperation } from '../../src/http/useOperation.ts';
import { createInstruments } from '../../src/telemetry/instruments.ts';
import { createStatementWatch } from '../../src/telemetry/statements.ts';
import { tracer } from '../../src/tracing/span.ts';

const warnings: string[] = [];
const warn = (message: string) => void warnings.push(message);
const ignore = () => {};
diag.setLogger({ error: warn, warn, info: ignore, debug: ignore, verbose: ignore });

const ended: string[] = [];
const none = async () => {};
const measured = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter: measured });
const sdk = new NodeSDK({
  spanProcessors: [{ onStart() {}, onEnd: ({ name }) => void ended.push(name), forceFlush: none, shutdown: none }],
  ...{ metricReaders: [reader], logRecordProcessors: [] },
});
sdk.start();
afterAll(() => sdk.shutdown());

const { ofRequest } = createStatementWatch({
  instruments: createInstruments(),
  log: pino({ level: 'silent' }),
  database: { host: 'localhost', port: 5432, database: 'events' },
  slowStatementMs: 1000,
});

/** Runs an operation with one statement, below the active span. */
function operate(rows: Db['rows'], statement = sql`select 1`) {
  const record: RequestRecord = { statements: 0, rows: 0, streams: false, startStream() {}, watch: (db) => db };
  record.operation = { type: 'query', name: 'Named' };
  return inOperation(record, () => ofRequest({ rows, write: rows }, record).rows(statement));
}

beforeEach(() => {
  warnings.length = 0;
  ended.length = 0;
});

test('an operation that begins after its request has ended writes nothing to the span that ended', async () => {
  const request = tracer.startSpan('POST /graphql');
  request.end();
  await context.with(trace.setSpan(ROOT_CONTEXT, request), async () => {
    await operate(async () => []);
    await expect(operate(() => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
  });
  expect(warnings).toEqual([]);
  expect(ended).toEqual(['POST /graphql']);
});

test('an operation and its statements are spans, which end even if a statement cannot be sent', async () => {
  await operate(async () => []);
  const send: Db['rows'] = async (query) => {
    toQuery(query);
    return [];
  };
  await expect(operate(send, sql`select ${'\ud800'}`)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  expect(ended).toEqual(['SQL', 'query', 'SQL', 'GraphQL Operation']);
});

/** Reads how many requests wait to run. */
async function pending(): Promise<unknown> {
  measured.reset();
  await reader.forceFlush();
  const metrics = measured.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  return metrics.find(({ descriptor }) => descriptor.name === 'events_graphql.request.pending')?.dataPoints[0]?.value;
}

test('a request that waits to run has a span for it, and counts until it runs or is refused', async () => {
  const { begin, end } = createConcurrency(1, 0);
  const request = new Request('http://localhost/graphql');
  const contextOf = (id: string) => ({ caller: { id, permissions: new Set<never>(), claims: {}, expiresAt: 0 } });
  const first = contextOf('a');
  expect(begin(request, first)).toBeUndefined();
  const served = begin(request, contextOf('b'));
  expect(await pending()).toBe(1);
  end(first);
  await served;
  expect(ended).toEqual(['wait to run']);
  const hasty = createConcurrency(1, 0, 1);
  hasty.begin(request, contextOf('a'));
  await expect(hasty.begin(request, contextOf('b'))).rejects.toThrow('too many other requests');
  expect(ended).toEqual(['wait to run', 'wait to run']);
  expect(await pending()).toBe(0);
});
