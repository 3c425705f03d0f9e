import { type AnyValue, logs, SeverityNumber } from '@opentelemetry/api';
import type { DestinationStream } from 'pino';

/** pino's levels and their severities. A level in between has the severity of the next lower one. */
const severities: readonly (readonly [level: number, number: SeverityNumber, text: string])[] = [
  [60, SeverityNumber.FATAL, 'FATAL'],
  [50, SeverityNumber.ERROR, 'ERROR'],
  [40, SeverityNumber.WARN, 'WARN'],
  [30, SeverityNumber.INFO, 'INFO'],
  [20, SeverityNumber.DEBUG, 'DEBUG'],
  [0, SeverityNumber.TRACE, 'TRACE'],
];

/** A log line as pino writes it. */
interface Line {
  readonly level: number;
  readonly time: number;
  readonly msg?: string;
  readonly err?: {
    readonly type?: string;
    readonly message?: string;
    readonly stack?: string;
    readonly [name: string]: unknown;
  };
  readonly [name: string]: unknown;
}

/**
 * Creates a stream that sends pino's lines as log records. A record belongs to the trace active at that moment, since
 * pino writes synchronously.
 */
export function createLogStream(): DestinationStream {
  const logger = logs.getLogger('events-graphql');
  return {
    write(text) {
      const { level, time, msg, err, pid, hostname, trace_id, span_id, ...rest } = JSON.parse(text) as Line;
      const [, severityNumber, severityText] = severities.find(([from]) => level >= from) ?? [];
      const { type, message, stack, ...others } = err ?? {};
      const exception = err && {
        'exception.type': type,
        'exception.message': message,
        'exception.stacktrace': stack,
        err: others,
      };
      const attributes = { ...rest, ...exception } as Record<string, AnyValue>; // what JSON can hold
      logger.emit({ severityNumber, severityText, timestamp: time, body: msg, attributes });
    },
  };
}
