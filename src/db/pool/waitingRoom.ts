import type { Borrower, Turns } from './turns.ts';

/** Borrowers who wait for something, by caller and request, each with a time limit. */
export interface WaitingRoom<T> {
  readonly length: number;
  /** Number of waits that would end at once, within the borrowers' shares, if there were enough for all. */
  readonly wanting: number;
  /**
   * Waits for something that `suits` in the borrower's turn; rejects with `late()` after `ms`, or with the signal's
   * reason.
   */
  wait(borrower: Borrower, options: WaitOptions<T>): Promise<T>;
  /**
   * Offers a thing to those who wait, and returns who took it. The caller who used least comes first; callers who used the
   * same alternate, and so do the requests of each.
   */
  offer(thing: T): Borrower | null;
  /** Ends all present waits in `ms` at the latest. */
  hurry(ms: number): void;
}

export interface WaitOptions<T> {
  readonly suits: (thing: T) => boolean;
  readonly ms: number;
  readonly late: () => Error;
  readonly signal?: AbortSignal | undefined;
}

interface Waiter<T> {
  readonly borrower: Borrower;
  readonly suits: (thing: T) => boolean;
  readonly resolve: (thing: T) => void;
  readonly giveUp: () => void;
  /** Stops waiting. */
  readonly leave: () => void;
  until: number;
  timer: NodeJS.Timeout;
}

/** Creates an empty waiting room; `turns` decides who may be served and who is next. */
export function createWaitingRoom<T>(turns: Pick<Turns, 'isDue' | 'share' | 'shareWhenOpen' | 'used'>): WaitingRoom<T> {
  /** Waiters by caller, in the order in which the caller's requests are served. */
  const queues = new Map<string, Waiter<T>[]>();
  let length = 0;
  const all = () => [...queues.values()].flat();

  function enter(waiter: Waiter<T>): void {
    const { caller } = waiter.borrower;
    const queue = queues.get(caller);
    if (queue) queue.push(waiter);
    else queues.set(caller, [waiter]);
    length++;
  }

  function leave(waiter: Waiter<T>): void {
    const { caller } = waiter.borrower;
    const queue = queues.get(caller) ?? [];
    const place = queue.indexOf(waiter);
    if (place < 0) return;
    queue.splice(place, 1);
    length--;
    if (queue.length === 0) queues.delete(caller);
  }

  /** Returns the waiting callers who may have a connection now, those who used least first. */
  function due(): readonly string[] {
    const found = [];
    for (const caller of queues.keys()) if (turns.isDue(caller)) found.push({ caller, used: turns.used(caller) });
    return found.sort((a, b) => a.used - b.used).map(({ caller }) => caller);
  }

  /** Serves the first waiter of a queue whom a thing suits, and moves that request behind the caller's others. */
  function serveOne(queue: Waiter<T>[], thing: T): Borrower | null {
    const waiter = queue.find(({ borrower, suits }) => turns.share(borrower) > 0 && suits(thing));
    if (!waiter) return null;
    const { borrower } = waiter;
    waiter.leave();
    if (queue.some((other) => other.borrower === borrower))
      queue.sort((a, b) => Number(a.borrower === borrower) - Number(b.borrower === borrower));
    waiter.resolve(thing);
    return borrower;
  }

  return {
    get length() {
      return length;
    },
    get wanting() {
      const waiting = new Map<Borrower, number>();
      for (const { borrower } of all()) waiting.set(borrower, (waiting.get(borrower) ?? 0) + 1);
      let count = 0;
      for (const [borrower, waits] of waiting) count += Math.min(waits, turns.shareWhenOpen(borrower));
      return count;
    },
    wait: (borrower, { suits, ms, late, signal }) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const stop = () => {
          clearTimeout(waiter.timer);
          signal?.removeEventListener('abort', abort);
          leave(waiter);
        };
        const giveUp = () => {
          stop();
          reject(late());
        };
        const abort = () => {
          stop();
          reject(signal?.reason);
        };
        const until = performance.now() + ms;
        const waiter: Waiter<T> = {
          borrower,
          suits,
          resolve,
          giveUp,
          leave: stop,
          until,
          timer: setTimeout(giveUp, ms),
        };
        signal?.addEventListener('abort', abort);
        enter(waiter);
      }),
    offer(thing) {
      for (const caller of due()) {
        const queue = queues.get(caller) ?? [];
        const borrower = serveOne(queue, thing);
        if (!borrower) continue;
        if (queues.delete(caller)) queues.set(caller, queue);
        return borrower;
      }
      return null;
    },
    hurry(ms) {
      const until = performance.now() + ms;
      for (const waiter of all()) {
        if (waiter.until <= until) continue;
        clearTimeout(waiter.timer);
        waiter.until = until;
        waiter.timer = setTimeout(waiter.giveUp, ms);
      }
    },
  };
}
