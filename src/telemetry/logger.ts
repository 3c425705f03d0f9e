import { isSpanContextValid, trace } from '@opentelemetry/api';
import { type DestinationStream, type Logger, pino } from 'pino';

/**
 * JSON lines on standard error, and to `further` where there is one: standard output belongs to what a command prints.
 * A line that a traced request causes carries its ids.
 */
export function createLogger(level: string, further?: DestinationStream): Logger {
  const standardError = gathered(pino.destination({ dest: 2, sync: true }));
  const streams = further && pino.multistream([standardError, further].map((stream) => ({ stream, level: 'trace' })));
  return pino({ level, mixin: traceIds, serializers }, streams ?? standardError);
}

/** So long a line waits for others, and so many characters of them. */
const gatherMs = 20;
const mostGathered = 16_384;

/** Writes the lines of a moment at once, since each write is a call of the system; when the process ends none is left. */
function gathered(out: DestinationStream): DestinationStream {
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
      if (lines.length > mostGathered) flush();
      else timer ??= setTimeout(flush, gatherMs).unref();
    },
  };
}

/**
 * What PostgreSQL says of an error is logged, but no values of rows: neither its DETAIL, nor those that its context has of
 * parameters where `log_parameter_max_length_on_error` is set; and no objects that hang on an error, such as a client with
 * its password.
 */
export const serializers = {
  err(error: unknown) {
    if (!(error instanceof Error)) return error;
    const { detail, where, ...rest } = pino.stdSerializers.err(error);
    const told = Object.fromEntries(Object.entries(rest).filter(([, value]) => typeof value !== 'object'));
    if (typeof where !== 'string') return told;
    return { ...told, where: where.replace(/(\$\d+ = )'(?:[^']|'')*'/g, "$1'...'") };
  },
};

/** Under the names of OpenTelemetry's data model for logs that are not OTLP. */
function traceIds() {
  const span = trace.getActiveSpan()?.spanContext();
  return span && isSpanContextValid(span) ? { trace_id: span.traceId, span_id: span.spanId } : {};
}
