import { setImmediate as turn } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, expect, test, vi } from 'vitest';
import type { Lender } from '../../src/db/pool/pool.ts';
import { forEachInSlices, isSliceOver, mustWaitForSlice, nextSlice, passTurn } from '../../src/db/pool/slices.ts';
import type { Plans } from '../../src/plan/plans.ts';
import { createApp } from '../../src/server/app.ts';
import { appConfig } from '../support/config.ts';
import { setUp } from '../support/setUp.ts';

const rows = 10_000;
const limits = { defaultSize: 10, maxSize: rows };
let onRead = () => {};
const { api } = await setUp({
  prepare: `create view events.number as select n, n % 7 as a, n % 11 as b, repeat('x', 90) as text, float8 'NaN' as nan from generate_series(1, ${rows}) n;
    comment on view events.number is '@key (n)'`,
  config: { limits },
  lending: (pool): Lender => ({
    ...pool,
    async use(work, options) {
      const result = await pool.use(work, options);
      onRead();
      return result;
    },
  }),
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** Makes each look at the clock a millisecond later than the last. */
function tickAtEachLook() {
  let ms = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => ++ms);
}

/** Counts the turns of the event loop until it is stopped. */
function countTurns() {
  let [turns, goesOn] = [0, true];
  const counting = (async () => {
    for (; goesOn; turns++) await turn();
  })();
  return async () => {
    goesOn = false;
    await counting;
    return turns;
  };
}

test("a turn of the event loop does one slice; callers alternate, and a caller's older request goes first", async () => {
  const begun: string[] = [];
  const work = async (caller: string, slices: number) => {
    const borrower = { caller };
    for (let n = 1; n <= slices; n++) {
      await nextSlice(borrower);
      begun.push(`${caller}${n}`);
    }
  };
  const all = Promise.all([work('a', 3), work('a', 1), work('b', 2)]);
  for (let n = 1; n <= 6; n++) {
    await turn();
    expect(begun).toHaveLength(n);
  }
  await all;
  expect(begun).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'a1']);
});

test('a turn that accepts a connection does no slice, up to 50 in a row', async () => {
  const begun: number[] = [];
  const all = Promise.all([1, 2].map((n) => nextSlice({ caller: 'a' }).then(() => begun.push(n))));
  for (let n = 1; n <= 50; n++) {
    passTurn();
    await turn();
  }
  expect(begun).toEqual([]);
  passTurn();
  await turn();
  expect(begun).toEqual([1]);
  await all;
});

test.for([
  { name: 'values', selection: 'n a b c: a', each: 4 },
  { name: 'errors', selection: 'nan', each: 20 },
])('a large answer of $name is written in many turns of the event loop', async ({ selection, each }) => {
  const counted = Promise.withResolvers<() => Promise<number>>();
  onRead = () => counted.resolve(countTurns());
  tickAtEachLook();
  await api.send(`{ numbers(first: ${rows}) { nodes { ${selection} } } }`);
  const stop = await counted.promise;
  // It looks at the clock at least once for 200 values, and four times in a slice.
  expect(await stop()).toBeGreaterThan((each * rows) / 200 / 4);
});

test('long work of a turn, whoever does it, is over after 5 ms, and of a slice after 3 ms', async () => {
  const looks = () => {
    for (let n = 1; ; n++) if (isSliceOver()) return n;
  };
  await turn();
  tickAtEachLook();
  expect([looks(), looks()]).toEqual([7, 1]);
  await turn();
  expect(looks()).toBe(7);
  await nextSlice({ caller: 'a' });
  expect(looks()).toBe(4);
  await turn();
  expect(looks()).toBe(7);
});

test('a small answer does not wait for a slice even if the turn is over', async () => {
  tickAtEachLook();
  while (!isSliceOver());
  const borrower = { caller: 'a' };
  expect(mustWaitForSlice(250, 65_536)).toBe(false);
  expect(mustWaitForSlice(251, 1)).toBe(true);
  expect(mustWaitForSlice(1, 65_537)).toBe(true);
  const numbers = Array.from({ length: 251 }, (_, n) => n);
  expect(forEachInSlices(borrower, numbers.slice(1), () => {})).toBeUndefined();
  expect(forEachInSlices(borrower, numbers, () => {})).toBeInstanceOf(Promise);
});

test('a large result is read in many turns', async () => {
  const asked = Promise.withResolvers<void>();
  let stop = async () => 0;
  const read = Promise.withResolvers<number>();
  onRead = () => void stop().then(read.resolve);
  const answer = api.query(`{ numbers(first: ${rows}) { nodes { text } } }`).finally(asked.resolve);
  await Promise.race([turn(), asked.promise]);
  // Blocks the thread until PostgreSQL has sent as much as the buffers hold.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  stop = countTurns();
  await answer;
  expect(await read.promise).toBeGreaterThan((90 * rows - 524_288) / (3 * 65_536));
});

test('a document of many values has a plan from the first time, because the executor does not pause', async () => {
  const known: boolean[] = [];
  const { of } = api.api.plans;
  const plans: Plans = {
    ...api.api.plans,
    of(...given) {
      known.push(given[2]);
      return of(...given);
    },
  };
  const served = { ...api.served, current: () => ({ ...api.api, plans }) };
  const app = createApp({ ...api, config: { ...appConfig, limits }, served, log: pino({ level: 'silent' }) });
  for (const first of [10, rows]) await app.fetch(`http://localhost/graphql?query={numbers(first:${first}){nodes{n}}}`);
  expect(known).toEqual([false, true]);
});
