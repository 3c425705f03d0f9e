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
   * Offers a thing to those who wait, and returns who took it. The caller who used least comes first, and that caller's
   * requests take turns.
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
  readonly suits: (thing: T) => boolean;
  readonly resolve: (thing: T) => void;
  readonly giveUp: () => void;
  /** Stops waiting. */
  readonly leave: () => void;
  until: number;
  timer: NodeJS.Timeout;
}

type Requests<T> = Map<object, Set<Waiter<T>>>;

/** Creates an empty waiting room; `turns` decides who may be served and who is next. */
export function createWaitingRoom<T>(turns: Pick<Turns, 'isDue' | 'share' | 'shareWhenOpen' | 'used'>): WaitingRoom<T> {
  const callers = new Map<string, Requests<T>>();
  let length = 0;

  function enter({ caller, request }: Borrower, waiter: Waiter<T>): void {
    const requests = callers.get(caller) ?? new Map();
    const waiters = requests.get(request) ?? new Set();
    callers.set(caller, requests.set(request, waiters.add(waiter)));
    length++;
  }

  function leave({ caller, request }: Borrower, waiter: Waiter<T>): void {
    const requests = callers.get(caller);
    const waiters = requests?.get(request);
    if (!waiters?.delete(waiter)) return;
    length--;
    if (waiters.size === 0) requests?.delete(request);
    if (requests?.size === 0) callers.delete(caller);
  }

  /** Returns the waiting callers who may have a connection now, those who used least first. */
  function due(): readonly string[] {
    const found = [];
    for (const caller of callers.keys()) if (turns.isDue(caller)) found.push({ caller, used: turns.used(caller) });
    return found.sort((a, b) => a.used - b.used).map(({ caller }) => caller);
  }

  /** Serves the first waiter whom a thing suits, and moves the request behind the caller's other requests. */
  function serveOne({ caller, request }: Borrower, waiters: Set<Waiter<T>>, thing: T): boolean {
    for (const waiter of waiters) {
      if (!waiter.suits(thing)) continue;
      waiter.leave();
      const requests = callers.get(caller);
      if (requests?.delete(request)) requests.set(request, waiters);
      waiter.resolve(thing);
      return true;
    }
    return false;
  }

  const all = () => [...callers.values()].flatMap((requests) => [...requests.values()].flatMap((set) => [...set]));

  return {
    get length() {
      return length;
    },
    get wanting() {
      let count = 0;
      for (const [caller, requests] of callers)
        for (const [request, { size }] of requests) count += Math.min(size, turns.shareWhenOpen({ caller, request }));
      return count;
    },
    wait: (borrower, { suits, ms, late, signal }) =>
      new Promise((resolve, reject) => {
        const stop = () => {
          clearTimeout(waiter.timer);
          signal?.removeEventListener('abort', abort);
          leave(borrower, waiter);
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
        const waiter: Waiter<T> = { suits, resolve, giveUp, leave: stop, until, timer: setTimeout(giveUp, ms) };
        signal?.addEventListener('abort', abort);
        enter(borrower, waiter);
      }),
    offer(thing) {
      for (const caller of due()) {
        for (const [request, waiters] of callers.get(caller) ?? []) {
          const borrower = { caller, request };
          if (turns.share(borrower) > 0 && serveOne(borrower, waiters, thing)) return borrower;
        }
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
