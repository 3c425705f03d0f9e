/** Those who wait for something to be lent, first come first served; nobody waits for ever. */
export interface Queue<T> {
  readonly length: number;
  /** Answers the first thing offered that `suits`; rejects with `late()` after `ms`, or with the signal's reason. */
  wait(suits: (thing: T) => boolean, ms: number, late: () => Error, signal?: AbortSignal): Promise<T>;
  /** Whether someone took it. */
  offer(thing: T): boolean;
  /** From now on everyone waits at most `ms` more. */
  hurry(ms: number): void;
}

interface Waiter<T> {
  readonly suits: (thing: T) => boolean;
  readonly resolve: (thing: T) => void;
  readonly giveUp: () => void;
  /** It waits no more, whatever for. */
  readonly leave: () => void;
  until: number;
  timer: NodeJS.Timeout;
}

export function createQueue<T>(): Queue<T> {
  const waiters = new Set<Waiter<T>>();
  return {
    get length() {
      return waiters.size;
    },
    wait: (suits, ms, late, signal) =>
      new Promise((resolve, reject) => {
        const leave = () => {
          clearTimeout(waiter.timer);
          signal?.removeEventListener('abort', abort);
          waiters.delete(waiter);
        };
        const giveUp = () => {
          leave();
          reject(late());
        };
        const abort = () => {
          leave();
          reject(signal?.reason);
        };
        const waiter = { suits, resolve, giveUp, leave, until: performance.now() + ms, timer: setTimeout(giveUp, ms) };
        signal?.addEventListener('abort', abort);
        waiters.add(waiter);
      }),
    offer(thing) {
      for (const waiter of waiters) {
        if (!waiter.suits(thing)) continue;
        waiter.leave();
        waiter.resolve(thing);
        return true;
      }
      return false;
    },
    hurry(ms) {
      for (const waiter of waiters) {
        const until = performance.now() + ms;
        if (waiter.until <= until) continue;
        clearTimeout(waiter.timer);
        waiter.until = until;
        waiter.timer = setTimeout(waiter.giveUp, ms);
      }
    },
  };
}
