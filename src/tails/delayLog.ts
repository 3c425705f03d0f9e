import type { Logger } from 'pino';
import type { Watch } from './watch.ts';

/** Delay in milliseconds that is worth a log line, and the interval at which the line is repeated. */
const worthALine = 10_000;
const repeated = 60_000;

/** Creates a function that logs which transaction delays a table's live tail. */
export function createDelayLog(log: Logger, table: string): (watch: Pick<Watch, 'delay'>) => void {
  let toldAt = -Infinity;
  return (watch) => {
    const delay = watch.delay();
    if (!delay || delay.ms < worthALine || performance.now() - toldAt < repeated) return;
    toldAt = performance.now();
    log.warn(
      { table, pid: delay.pid, transaction: delay.transaction, seconds: Math.round(delay.ms / 1000) },
      'A write transaction that is still open delays the live tail',
    );
  };
}
