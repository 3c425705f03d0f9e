import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createPool, type Pool } from '../../src/db/pool/pool.ts';
import type { Borrower } from '../../src/db/pool/turns.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
const pools: Pool[] = [];

beforeAll(async () => {
  database = await createDatabase();
});
afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.end())));
afterAll(() => database.drop());

const poolOf = (size: number): Pool => {
  const limits = { connectTimeoutMs: 10_000, statementTimeoutMs: 20_000, waitTimeoutMs: 20_000 };
  const pool = createPool({ ...database.connection, ssl: false, ...limits, size, onError() {} });
  pools.push(pool);
  return pool;
};

const requestOf = (caller: string): Borrower => ({ caller });

/** Holds a connection until it is released; `got` resolves when it has one. */
function hold(pool: Pool, borrower: Borrower) {
  const got = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const done = pool.use(
    async () => {
      got.resolve();
      await gate.promise;
    },
    { borrower },
  );
  return { got: got.promise, letGo: gate.resolve, done };
}

const holdMany = (pool: Pool, count: number, borrower: () => Borrower) =>
  Array.from({ length: count }, () => hold(pool, borrower()));

test('one request has at most half of the connections, whatever it asks for', async () => {
  const pool = poolOf(4);
  const greedy = requestOf('a');
  const works = holdMany(pool, 40, () => greedy);
  await Promise.all(works.slice(0, 2).map(({ got }) => got));
  const others = holdMany(pool, 2, () => requestOf('b'));
  await Promise.all(others.map(({ got }) => got));
  expect(pool.stats()).toMatchObject({ open: 4, idle: 0, waiting: 38 });
  for (const { letGo } of [...others, ...works]) letGo();
  await Promise.all([...works, ...others].map(({ done }) => done));
});

test('once a connection is open, a second one is opened, so that a slow statement does not hold the only one', async () => {
  const pool = poolOf(10);
  const slow = hold(pool, requestOf('a'));
  await slow.got;
  await expect.poll(() => pool.stats().idle).toBe(1);
  expect(pool.stats().open).toBe(2);
  slow.letGo();
  await slow.done;
});

test('while connections are being opened, a request leaves half of those that are open to others', async () => {
  const pool = poolOf(10);
  const first = ['a', 'b'].map((caller) => hold(pool, requestOf(caller)));
  await Promise.all(first.map(({ got }) => got));
  for (const { letGo } of first) letGo();
  await Promise.all(first.map(({ done }) => done));

  const greedy = requestOf('a');
  const works = holdMany(pool, 5, () => greedy);
  const { opened } = pool.stats().counts;
  expect(await pool.use(async () => pool.stats().counts.opened, { borrower: requestOf('c') })).toBe(opened);
  await Promise.all(works.map(({ got }) => got));
  for (const { letGo } of works) letGo();
  await Promise.all(works.map(({ done }) => done));
});

test('a caller leaves the last fifth of the connections to those who have none', async () => {
  const pool = poolOf(10);
  const works = holdMany(pool, 20, () => requestOf('a'));
  await Promise.all(works.slice(0, 8).map(({ got }) => got));
  const others = ['b', 'c'].map((caller) => hold(pool, requestOf(caller)));
  await Promise.all(others.map(({ got }) => got));
  expect(pool.stats().waiting).toBe(12);
  for (const { letGo } of [...works, ...others]) letGo();
  await Promise.all([...works, ...others].map(({ done }) => done));
});

/** Runs work of these borrowers through a pool of one connection, and returns the order in which they ran. */
async function orderOf(pool: Pool, borrowers: readonly Borrower[]): Promise<readonly number[]> {
  const order: number[] = [];
  const first = hold(pool, requestOf('first'));
  await first.got;
  const works = borrowers.map((borrower, i) =>
    pool.use(
      async () => {
        order.push(i);
      },
      { borrower },
    ),
  );
  first.letGo();
  await Promise.all([first.done, ...works]);
  return order;
}

test("a small request overtakes the waiting statements of another caller's large one", async () => {
  const large = requestOf('a');
  const order = await orderOf(poolOf(1), [...Array.from({ length: 20 }, () => large), requestOf('b')]);
  expect(order.indexOf(20)).toBeLessThanOrEqual(1);
});

test("a small request overtakes the waiting statements of the same caller's large one", async () => {
  const large = requestOf('a');
  const order = await orderOf(poolOf(1), [...Array.from({ length: 20 }, () => large), requestOf('a')]);
  expect(order.indexOf(20)).toBe(1);
});

test('single-statement requests of one caller run in order', async () => {
  const order = await orderOf(
    poolOf(1),
    Array.from({ length: 20 }, () => requestOf('a')),
  );
  expect(order).toEqual(Array.from({ length: 20 }, (_, i) => i));
});

test('a statement that gives up waiting leaves the queue, and its connection goes to the next', async () => {
  const pool = poolOf(1);
  const first = hold(pool, requestOf('a'));
  await first.got;
  const leaving = new AbortController();
  const left = pool.use(async () => 'never', { borrower: requestOf('b'), signal: leaving.signal });
  const next = pool.use(async () => 'next', { borrower: requestOf('b') });
  leaving.abort(new Error('gone'));
  await expect(left).rejects.toThrow('gone');
  first.letGo();
  expect(await next).toBe('next');
});
