import type { Pool } from './pool.ts';
import { withRetry } from './retry.ts';

/** Time that the database has to answer, shorter than the timeouts of container platforms' probes. */
const probeMs = 2000;

/** Time for which an answer is reused, so that the database is asked once however many probes arrive. */
const goodForMs = 1000;

/** Resolves if the database works; rejects with the reason if not. */
export type Probe = () => Promise<void>;

/** Creates a probe of the database that runs one check at a time for all callers. */
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
 * Checks over an ordinary connection. If none becomes free in time, the pool is busy but the database is working for
 * those who hold its connections. A connection that gets no answer is lost when its statement times out.
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
