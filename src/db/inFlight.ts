import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { AppError } from '../errors.ts';

/** The memory for what all requests bring in: their bodies, and what PostgreSQL sends for them until the answer is taken. */
export interface InFlight {
  /** One request's part of it, of nothing as yet. */
  open(): Share;
  readonly held: number;
  readonly waiting: number;
}

export interface Share {
  /**
   * So many bytes are about to come. Waits for room where there is none; rejects with DATABASE_UNAVAILABLE when none
   * comes in time, or the share is released.
   */
  expect(bytes: number): Promise<void> | undefined;
  /** So many have come. What was not expected may find no room, and throws DATABASE_UNAVAILABLE. */
  add(bytes: number): void;
  /** So many are kept no longer, and may come again. */
  drop(bytes: number): void;
  /** The request is answered: from now on nothing of it counts. */
  release(): void;
}

interface Waiter {
  readonly fits: () => boolean;
  readonly enter: () => void;
}

/** Of each request this is free: those that bring no more never wait for those that do. */
const freeBytes = 32_768;

/** Bounds what is in flight by `limit` bytes; what is larger than all of that has it alone. Whoever fits goes ahead. */
export function createInFlight(limit: number, waitMs = 10_000): InFlight {
  const waiters = new Set<Waiter>();
  let held = 0;

  const full = (): AppError =>
    new AppError('DATABASE_UNAVAILABLE', 'The server has no memory left for this at the moment; try again', {
      cause: new Error(`${held} of ${limit} bytes are in flight, and ${waiters.size} requests wait for room`),
    });

  function serve(): void {
    for (const waiter of waiters) if (waiter.fits()) waiter.enter();
  }

  function open(): Share {
    let [arrived, counted] = [0, 0];
    let isReleased = false;
    let refuse = () => {};
    const missing = (total: number) => Math.max(0, total - freeBytes - counted);
    const fits = (bytes: number) => held === counted || held + bytes <= limit;
    const count = (bytes: number) => {
      held += bytes;
      counted += bytes;
    };
    const wait = (bytes: number) =>
      new Promise<void>((resolve, reject) => {
        const leave = () => {
          clearTimeout(timer);
          waiters.delete(waiter);
        };
        const enter = () => {
          leave();
          count(bytes);
          resolve();
        };
        const waiter = { fits: () => fits(bytes), enter };
        refuse = () => {
          leave();
          reject(full());
        };
        const timer = setTimeout(refuse, waitMs);
        waiters.add(waiter);
      });
    return {
      expect(bytes) {
        const more = missing(arrived + bytes);
        if (isReleased || more === 0) return;
        if (!fits(more)) return wait(more);
        count(more);
      },
      add(bytes) {
        arrived += bytes;
        const more = missing(arrived);
        if (isReleased || more === 0) return;
        if (!fits(more)) throw full();
        count(more);
      },
      drop(bytes) {
        arrived -= bytes;
      },
      release() {
        if (isReleased) return;
        isReleased = true;
        refuse();
        held -= counted;
        serve();
      },
    };
  }

  return {
    open,
    get held() {
      return held;
    },
    get waiting() {
      return waiters.size;
    },
  };
}

/**
 * How much of this process' memory requests may bring in: a quarter of the container's, or of the machine's. A byte that
 * comes is three or so by the time that it is answered: text, rows, values, JSON. Nor more than half of the heap.
 */
export function memoryForRequests(): number {
  const constrained = process.constrainedMemory();
  const memory = Math.min(totalmem(), constrained > 0 ? constrained : Number.POSITIVE_INFINITY);
  return Math.floor(Math.min(memory / 4, getHeapStatistics().heap_size_limit / 2));
}
