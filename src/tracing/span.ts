import {
  type Attributes,
  context,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  type SpanOptions,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { codeOf } from '../errors.ts';

/** Makes spans that are nothing until an SDK is registered. */
export const tracer = trace.getTracer('events-graphql');

/** Runs `work` within a span of its own, a child of the one that is active; of what is not sampled, nor are the parts. */
export function inSpan<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T> {
  const parent = trace.getActiveSpan();
  if (parent && !parent.isRecording()) return work(parent);
  const span = tracer.startSpan(name, options);
  if (!isSpanContextValid(span.spanContext())) return work(span); // no SDK is registered
  return settle(
    span,
    context.with(trace.setSpan(context.active(), span), () => work(span)),
  );
}

/**
 * The same for work that outlives whoever asks for it: what it leaves behind, such as sockets and timers, belongs to no
 * trace; and nor does the span when the one that is active has ended.
 */
export async function inDetachedSpan<T>(name: string, options: SpanOptions, work: () => Promise<T>): Promise<T> {
  const parent = trace.getActiveSpan()?.isRecording() ? context.active() : ROOT_CONTEXT;
  return settle(tracer.startSpan(name, options, parent), context.with(ROOT_CONTEXT, work));
}

async function settle<T>(span: Span, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    failSpan(span, errorType(error));
    throw error;
  } finally {
    span.end();
  }
}

/** Says in which way it failed; no message, since that may quote a value. */
export function failSpan(span: Span, type: string): void {
  span.setAttribute('error.type', type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** An SQLSTATE or a code of the system, where an error of the API has one in its cause; its own code; or its class. */
export function errorType(error: unknown): string {
  if (!(error instanceof Error)) return '_OTHER';
  return codeOf(error.cause) ?? codeOf(error) ?? error.name;
}

/** Where statements run. */
export interface DatabaseName {
  readonly host: string;
  readonly port: number;
  readonly database: string;
}

/** The attributes of whatever has to do with the database. */
export const databaseAttributes = ({ host, port, database }: DatabaseName): Attributes => ({
  'db.system.name': 'postgresql',
  'db.namespace': database,
  'server.address': host,
  'server.port': port,
});
