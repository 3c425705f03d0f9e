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
  cancel(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Cancels the session's statement when a signal aborts. Call `settle` when the work has settled; it resolves when no
 * cancel is under way that could hit the next statement. If that stays uncertain, the session is closed.
 */
export function cancelOn(signals: readonly AbortSignal[], session: Stoppable): { settle(): Promise<void> | undefined } {
  let stopping: { readonly settled: AbortController; readonly ended: Promise<void> } | undefined;
  const stop = () => {
    if (stopping) return;
    const settled = new AbortController();
    stopping = { settled, ended: stopUntil(settled.signal, session) };
  };
  for (const signal of signals) signal.addEventListener('abort', stop);
  return {
    settle() {
      for (const signal of signals) signal.removeEventListener('abort', stop);
      stopping?.settled.abort();
      return stopping?.ended;
    },
  };
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
