import type { Borrower } from './turns.ts';

/** The work of a slice. */
export interface SliceSize {
  /** Bytes of a result that it parses. */
  readonly bytes: number;
  /** Values of an answer that it reads or writes. */
  readonly values: number;
}

/** The first slice. Ordinary responses fit in it, because a response keeps its rows in memory during each pause. */
export const firstSlice: SliceSize = { bytes: 524_288, values: 10_000 };

/** Every further slice, which is short because others wait for it. */
export const nextSlices: SliceSize = { bytes: 65_536, values: 2000 };

interface Waiter {
  /** Orders the requests by when their long work began. */
  readonly place: number;
  readonly begin: () => void;
}

const waiting = new Map<string, Waiter[]>();
const places = new WeakMap<object, number>();
let lastPlace = 0;

/**
 * Waits for the next slice of long work. A turn of the event loop does at most one, because small requests need short
 * turns: a turn accepts only one connection, and a request takes several. Callers alternate. Among the requests of one
 * caller the oldest continues, because every unfinished one holds memory.
 */
export const nextSlice = ({ caller, request }: Borrower): Promise<void> =>
  new Promise((begin) => {
    if (waiting.size === 0) setImmediate(beginOne);
    const place = places.get(request) ?? ++lastPlace;
    places.set(request, place);
    const own = waiting.get(caller) ?? [];
    own.splice(own.findLastIndex((other) => other.place <= place) + 1, 0, { place, begin });
    waiting.set(caller, own);
  });

/** Returns the size of a request's next slice. */
export const nextSliceSize = ({ request }: Borrower): SliceSize => (places.has(request) ? nextSlices : firstSlice);

/** Bytes of the results whose responses began in this turn. */
let begun = 0;

/**
 * Tells whether the response to a read must wait for a slice: its result is long, or this turn has begun enough
 * responses, since many requests may share a statement. Otherwise counts it as begun.
 */
export function mustWaitForSlice(rows: number, bytes: number): boolean {
  if (rows > firstSlice.values || begun + bytes > firstSlice.bytes) return true;
  if (begun === 0) setImmediate(beginTurn);
  begun += bytes;
  return false;
}

const beginTurn = (): void => {
  begun = 0;
};

/** Turns in a row that may pass without a slice because they accepted a connection. */
const maxPassed = 50;
let isAccepting = false;
let passed = 0;

/** Lets this turn pass without a slice, because it has accepted a connection and more may be waiting. */
export const passTurn = (): void => {
  isAccepting = true;
};

function beginOne(): void {
  const passes = isAccepting && passed < maxPassed;
  passed = passes ? passed + 1 : 0;
  isAccepting = false;
  if (!passes) beginNext();
  if (waiting.size > 0) setImmediate(beginOne);
}

function beginNext(): void {
  for (const [caller, own] of waiting) {
    waiting.delete(caller);
    own.shift()?.begin();
    if (own.length > 0) waiting.set(caller, own);
    break;
  }
}

/** Runs work that yields at the end of each slice; at once if there is only one. */
export function inSlices<T>(borrower: Borrower, work: Generator<void, T>): T | Promise<T> {
  const { done, value } = work.next();
  return done ? value : nextSlice(borrower).then(() => inSlices(borrower, work));
}

/** Does a little work for each item, in slices if there are many items. */
export function forEachInSlices<T>(
  borrower: Borrower,
  items: readonly T[],
  work: (item: T, i: number) => void,
): void | Promise<void> {
  if (items.length <= firstSlice.values) items.forEach(work);
  else return inSlices(borrower, forEach(items, work));
}

function* forEach<T>(items: readonly T[], work: (item: T, i: number) => void): Generator<void, void> {
  for (const [i, item] of items.entries()) {
    if (i > 0 && i % firstSlice.values === 0) yield;
    work(item, i);
  }
}
