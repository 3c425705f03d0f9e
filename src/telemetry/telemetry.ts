import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { createLogger } from './logger.ts';

/** The server's log, and the end of its telemetry. */
export interface Telemetry {
  readonly log: Logger;
  /** Flushes what is left, within a time limit. */
  readonly end: () => Promise<void>;
}

/**
 * Time limit of flushing, in milliseconds. Together with draining, it stays below the 30 seconds that container
 * platforms give.
 */
const flushMs = 3000;

/**
 * Opens the log, and starts OpenTelemetry if a collector is configured; only then is its code loaded. Call it before
 * instruments are created, because those created earlier measure nothing.
 */
export async function startTelemetry({
  telemetry,
  logLevel,
}: Pick<Config, 'telemetry' | 'logLevel'>): Promise<Telemetry> {
  if (!telemetry) return { log: createLogger(logLevel), end: async () => {} };
  const log = createLogger(logLevel, { isTraced: true });
  const { startSdk } = await import('./sdk.ts');
  const shutdown = startSdk(telemetry, log);
  const { createLogStream } = await import('./logStream.ts');
  const { observeEventLoop } = await import('./eventLoop.ts');
  observeEventLoop();
  return {
    log: telemetry.logs ? createLogger(logLevel, { isTraced: true, further: createLogStream() }) : log,
    async end() {
      const late = wait(flushMs, 'late');
      const outcome = await Promise.race([shutdown().catch((error: unknown) => error), late]);
      if (outcome) log.warn({ err: outcome instanceof Error ? outcome : undefined }, 'Some telemetry was not sent');
    },
  };
}
