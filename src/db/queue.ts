/** Those who wait for something to be lent, first come first served; nobody waits for ever. */
export interface Queue<T> {
  readonly length: number;
  /** Answers the first thing offered that `suits`; rejects with `late()` after `ms`. */
  wait(suits: (thing: T) => boolean, ms: number, late: () => Error): Promise<T>;
  /** Whether someone took it. */
  offer(thing: T): boolean;
  /** From now on everyone waits at most `ms` more. */
  hurry(ms: number): void;
}

interface Waiter<T> {
  readonly suits: (thing: T) => boolean;
  readonly resolve: (thing: T) => void;
  readonly giveUp: () => void;
  until: number;
  timer: NodeJS.Timeout;
}

export function createQueue<T>(): Queue<T> {
  const waiters = new Set<Waiter<T>>();
  return {
    get length() {
      return waiters.size;
    },
    wait: (suits, ms, late) =>
      new Promise((resolve, reject) => {
        const giveUp = () => {
          waiters.delete(waiter);
          reject(late());
        };
        const waiter = { suits, resolve, giveUp, until: performance.now() + ms, timer: setTimeout(giveUp, ms) };
        waiters.add(waiter);
      }),
    offer(thing) {
      for (const waiter of waiters) {
        if (!waiter.suits(thing)) continue;
        clearTimeout(waiter.timer);
        waiters.delete(waiter);
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
