import type { Holder, Mark } from '../db/sql/tail.ts';

/** A value of the order of arrival: null comes before the first row, undefined is not known yet. */
type Value = bigint | null | undefined;

/** What is known of a table's order of arrival. */
export interface Settling {
  /** Up to here every row is there that will ever be. */
  readonly settled: Value;
  /** Higher values, and what each waits for; ascending. */
  readonly pending: readonly Pending[];
  /** The holders of the last look. */
  readonly seen: ReadonlySet<string>;
}

interface Pending {
  readonly value: Value;
  readonly holders: readonly Holder[];
  /** When it was first waited for. */
  readonly since: number;
}

export const unknown: Settling = { settled: undefined, pending: [], seen: new Set() };

/**
 * Takes in one more look. A number is settled once all who held a writer's lock when it was read have ended: any lower
 * number was drawn by then, under that lock. Of transactions the database says itself which are settled.
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
  return { settled: reached, pending: distinct(values.filter(({ value }) => isHigher(value, reached))), seen: present };
}

/** PREPARE TRANSACTION gives a transaction another name: each new one may be one that has gone. */
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
 * A value that is no higher than an earlier one waits for no fewer; of those that wait for the same the highest will do.
 * So there are no more than there are holders.
 */
function distinct(values: readonly Pending[]): readonly Pending[] {
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
