import { codeOf } from '../../errors.ts';
import { isConnectionLost } from './connectionLost.ts';
import type { Lender, UseOptions, Work } from './pool.ts';

const maxRuns = 3;

/** Options of work that may run again; only reads use the meter. */
export type RetryOptions = Pick<UseOptions, 'signal' | 'borrower' | 'meter'>;

/**
 * Runs `work` on a connection. If the transaction is rolled back or the connection dies, it repeats the work, at most twice
 * and only within the time limit of a statement. After a rollback it repeats reads and writes. After a lost connection it
 * uses one that has answered since, and repeats a write only if it was certainly not sent. The pool retries failed logins
 * while the request waits. When the signal aborts or a meter throws, a read ends at once and is cancelled in PostgreSQL; a
 * write that has begun finishes.
 */
export async function withRetry<T>(
  pool: Lender,
  kind: 'read' | 'write',
  work: Work<T>,
  { signal, borrower, meter }: RetryOptions = {},
): Promise<T> {
  const deadline = performance.now() + pool.statementTimeoutMs;
  for (let run = 1, aliveSince: number | undefined; ; run++) {
    try {
      const ofRead = kind === 'read' && { cancel: true, meter };
      return await pool.use(work, { borrower, aliveSince, signal, ...ofRead });
    } catch (error) {
      const now = performance.now();
      const isDead = kind === 'read' ? isConnectionLost(error) : isNotSent(error);
      if (!(isDead || isRolledBack(error)) || run === maxRuns || now >= deadline) throw error;
      aliveSince = isDead ? now : (aliveSince ?? 0);
    }
  }
}

/**
 * Tells whether a transaction was rolled back: by a serialization failure, a deadlock, or a conflict with recovery on a
 * standby.
 */
const isRolledBack = (error: unknown): boolean => /^40(001|P01)$/.test(codeOf(error) ?? '');

/** Tells whether pg refused to send a query on a dead connection. With any other loss the query may have run. */
const isNotSent = (error: unknown): boolean =>
  error instanceof Error && /^Client (has encountered|was closed).* not queryable$/.test(error.message);
