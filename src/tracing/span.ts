import {
  type Attributes,
  context,
  INVALID_SPAN_CONTEXT,
  ROOT_CONTEXT,
  type Span,
  type SpanOptions,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { codeOf } from '../errors.ts';

/** Creates spans, which do nothing until an SDK is registered. */
export const tracer = trace.getTracer('events-graphql');

/** A span that records nothing. */
export const noSpan = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);

/** Tells whether a span was created by a registered SDK, which gives it a context of its own. */
export const hasSdk = (span: Span): boolean => span.spanContext() !== INVALID_SPAN_CONTEXT;

/**
 * Runs `work` within a new span, a child of the active one. A parent that is not sampled or has ended has no children.
 */
export function inSpan<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T> {
  const parent = trace.getActiveSpan();
  if (parent && !parent.isRecording()) return work(noSpan);
  const span = tracer.startSpan(name, options);
  if (!hasSdk(span)) return work(span);
  const active = trace.setSpan(context.active(), span);
  return settle(span, () => context.with(active, () => work(span)));
}

/**
 * Runs `work` within a new span without making it the active one, so that sockets and timers that the work leaves
 * behind belong to no trace. If the active span has ended, the new one begins a trace.
 */
export async function inDetachedSpan<T>(name: string, options: SpanOptions, work: () => Promise<T>): Promise<T> {
  const parent = trace.getActiveSpan()?.isRecording() ? context.active() : ROOT_CONTEXT;
  return settle(tracer.startSpan(name, options, parent), () => context.with(ROOT_CONTEXT, work));
}

/** Runs the work of a span, and ends the span with it. */
async function settle<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    failSpan(span, errorType(error));
    throw error;
  } finally {
    span.end();
  }
}

/** Marks a span as failed with the type of the error but not its message, which may quote a value. */
export function failSpan(span: Span, type: string): void {
  span.setAttribute('error.type', type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** Returns an error's type: the SQLSTATE or system code of its cause, otherwise its own code, otherwise its class. */
export function errorType(error: unknown): string {
  if (!(error instanceof Error)) return '_OTHER';
  return codeOf(error.cause) ?? codeOf(error) ?? error.name;
}

/** The database that runs the statements. */
export interface DatabaseName {
  readonly host: string;
  readonly port: number;
  readonly database: string;
}

/** Returns the attributes of spans and metrics about the database. */
export const databaseAttributes = ({ host, port, database }: DatabaseName): Attributes => ({
  'db.system.name': 'postgresql',
  'db.namespace': database,
  'server.address': host,
  'server.port': port,
});
