import type { Logger } from 'pino';
import type { Watch } from './watch.ts';

/** Delays that are worth a line, and how often it is repeated, in milliseconds. */
const worthALine = 10_000;
const repeated = 60_000;

/** Tells the log which transaction keeps a table's live tail waiting. */
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
