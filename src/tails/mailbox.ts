import { streamTurns } from './streamTurns.ts';

/** The reason why the server ends a stream. */
export type StreamEnd = 'TIME_LIMIT' | 'TOKEN_EXPIRED' | 'TOO_SLOW' | 'SCHEMA_CHANGED' | 'SHUTDOWN';

/** A bounded queue for one client, so that a client which does not read costs no more than one which does. */
export interface Mailbox<T> {
  /** Adds an item. An item beyond the limit ends the mailbox; items that nobody will take are dropped. */
  put(item: T): void;
  /** Ends the mailbox and drops what was not taken: the client resumes after what it took. */
  end(reason: StreamEnd): void;
  /** Closes the mailbox after the client has left. */
  close(): void;
  /** Takes the next item, or calls `otherwise` if none arrives in time or the mailbox is over. */
  take(ms: number, otherwise: () => T): Promise<T>;
  readonly ended: StreamEnd | null;
  readonly isOver: boolean;
  readonly isEmpty: boolean;
  /** Resolves when the mailbox ends or closes. */
  readonly over: Promise<void>;
}

export function createMailbox<T>(size: number, drop: (item: T) => void): Mailbox<T> {
  const items: T[] = [];
  const { promise: over, resolve: finish } = Promise.withResolvers<void>();
  let ended: StreamEnd | null = null;
  let isOver = false;
  let wake = () => {};
  const stop = () => {
    isOver = true;
    for (const item of items.splice(0)) drop(item);
    finish();
    wake();
  };
  const end = (reason: StreamEnd) => {
    if (isOver) return;
    ended = reason;
    stop();
  };
  return {
    put(item) {
      if (isOver) return drop(item);
      items.push(item);
      if (items.length > size) end('TOO_SLOW');
      else wake();
    },
    end,
    close: stop,
    async take(ms, otherwise) {
      if (items.length === 0 && !isOver) {
        const { promise, resolve } = Promise.withResolvers<void>();
        const timer = setTimeout(() => streamTurns.add(resolve), ms).unref();
        wake = resolve;
        await promise;
        clearTimeout(timer);
      }
      return items.shift() ?? otherwise();
    },
    get ended() {
      return ended;
    },
    get isEmpty() {
      return items.length === 0;
    },
    get isOver() {
      return isOver;
    },
    over,
  };
}
