import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { createLogger } from './logger.ts';

/** What the server tells of itself while it runs. */
export interface Telemetry {
  readonly log: Logger;
  /** Sends what has not been sent, for so long at most. */
  readonly end: () => Promise<void>;
}

/** Together with the draining of requests less than the 30 seconds that a container platform gives. */
const flushMs = 3000;

/**
 * Opens the log and, where a collector is configured, starts OpenTelemetry, whose code is loaded only then. Instruments
 * that are made before this measure nothing.
 */
export async function startTelemetry({
  telemetry,
  logLevel,
}: Pick<Config, 'telemetry' | 'logLevel'>): Promise<Telemetry> {
  const log = createLogger(logLevel);
  if (!telemetry) return { log, end: async () => {} };
  const { startSdk } = await import('./sdk.ts');
  const shutdown = startSdk(telemetry, log);
  const { createLogStream } = await import('./logStream.ts');
  const { observeEventLoop } = await import('./eventLoop.ts');
  observeEventLoop();
  return {
    log: telemetry.logs ? createLogger(logLevel, createLogStream()) : log,
    async end() {
      const late = wait(flushMs, 'late');
      const outcome = await Promise.race([shutdown().catch((error: unknown) => error), late]);
      if (outcome) log.warn({ err: outcome instanceof Error ? outcome : undefined }, 'Some telemetry was not sent');
    },
  };
}
