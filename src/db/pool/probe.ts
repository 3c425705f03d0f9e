import type { Pool } from './pool.ts';
import { withRetry } from './retry.ts';

/** How long the database may take to answer: shorter than the probes of container platforms wait. */
const probeMs = 2000;

/** How long an answer is good for: however many ask, the database is asked once in this time. */
const goodForMs = 1000;

/** Resolves when the database can be asked; rejects with the reason. */
export type Probe = () => Promise<void>;

/** Looks whether the database answers, one look at a time for all who ask. */
export function createProbe(pool: Pick<Pool, 'use' | 'stats' | 'statementTimeoutMs'>): Probe {
  let answer: Promise<void> | null = null;
  const forget = () => {
    answer = null;
  };
  return () => {
    answer ??= look(pool).finally(() => setTimeout(forget, goodForMs).unref());
    return answer;
  };
}

/**
 * Asks over a connection like any other. Where none becomes free in time the pool is busy, not the database away: it
 * works for those who hold them, and a connection that PostgreSQL does not answer on is lost by the end of its statement.
 */
async function look(pool: Parameters<typeof createProbe>[0]): Promise<void> {
  const signal = AbortSignal.timeout(probeMs);
  const silence = new Promise<never>((_, reject) => {
    signal.onabort = () => reject(new Error(`The database did not answer within ${probeMs} ms`));
  });
  let asked = false;
  const asking = withRetry(
    pool,
    'read',
    (client) => {
      asked = true;
      return client.query('select 1');
    },
    { signal },
  );
  try {
    await Promise.race([asking, silence]);
  } catch (error) {
    const { open, problem } = pool.stats();
    const isBusy = !asked && open > 0 && problem === null;
    if (!isBusy) throw error;
  }
}
