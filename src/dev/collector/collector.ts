import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import { createReplay } from './replay.ts';
import { createSend, UnavailableError } from './send.ts';

export interface CollectorOptions {
  /** URL of the API. */
  readonly url: string;
  readonly log: Logger;
  /** Interval at which it looks for what is due. */
  readonly everyMs?: number;
  /** Number of events in the table at which it stops: about nine months after the first start, at the sample's rate. */
  readonly maxEvents?: number;
}

export interface Collector {
  /** Stops the collector; resolves when it sends nothing more. */
  readonly stop: () => Promise<void>;
}

/**
 * Runs a simulated collector for the embedded database. It writes through the API like any other client. It repeats the
 * sample's events whole weeks later, and first catches up on the time when it was not running.
 */
export function runCollector({ url, log, everyMs = 5000, maxEvents = 1_000_000 }: CollectorOptions): Collector {
  const stopped = new AbortController();
  const { signal } = stopped;
  const replay = createReplay(createSend(url, signal));

  async function run(): Promise<void> {
    for (let isBehind = true; ; ) {
      if (!isBehind) await wait(everyMs, undefined, { signal });
      try {
        const { total, isDone } = await replay(new Date());
        if (total >= maxEvents) break;
        isBehind = !isDone;
      } catch (error) {
        signal.throwIfAborted();
        isBehind = false;
        if (!(error instanceof UnavailableError)) log.warn({ err: error }, 'The simulated collector skipped a batch');
      }
    }
    log.warn(
      `The simulated collector stopped: there are ${maxEvents} events. Stop the server and delete its data to begin again`,
    );
  }

  const running = run().catch((error: unknown) => {
    if (!signal.aborted) log.warn({ err: error }, 'The simulated collector stopped');
  });
  return {
    async stop() {
      stopped.abort();
      await running;
    },
  };
}
