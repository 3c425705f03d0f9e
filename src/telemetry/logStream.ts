import { type AnyValue, logs, SeverityNumber } from '@opentelemetry/api';
import type { DestinationStream } from 'pino';

/** pino's levels, from which a line has the severity that is next below. */
const severities: readonly (readonly [level: number, number: SeverityNumber, text: string])[] = [
  [60, SeverityNumber.FATAL, 'FATAL'],
  [50, SeverityNumber.ERROR, 'ERROR'],
  [40, SeverityNumber.WARN, 'WARN'],
  [30, SeverityNumber.INFO, 'INFO'],
  [20, SeverityNumber.DEBUG, 'DEBUG'],
  [0, SeverityNumber.TRACE, 'TRACE'],
];

/** A line as pino writes it. */
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

/** Sends lines of pino as log records, in the trace that is active: pino writes a line while it is being called. */
export function createLogStream(): DestinationStream {
  const logger = logs.getLogger('events-graphql');
  return {
    write(text) {
      const { level, time, msg, err, pid, hostname, trace_id, span_id, ...rest } = JSON.parse(text) as Line;
      const [, severityNumber, severityText] = severities.find(([from]) => level >= from) ?? [];
      const { type, message, stack, ...said } = err ?? {};
      const exception = err && {
        'exception.type': type,
        'exception.message': message,
        'exception.stacktrace': stack,
        err: said,
      };
      const attributes = { ...rest, ...exception } as Record<string, AnyValue>; // what JSON can hold
      logger.emit({ severityNumber, severityText, timestamp: time, body: msg, attributes });
    },
  };
}
