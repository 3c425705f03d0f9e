import { isSpanContextValid, trace } from '@opentelemetry/api';
import { type DestinationStream, type Logger, pino } from 'pino';

export interface LoggerOptions {
  /** True if there may be traces; a line within a traced request then carries the trace's ids. */
  readonly isTraced?: boolean;
  /** Another stream, which gets the same lines. */
  readonly further?: DestinationStream;
}

/**
 * Creates a logger that writes JSON lines to standard error. Standard output is reserved for the output of commands.
 */
export function createLogger(level: string, { isTraced = false, further }: LoggerOptions = {}): Logger {
  const standardError = buffered(pino.destination({ dest: 2, sync: true }));
  const streams = further && pino.multistream([standardError, further].map((stream) => ({ stream, level: 'trace' })));
  return pino({ level, serializers, ...(isTraced && { mixin: traceIds }) }, streams ?? standardError);
}

/** Limits of the buffer: milliseconds that a line waits, and characters that wait together. */
const bufferMs = 20;
const maxBuffered = 16_384;

/**
 * Buffers lines briefly and writes them together, since each write is a system call. On exit it writes what is left.
 */
function buffered(out: DestinationStream): DestinationStream {
  let lines = '';
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (lines !== '') out.write(lines);
    lines = '';
  };
  process.on('exit', flush);
  return {
    write(line) {
      lines += line;
      if (lines.length > maxBuffered) flush();
      else timer ??= setTimeout(flush, bufferMs).unref();
    },
  };
}

/**
 * Serialisers that log PostgreSQL's errors without DETAIL and without the parameters that
 * `log_parameter_max_length_on_error` adds to CONTEXT: both hold rows or parameters. A message stays, although it may
 * quote a single value. Objects attached to an error, such as a client with its password, are dropped.
 */
export const serializers = {
  err(error: unknown) {
    if (!(error instanceof Error)) return error;
    const { detail, where, ...rest } = pino.stdSerializers.err(error);
    const entries = Object.entries(rest).filter(([, value]) => typeof value !== 'object');
    const told = { ...Object.fromEntries(entries), message: messageOf(error, rest.message) };
    if (typeof where !== 'string') return told;
    return { ...told, where: where.replace(/(\$\d+ = )'(?:[^']|'')*'/g, "$1'...'") };
  },
};

/** Returns the message with those of its causes, which pino appends, unless the message already quotes them. */
const messageOf = ({ message }: Error, withCauses: string): string =>
  message.includes(withCauses.slice(`${message}: `.length)) ? message : withCauses;

/** Returns the trace's ids under the names of OpenTelemetry's data model for logs outside OTLP. */
function traceIds() {
  const span = trace.getActiveSpan()?.spanContext();
  return span && isSpanContextValid(span) ? { trace_id: span.traceId, span_id: span.spanId } : {};
}
