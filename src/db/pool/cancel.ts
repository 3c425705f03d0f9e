import { setTimeout as wait } from 'node:timers/promises';
import type pg from 'pg';
import { connectTo, next, openTls, type ServerAddress } from './socket.ts';

/** The session's key from the server's start-up messages; pg keeps it without declaring it. */
interface BackendKey {
  readonly processID: number;
  readonly secretKey: number;
}

export const backendKeyOf = (client: pg.Client): BackendKey => client as pg.Client & BackendKey;

const cancelCode = 80_877_102;

/**
 * Asks the server to cancel the session's statement, over a connection of its own that needs no login and also works
 * behind PgBouncer. Resolves when the server hangs up: by then the session has received the signal, and only then is it
 * safe to run the next statement. Source: PostgreSQL documentation, "Canceling Requests in Progress".
 */
export async function requestCancel(
  { host, port, ssl }: ServerAddress,
  client: pg.Client,
  timeoutMs: number,
): Promise<void> {
  const { processID, secretKey } = backendKeyOf(client);
  const request = Buffer.alloc(16);
  [request.length, cancelCode, processID, secretKey].forEach((word, i) => {
    request.writeInt32BE(word, 4 * i);
  });
  const socket = ssl ? await openTls(host, port, ssl.ca, timeoutMs) : await connectTo(host, port, timeoutMs);
  try {
    socket.resume();
    socket.write(request);
    await next(socket, 'end');
  } finally {
    socket.destroy();
  }
}

/** A session whose statement can be cancelled. */
export interface Stoppable {
  /** Asks the server to cancel the running statement; resolves when it can no longer hit a later one. */
  cancel(): Promise<void>;
  /** Closes the session; resolves when its socket is closed. */
  close(): Promise<void>;
}

/**
 * Cancels a session's statement when a signal aborts, or when `cancel` is called. It is a class because creating closures
 * and a signal for every statement would be slow.
 */
export class Canceller {
  readonly session: Stoppable;
  readonly #signal: AbortSignal | undefined;
  #stopping: { readonly settled: AbortController; readonly ended: Promise<void> } | undefined;
  #reason: unknown;

  constructor(session: Stoppable, signal?: AbortSignal) {
    this.session = session;
    this.#signal = signal;
    signal?.addEventListener('abort', this);
  }

  /** The reason for the first cancel; undefined if there was none. */
  get reason(): unknown {
    return this.#reason;
  }

  cancel(reason: unknown): void {
    if (this.#stopping) return;
    const settled = new AbortController();
    this.#reason = reason;
    this.#stopping = { settled, ended: stopUntil(settled.signal, this.session) };
  }

  /** Called by the signal. */
  handleEvent(): void {
    this.cancel(this.#signal?.reason);
  }

  /**
   * Ends the cancelling, which the caller must do when the work has settled. Resolves when no cancel is under way that
   * could hit the next statement. If that stays uncertain, the session is closed.
   */
  settle(): Promise<void> | undefined {
    this.#signal?.removeEventListener('abort', this);
    this.#stopping?.settled.abort();
    return this.#stopping?.ended;
  }
}

const patienceMs = 1000;
const pauseMs = 50;

/** Repeats the cancel, since one that arrives before the statement starts is lost. */
async function stopUntil(settled: AbortSignal, session: Stoppable): Promise<void> {
  const until = performance.now() + patienceMs;
  try {
    while (!settled.aborted) {
      if (performance.now() > until) throw new Error('The statement did not end after it was cancelled');
      await session.cancel();
      await wait(pauseMs, undefined, { signal: settled }).catch(() => {});
    }
  } catch {
    await session.close();
  }
}
