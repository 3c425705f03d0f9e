import { AppError } from '../errors.ts';

/**
 * The memory that all requests together use for bodies and for PostgreSQL's results until the answer is taken. An open
 * stream holds a base share, and more while a message needs it.
 */
export interface InFlight {
  /** Opens the empty share of a caller's request, of which `free` bytes do not count. */
  open(caller: string, free?: number): Share;
  readonly held: number;
  readonly waiting: number;
}

/** The part of the memory in flight that one request uses. */
export interface Share {
  /**
   * Announces bytes. Waits if there is no room yet; rejects with DATABASE_UNAVAILABLE if there is none in time, or when
   * the share is released.
   */
  expect(bytes: number): Promise<void> | undefined;
  /** Adds bytes that arrived. Throws DATABASE_UNAVAILABLE if they were not announced and there is no room. */
  add(bytes: number): void;
  /** Removes bytes that are no longer held. Their room stays reserved, since they may be added again. */
  drop(bytes: number): void;
  /**
   * Turns the request into a stream, which holds bytes for its messages while it is open. Waits like `expect`; throws
   * DATABASE_UNAVAILABLE if too many streams are open.
   */
  stream(bytes: number): Promise<void> | undefined;
  /** Keeps this many of the bytes that arrived or were announced: none once a message of a stream is taken. */
  keep(bytes: number): void;
  /** Ends the share once the request is answered. */
  release(): void;
}

interface Waiter {
  readonly fits: () => boolean;
  readonly enter: () => void;
}

/** Base share of a stream: each message may use this much, and as much of its feed's rows, without waiting. */
export const bytesOfStream = 16_384;

/** Maximum number of open streams, which leaves some of the server's connections to requests and probes. */
export const maxStreams = 5000;

/** Free bytes of each request, so that small requests never wait for large ones. */
const freeBytes = 32_768;

/**
 * Creates the limit of what is in flight: `limit` bytes. A caller who already holds some leaves the last fifth to
 * callers who hold none. The number of streams is limited likewise. A request larger than the limit runs alone, apart
 * from streams. A request that fits may overtake those that do not.
 */
export function createInFlight(limit: number, waitMs = 10_000, streams = maxStreams): InFlight {
  const waiters = new Set<Waiter>();
  const heldBy = new Map<string, number>();
  let held = 0;
  /** Bytes that streams hold between messages, or wait for, in total and by caller. */
  let lasting = 0;
  const lastingOf = new Map<string, number>();

  const full = (what = 'memory left for this request'): AppError =>
    new AppError('DATABASE_UNAVAILABLE', `The server has no ${what} at the moment; try again`, {
      cause: new Error(`${held} of ${limit} bytes are in flight, and ${waiters.size} requests wait for room`),
    });

  function hold(caller: string, bytes: number): void {
    held += bytes;
    grow(heldBy, caller, bytes);
    if (bytes < 0) admit();
  }

  /** Lets in all who fit, then looks again: a request larger than the limit does not fit while a stream waits. */
  function admit(): void {
    const before = waiters.size;
    for (const waiter of waiters) if (waiter.fits()) waiter.enter();
    if (waiters.size < before) admit();
  }

  function open(caller: string, free = freeBytes): Share {
    /** Bytes that arrived and are still held. */
    let arrived = 0;
    /** Bytes that count against the limit, announced or arrived. */
    let counted = 0;
    /** The base share of a stream. */
    let least = 0;
    let isReleased = false;
    let refuse = () => {};
    const missing = (total: number) => Math.max(0, total - free - counted);
    const fits = (bytes: number) => {
      // Apart from this request, only streams hold something.
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

/** Returns the room for a caller: the last fifth is reserved for those who hold nothing. */
const roomOf = (all: number, holdsSome: boolean): number => (holdsSome ? 0.8 * all : all);

function grow(held: Map<string, number>, caller: string, bytes: number): void {
  const own = (held.get(caller) ?? 0) + bytes;
  if (own > 0) held.set(caller, own);
  else held.delete(caller);
}
