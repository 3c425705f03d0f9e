import { codeOf } from '../../errors.ts';
import { isConnectionLost } from './connectionLost.ts';
import type { Lender, UseOptions, Work } from './pool.ts';

const maxRuns = 3;

/** The meter is for reads. */
export type RetryOptions = Pick<UseOptions, 'signal' | 'borrower' | 'meter'>;

/**
 * Runs `work` on a connection, and at most twice again on one that is known to live, when its connection died or it was
 * rolled back: a read always, a write only when it is certain that it was not applied. Not after the time that a
 * statement may take.
 * Failed logins need no such rule: no work has begun, and the pool goes on trying while the request waits.
 *
 * When the signal aborts, or a meter throws, a read ends at once and is cancelled in PostgreSQL; a write that has begun
 * runs to its end.
 */
export async function withRetry<T>(
  pool: Lender,
  kind: 'read' | 'write',
  work: Work<T>,
  { signal, borrower, meter }: RetryOptions = {},
): Promise<T> {
  const deadline = performance.now() + pool.statementTimeoutMs;
  for (let run = 1, aliveSince = 0; ; run++) {
    try {
      const ofRead = kind === 'read' && { cancel: true, meter };
      return await pool.use(work, { borrower, aliveSince, signal, ...ofRead });
    } catch (error) {
      aliveSince = performance.now();
      const may = isRolledBack(error) || (kind === 'read' ? isConnectionLost(error) : isNotSent(error));
      if (!may || run === maxRuns || aliveSince >= deadline) throw error;
    }
  }
}

/** A serialization failure, a deadlock, or what replication had to remove from under a read on a standby. */
const isRolledBack = (error: unknown): boolean => /^40(001|P01)$/.test(codeOf(error) ?? '');

/** pg refuses a query on a connection that it knows to be dead. Any other loss may be one of the answer only. */
const isNotSent = (error: unknown): boolean =>
  error instanceof Error && /^Client (has encountered|was closed).* not queryable$/.test(error.message);
