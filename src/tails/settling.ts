import type { Holder, Mark } from '../db/sql/tail.ts';

/** A value of the order of arrival: null precedes the first row, undefined is not known yet. */
type Value = bigint | null | undefined;

/** The state of settling in a table's order of arrival. */
export interface Settling {
  /** The value up to which no further row can appear. */
  readonly settled: Value;
  /** Higher values and the transactions that each waits for, ascending. */
  readonly pending: readonly Pending[];
  /** The lock holders at the last look. */
  readonly seen: ReadonlySet<string>;
}

interface Pending {
  readonly value: Value;
  readonly holders: readonly Holder[];
  /** Time at which waiting began. */
  readonly since: number;
}

export const nothingSettled: Settling = { settled: undefined, pending: [], seen: new Set() };

/**
 * Updates the state with another look. Writers draw numbers under a lock that they hold until they end. So once a
 * number has been read, any lower one still to appear belongs to a transaction that holds such a lock, and the number
 * is settled when all of these have ended. For orders by transaction, the database itself says which are settled.
 */
export function settle(before: Settling, { latest, settled, holders }: Mark, now: number): Settling {
  const present = new Set(holders.map(({ id }) => id));
  const renamed = holders.filter(({ id }) => isPrepared(id) && !before.seen.has(id));
  const waitsFor = (then: readonly Holder[]) => (settled === undefined ? remaining(then, present, renamed) : holders);
  const values: readonly Pending[] = [
    ...before.pending.map((one) => ({ ...one, holders: waitsFor(one.holders) })),
    { value: latest, holders, since: now },
  ];
  const done = settled === undefined ? values.filter((one) => one.holders.length === 0) : [{ value: settled }];
  const reached = done.map(({ value }) => value).reduce(higher, before.settled);
  return {
    settled: reached,
    pending: essential(values.filter(({ value }) => isHigher(value, reached))),
    seen: present,
  };
}

/**
 * Removes the holders that have ended. PREPARE TRANSACTION renames a transaction, so each new prepared one may be one
 * that disappeared.
 */
function remaining(
  holders: readonly Holder[],
  present: ReadonlySet<string>,
  renamed: readonly Holder[],
): readonly Holder[] {
  const left = holders.filter(({ id }) => present.has(id));
  const isOneGone = holders.some(({ id }) => !present.has(id) && !isPrepared(id));
  return isOneGone ? [...left, ...renamed] : left;
}

const isPrepared = (id: string) => id.startsWith('-1/');

/**
 * Drops values that add nothing. A value no higher than an earlier one waits for at least as much, and of the values
 * that wait for the same transactions the highest is enough. So there are never more values than holders.
 */
function essential(values: readonly Pending[]): readonly Pending[] {
  const kept: Pending[] = [];
  for (const one of values) {
    const last = kept.at(-1);
    if (last && !isHigher(one.value, last.value)) continue;
    if (last && sameHolders(last, one)) kept[kept.length - 1] = { ...last, value: one.value };
    else kept.push(one);
  }
  return kept;
}

const sameHolders = (a: Pending, b: Pending): boolean =>
  a.holders.length === b.holders.length && a.holders.every(({ id }) => b.holders.some((other) => other.id === id));

const higher = (a: Value, b: Value): Value => (isHigher(b, a) ? b : a);

function isHigher(a: Value, b: Value): boolean {
  if (a === undefined || b === undefined) return a !== undefined;
  if (a === null || b === null) return a !== null && b === null;
  return a > b;
}
