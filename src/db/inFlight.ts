import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { AppError } from '../errors.ts';

/**
 * The memory for what all requests bring in: their bodies, and what PostgreSQL sends for them until the answer is taken.
 * Streams hold a part for as long as they are open, and more while a message needs it.
 */
export interface InFlight {
  /** A caller's request's part of it, of nothing as yet. So many bytes of it are free. */
  open(caller: string, free?: number): Share;
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
  /**
   * The request is a stream, whose messages have so many bytes for as long as it is open. Waits for them as `expect`;
   * throws DATABASE_UNAVAILABLE where as many are open as may be.
   */
  stream(bytes: number): Promise<void> | undefined;
  /** Of what came, and was expected, so many bytes are kept and no more: none when a message of a stream is taken. */
  keep(bytes: number): void;
  /** The request is answered: from now on nothing of it counts. */
  release(): void;
}

interface Waiter {
  readonly fits: () => boolean;
  readonly enter: () => void;
}

/** What a stream has for itself: so much, and as much of the rows of its feed, each message has without waiting. */
export const bytesOfStream = 16_384;

/** Streams beyond are refused, so that some of the server's connections are left for requests and probes. */
export const maxStreams = 5000;

/** Of each request this is free: those that bring no more never wait for those that do. */
const freeBytes = 32_768;

/**
 * Bounds what is in flight by `limit` bytes, of which a caller who holds some already leaves the last fifth to those who
 * hold none; likewise the number of streams. What is larger than all of that has it alone, but for streams. Whoever fits
 * goes ahead.
 */
export function createInFlight(limit: number, waitMs = 10_000, streams = maxStreams): InFlight {
  const waiters = new Set<Waiter>();
  const heldBy = new Map<string, number>();
  let held = 0;
  /** Of that, what streams hold for as long as they are open: all, and each caller's. */
  let lasting = 0;
  const lastingOf = new Map<string, number>();

  const full = (what = 'memory left for this request'): AppError =>
    new AppError('DATABASE_UNAVAILABLE', `The server has no ${what} at the moment; try again`, {
      cause: new Error(`${held} of ${limit} bytes are in flight, and ${waiters.size} requests wait for room`),
    });

  function hold(caller: string, bytes: number): void {
    held += bytes;
    grow(heldBy, caller, bytes);
    if (bytes < 0) for (const waiter of waiters) if (waiter.fits()) waiter.enter();
  }

  function open(caller: string, free = freeBytes): Share {
    let [arrived, counted, least] = [0, 0, 0];
    let isReleased = false;
    let refuse = () => {};
    const missing = (total: number) => Math.max(0, total - free - counted);
    const fits = (bytes: number) => {
      if (held - counted === lasting - least) return true;
      return held + bytes <= roomOf(limit, (heldBy.get(caller) ?? 0) > counted);
    };
    const count = (bytes: number) => {
      counted += bytes;
      hold(caller, bytes);
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
    const holdLasting = (bytes: number) => {
      lasting += bytes - least;
      grow(lastingOf, caller, bytes - least);
      least = bytes;
    };
    const share: Share = {
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
        arrived = Math.max(0, arrived - bytes);
      },
      stream(bytes) {
        if (lasting + bytes > roomOf(streams * bytes, lastingOf.has(caller))) throw full('room for another stream');
        share.keep(0);
        free = 0;
        if (!isReleased) holdLasting(bytes);
        return share.expect(bytes);
      },
      keep(bytes) {
        arrived = bytes;
        const kept = Math.max(least, bytes - free);
        if (counted > kept) count(kept - counted);
      },
      release() {
        if (isReleased) return;
        isReleased = true;
        refuse();
        holdLasting(0);
        count(-counted);
      },
    };
    return share;
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

/** The last fifth is for those who hold none. */
const roomOf = (all: number, holdsSome: boolean): number => (holdsSome ? 0.8 * all : all);

function grow(held: Map<string, number>, caller: string, bytes: number): void {
  const own = (held.get(caller) ?? 0) + bytes;
  if (own > 0) held.set(caller, own);
  else held.delete(caller);
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
