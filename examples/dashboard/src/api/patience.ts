/**
 * Returns the pause after this many failures in a row, in milliseconds: 1, 2, 4, 8, then 10 s, each a quarter more or
 * less at random.
 */
export const backoff = (failures: number): number =>
  Math.min(10_000, 1000 * 2 ** (failures - 1)) * (0.75 + Math.random() / 2);

/** Resolves after a while, or as soon as the signal aborts. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
