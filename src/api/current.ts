import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Api, type ApiSource, countsOf } from './api.ts';

/** The API that requests run on now, kept up with the database. */
export interface Served {
  /** Null until the first one is built. */
  readonly current: () => Api | null;
  /** Why there is no API yet, or not for much longer, for the readiness probe's log. */
  readonly problem: () => string | null;
  /** Compares the catalog with the one that is served, now; calls while one runs share the next. */
  readonly check: () => Promise<void>;
  /** Something speaks for another schema, such as an error: compares at once, but no sooner after the last time than `apartMs`. */
  readonly checkSoon: (reason?: Error) => Promise<void>;
  /** The same, and says whether the API has changed since then (`performance.now()`), or may have. */
  readonly hasChanged: (since: number, reason: Error) => Promise<boolean>;
  /** There are other persisted documents: serves these from now on, if they may be. */
  readonly refreshDocuments: () => void;
  /** Ends the looking; the API that is served stays, to answer what is still to come. */
  readonly stop: () => void;
}

export interface ServedOptions {
  readonly source: ApiSource;
  readonly pollMs: number;
  /** Hears of every API whose place another one has taken. */
  readonly onReplaced?: (api: Api) => void;
  /** Between comparisons that errors ask for, which anybody may cause. */
  readonly apartMs?: number;
  readonly log: Logger;
}

/** The first wait after a failed start and the longest, in milliseconds. */
const retryMs = { first: 1000, longest: 30_000 };

/**
 * Serves `first`, or builds one as soon as the database lets it; then looks for changes of the schema every `pollMs`.
 * A new API is built aside and takes the place of the old one whole; when that fails the old one stays.
 */
export function serveApi(first: Api | null, options: ServedOptions): Served {
  const { source, onReplaced, pollMs, apartMs = 1000, log } = options;
  const stopped = new AbortController();
  let current = first;
  let fingerprint = first?.introspection.fingerprint;
  let problem: string | null = first ? null : 'the catalog has not been read yet';
  let changedAt = 0;
  let running: Promise<void> | null = null;
  let again: Promise<void> | null = null;
  let comparedAt = Number.NEGATIVE_INFINITY;
  let asked: Promise<void> | null = null;

  async function compare(): Promise<void> {
    if (!current) return;
    comparedAt = performance.now();
    try {
      const now = await source.readFingerprint();
      if (now === fingerprint) return;
      const replaced = current;
      const found = await source.introspect(now);
      const isSame = found.digest === replaced.introspection.digest;
      if (!isSame) current = source.build(found);
      fingerprint = found.fingerprint;
      changedAt = performance.now(); // also where it was changed back: statements have failed in between
      if (isSame) return;
      log.info('The schema of the database changed; serving the new API');
      onReplaced?.(replaced);
    } catch (error) {
      changedAt = performance.now();
      log.warn({ err: error }, 'Could not follow a change of the schema; serving the API as it was');
    }
  }

  function check(): Promise<void> {
    if (again) return again;
    if (running) {
      again = running.then(() => {
        again = null;
        return check();
      });
      return again;
    }
    running = compare().finally(() => {
      running = null;
    });
    return running;
  }

  function checkSoon(reason?: Error): Promise<void> {
    asked ??= compareApart(reason).catch(() => {}); // the server stops
    return asked;
  }

  /** What asks for a comparison while one waits is answered by that one, and while one runs by the next. */
  async function compareApart(reason: Error | undefined): Promise<void> {
    log[reason ? 'warn' : 'info']({ err: reason }, 'The schema of the database may have changed: comparing it');
    await pause(Math.max(0, comparedAt + apartMs - performance.now()));
    asked = null;
    await check();
  }

  async function start(): Promise<void> {
    for (let delay = retryMs.first; !current; delay = Math.min(delay * 2, retryMs.longest)) {
      try {
        const found = await source.introspect();
        current = source.build(found);
        fingerprint = found.fingerprint;
        problem = null;
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error);
        log.warn({ err: error }, `Not ready: ${problem}`);
        await pause(delay * (0.5 + Math.random() / 2));
      }
    }
  }

  async function poll(): Promise<void> {
    await start();
    for (;;) {
      await pause(pollMs);
      await check();
    }
  }

  const pause = (ms: number) => wait(ms, undefined, { signal: stopped.signal, ref: false });
  void poll().catch((error: unknown) => {
    if (!stopped.signal.aborted) log.error({ err: error }, 'Stopped looking for changes of the schema');
  });

  function refreshDocuments(): void {
    if (!current) return;
    try {
      current = { ...current, documents: current.fitDocuments() };
      log.info(countsOf(current.documents), 'The persisted documents changed; serving the new ones');
    } catch (error) {
      log.error({ err: error }, 'The persisted documents changed; serving those of before');
    }
  }

  return {
    current: () => current,
    problem: () => (stopped.signal.aborted ? 'the server is stopping' : problem),
    check,
    checkSoon,
    async hasChanged(since, reason) {
      await checkSoon(reason);
      return changedAt >= since;
    },
    refreshDocuments,
    stop: () => stopped.abort(),
  };
}
