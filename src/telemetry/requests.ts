import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { context, propagation, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import type { Logger } from 'pino';
import type { RecordedMessage, RequestRecord } from '../context.ts';
import { isWithin } from '../http/origin.ts';
import { failSpan, hasSdk, tracer } from '../tracing/span.ts';
import type { Instruments } from './instruments.ts';
import { createOperationMeasure } from './operations.ts';
import type { StatementWatch } from './statements.ts';

export interface RequestOptions {
  readonly instruments: Instruments;
  readonly log: Logger;
  /** Path of the API; other paths may lie below it. */
  readonly endpoint: string;
  /** Watches the statements of one request. */
  readonly watch: StatementWatch['ofRequest'];
}

/**
 * Gives each request a record, a span in the trace of its `traceparent`, its metrics, and a log line. What the listener
 * adds to the record is reported when the response closes. Health probes are left out, since they arrive every few
 * seconds.
 */
export function recordRequests(listener: RequestListener, options: RequestOptions): RequestListener {
  const { instruments, log, endpoint } = options;
  const measure = createOperationMeasure(instruments);
  return (request: RecordedMessage, response) => {
    const path = pathOf(request);
    if (path.startsWith('/health/')) return listener(request, response);
    const record = createRecord(options, response);
    request.record = record;
    const started = performance.now();
    const route = isWithin(endpoint, path) ? endpoint : undefined;
    const { span, attributes } = startSpan(request, path, route);
    const active = hasSdk(span) ? trace.setSpan(ROOT_CONTEXT, span) : ROOT_CONTEXT;
    response.once('close', () => {
      const ms = performance.now() - started;
      const status = response.headersSent ? response.statusCode : undefined;
      const outcome = status !== undefined && { 'http.response.status_code': status };
      const failure = status !== undefined && status >= 500 && { 'error.type': String(status) };
      if (outcome) span.setAttributes(outcome);
      if (failure) failSpan(span, failure['error.type']);
      context.with(active, () => {
        instruments.requestDuration.record(ms / 1000, { ...attributes, ...outcome, ...failure });
        measure(record, ms);
        log.info({ ...factsOf(record, ms, status), ...(!response.writableFinished && { aborted: true }) }, 'Request');
      });
      span.end();
    });
    return context.with(active, () => listener(request, response));
  };
}

/** Starts a request's span; returns the attributes that its metrics share. */
function startSpan({ method = '_OTHER', headers }: IncomingMessage, path: string, route: string | undefined) {
  const attributes = { 'http.request.method': method, 'url.scheme': 'http', ...(route && { 'http.route': route }) };
  const agent = headers['user-agent'];
  const further = { 'url.path': path, ...(agent && { 'user_agent.original': agent }) };
  const span = tracer.startSpan(
    route ? `${method} ${route}` : method,
    { kind: SpanKind.SERVER, attributes: { ...attributes, ...further } },
    propagation.extract(ROOT_CONTEXT, headers),
  );
  return { span, attributes };
}

function createRecord({ watch, instruments }: RequestOptions, response: ServerResponse): RequestRecord {
  const record: RequestRecord = {
    statements: 0,
    rows: 0,
    streams: false,
    startStream() {
      // A response that has closed would never count as ended.
      if (response.closed) return;
      record.streams = true;
      instruments.subscriptions.add(1);
    },
    watch: (db) => watch(db, record),
  };
  return record;
}

/** Returns the path without the parameters, which may hold a query's variables. */
const pathOf = ({ url = '/' }: IncomingMessage): string => url.split('?', 1)[0] ?? url;

function factsOf(record: RequestRecord, ms: number, status: number | undefined) {
  const { operation, documentId, interpreter, caller, cost, code, statements, rows } = record;
  return {
    operation: operation?.name,
    operationType: operation?.type,
    document: documentId,
    interpreter,
    caller,
    status,
    code,
    durationMs: Math.round(ms),
    statements,
    rows,
    cost,
  };
}
