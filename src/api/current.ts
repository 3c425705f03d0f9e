import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import { errorMessage } from '../errors.ts';
import { type Api, type ApiSource, countsOf } from './api.ts';

/** The API on which requests run now, kept up to date with the database. */
export interface ServedApi {
  /** Returns the current API; null until the first one is built. */
  readonly current: () => Api | null;
  /** Tells whether the server should get requests: it has an API, and is not stopping. */
  readonly serves: () => boolean;
  /** Compares the catalog now with the one that the API was built from. Calls during a comparison share the next one. */
  readonly check: () => Promise<void>;
  /** Compares because of a hint, such as an error, but at least `apartMs` after the last time. */
  readonly checkSoon: (reason?: Error) => Promise<void>;
  /** Compares like `checkSoon`; tells whether the API has changed, or may have, since a time of `performance.now()`. */
  readonly hasChanged: (since: number, reason: Error) => Promise<boolean>;
  /** Serves the persisted documents that were read last, if they may be served. */
  readonly refreshDocuments: () => void;
  /** Stops comparing; the API keeps answering. */
  readonly stop: () => void;
}

export interface ServedApiOptions {
  readonly source: ApiSource;
  readonly pollMs: number;
  /** Called with every API that was replaced. */
  readonly onReplaced?: (api: Api) => void;
  /** Minimum time between comparisons that errors ask for, since clients can cause errors. */
  readonly apartMs?: number;
  readonly log: Logger;
}

/** Delays between attempts to start, in milliseconds. */
const retryMs = { first: 1000, longest: 30_000 };

/**
 * Creates the served API: `first`, or one built as soon as the database allows it. It then compares the catalog every
 * `pollMs`. A new API is built beside the old one and replaces it as a whole; if building fails, the old one stays.
 */
export function createServedApi(first: Api | null, options: ServedApiOptions): ServedApi {
  const { source, onReplaced, pollMs, apartMs = 1000, log } = options;
  const stopped = new AbortController();
  let current = first;
  let fingerprint = first?.introspection.fingerprint;
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
      changedAt = performance.now(); // even if it was changed back, since statements may have failed in between
      if (isSame) return;
      log.info('The schema of the database changed; serving the new API');
      onReplaced?.(replaced);
    } catch (error) {
      changedAt = performance.now();
      log.warn({ err: error }, 'Could not check for a schema change, or apply it; still serving the previous API');
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
    asked ??= compareApart(reason).catch(() => {}); // it rejects only if the server stops
    return asked;
  }

  /**
   * Compares once for several hints: those during the wait share this comparison, and those during the comparison share
   * the next one.
   */
  async function compareApart(reason: Error | undefined): Promise<void> {
    log[reason ? 'warn' : 'info']({ err: reason }, 'The schema of the database may have changed; reading it again');
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
      } catch (error) {
        log.warn({ err: error }, `Not ready: ${errorMessage(error)}`);
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
    if (!stopped.signal.aborted) log.error({ err: error }, 'Stopped watching for schema changes');
  });

  function refreshDocuments(): void {
    if (!current) return;
    try {
      current = { ...current, documents: current.fitDocuments() };
      log.info(countsOf(current.documents), 'The persisted documents changed; serving the new ones');
    } catch (error) {
      log.error({ err: error }, 'The persisted documents changed but are invalid; still serving the previous ones');
    }
  }

  return {
    current: () => current,
    serves: () => current !== null && !stopped.signal.aborted,
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
