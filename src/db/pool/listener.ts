import { setTimeout as wait } from 'node:timers/promises';
import type { TokenSource } from '../../auth/identity/tokenSource.ts';
import { asError } from '../../errors.ts';
import { type Notice, noticeChannel, readNotice } from '../sql/notice.ts';
import { type ConnectionOptions, openConnection } from './connection.ts';
import { createReporter } from './report.ts';

export interface Listener {
  /** Starts listening and reconnects whenever the connection is lost. Repeated calls have no effect. */
  start(): void;
  stop(): Promise<void>;
}

export interface ListenerOptions {
  /** The server; the listener has a connection of its own. */
  readonly server: ConnectionOptions;
  readonly tokens: TokenSource;
  /** Called with each notice; with null if some may have been missed or one cannot be read. */
  readonly onNotice: (notice: Notice | null) => void;
  /** Called with the reason why a connection was lost or not opened; with the same one at most once a minute. */
  readonly onError: (error: Error) => void;
}

/** Delays between attempts, and the greatest age of a connection, in milliseconds. */
const pauses = { first: 500, longest: 30_000 };
const maxLifetimeMs = 2_700_000;

/**
 * Creates a listener for the notices of triggers. A notice only wakes those who poll; a missed one is made up for by
 * the next poll.
 */
export function createListener({ server, tokens, onNotice, onError }: ListenerOptions): Listener {
  const stopped = new AbortController();
  const { signal } = stopped;
  const { report } = createReporter({ onError });
  let running: Promise<void> | null = null;

  async function listen(): Promise<void> {
    const connection = await openConnection(server, tokens);
    try {
      connection.client.on('notification', ({ payload }) => onNotice(readNotice(payload)));
      await connection.client.query(`LISTEN ${noticeChannel}`);
      onNotice(null);
      const aged = wait(maxLifetimeMs, null, { ref: false, signal }).catch(() => null);
      await Promise.race([connection.closed, aged]);
    } finally {
      await connection.close();
    }
  }

  async function run(): Promise<void> {
    let pause = pauses.first;
    while (!signal.aborted) {
      const began = performance.now();
      await listen().catch((error: unknown) => report('lost', asError(error)));
      if (performance.now() - began > pauses.longest) pause = pauses.first;
      await wait(pause, null, { ref: false, signal }).catch(() => null);
      pause = Math.min(pause * 2, pauses.longest);
    }
  }

  return {
    start() {
      running ??= run();
    },
    async stop() {
      stopped.abort();
      await running;
    },
  };
}
