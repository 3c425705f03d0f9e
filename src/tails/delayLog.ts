import type { Logger } from 'pino';
import type { Watch } from './watch.ts';

/** Delay from which a line is logged, and the interval at which it is repeated, in milliseconds. */
const [loggedMs, repeatMs] = [10_000, 60_000];

/** Creates a function that logs which transaction delays a table's live tail. */
export function createDelayLog(log: Logger, table: string): (watch: Pick<Watch, 'delay'>) => void {
  let loggedAt = -Infinity;
  return (watch) => {
    const delay = watch.delay();
    if (!delay || delay.ms < loggedMs || performance.now() - loggedAt < repeatMs) return;
    loggedAt = performance.now();
    log.warn(
      { table, pid: delay.pid, transaction: delay.transaction, seconds: Math.round(delay.ms / 1000) },
      'A write transaction that is still open delays the live tail',
    );
  };
}
