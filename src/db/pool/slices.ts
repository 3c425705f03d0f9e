import type { Borrower } from './turns.ts';

/**
 * Time that long work may take in one turn of the event loop, in milliseconds, before it waits for a slice. Long
 * enough for ordinary responses, since one that waits keeps its rows in memory.
 */
const turnMs = 5;

/** Time of a slice, which is short because others wait for it. */
const sliceMs = 3;

/** Rows or values, and bytes, that are handled without a look at the clock, so that small requests never wait. */
const small = { items: 250, bytes: 65_536 };

interface Waiter {
  /** Orders the requests by when their long work began. */
  readonly place: number;
  readonly begin: () => void;
}

const waiting = new Map<string, Waiter[]>();
let lastPlace = 0;

/** Time at which the long work of this turn must stop; null until it begins. */
let endsAt: number | null = null;

/**
 * Waits for the next slice of long work. A turn of the event loop does at most one, because small requests need short
 * turns: a turn accepts only one connection, and a request takes several. Callers alternate. Among the requests of one
 * caller the oldest continues, because every unfinished one holds memory.
 */
export const nextSlice = (borrower: Borrower): Promise<void> =>
  new Promise((begin) => {
    if (waiting.size === 0) scheduleOne();
    borrower.place ??= ++lastPlace;
    const { caller, place } = borrower;
    const own = waiting.get(caller) ?? [];
    own.splice(own.findLastIndex((other) => other.place <= place) + 1, 0, { place, begin });
    waiting.set(caller, own);
  });

/** Tells whether a request has waited for a slice. */
export const hasWaited = ({ place }: Borrower): boolean => place !== undefined;

/** Tells whether long work must wait for its next slice, because this turn or slice has taken long enough. */
export function isSliceOver(): boolean {
  const now = performance.now();
  if (endsAt === null) {
    endsAt = now + turnMs;
    setImmediate(endTurn);
  }
  return now > endsAt;
}

/**
 * Tells whether the answer to a read must wait for a slice: it is large, and this turn is over or others wait already.
 * Its rows take the least memory until the answer begins.
 */
export const mustWaitForSlice = (rows: number, bytes: number): boolean =>
  (rows > small.items || bytes > small.bytes) && (waiting.size > 0 || isSliceOver());

const endTurn = (): void => {
  endsAt = null;
};

/** Turns in a row that may pass without a slice because they accepted a connection. */
const maxPassed = 50;
let isAccepting = false;
let passed = 0;

/** Lets this turn pass without a slice, because it has accepted a connection and more may be waiting. */
export const passTurn = (): void => {
  isAccepting = true;
};

/** Schedules a slice; its turn ends before the next one receives anything. */
function scheduleOne(): void {
  setImmediate(beginOne);
  setImmediate(endTurn);
}

function beginOne(): void {
  const passes = isAccepting && passed < maxPassed;
  passed = passes ? passed + 1 : 0;
  isAccepting = false;
  if (!passes) beginNext();
  if (waiting.size > 0) scheduleOne();
}

function beginNext(): void {
  for (const [caller, own] of waiting) {
    waiting.delete(caller);
    endsAt = performance.now() + sliceMs;
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

/** Does a little work for each item, in slices of at least `atOnce` items. */
export function forEachInSlices<T>(
  borrower: Borrower,
  items: readonly T[],
  work: (item: T, i: number) => void,
  atOnce = small.items,
): void | Promise<void> {
  if (items.length <= atOnce) items.forEach(work);
  else return inSlices(borrower, forEach(items, work, atOnce));
}

function* forEach<T>(items: readonly T[], work: (item: T, i: number) => void, atOnce: number): Generator<void, void> {
  for (const [i, item] of items.entries()) {
    if (i > 0 && i % atOnce === 0 && isSliceOver()) yield;
    work(item, i);
  }
}
