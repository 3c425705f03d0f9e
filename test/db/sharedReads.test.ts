import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createBudget } from '../../src/db/budget.ts';
import { createDb, type Db, type Scope, type SharedDb } from '../../src/db/db.ts';
import { createInFlight } from '../../src/db/inFlight.ts';
import { createPool, type Pool } from '../../src/db/pool/pool.ts';
import type { Borrower } from '../../src/db/pool/turns.ts';
import { shareReads } from '../../src/db/sharedReads.ts';
import { type Sql, sql } from '../../src/db/sql/sql.ts';
import { setUp } from '../support/setUp.ts';

// Each statement that runs takes a number, so readers with the same number shared one statement.
const { database, api } = await setUp({
  prepare: `
    create sequence events.taken;
    create function events.take() returns bigint language sql volatile security definer as $$ select nextval('events.taken') $$;
    create view events.ticket as select events.take() as n;
    create view events.slow_ticket as select events.take() as n, pg_sleep(0.3)::text as slept`,
  size: 1,
});

let pool: Pool;
let db: SharedDb;

const open = (size: number) => {
  const limits = { connectTimeoutMs: 10_000, statementTimeoutMs: 20_000, waitTimeoutMs: 20_000 };
  pool = createPool({ ...database.connection, ssl: false, ...limits, size, onError() {} });
  db = createDb(pool);
};
beforeEach(() => open(1));
afterEach(() => pool.end());
afterAll(() => api.pool.end());

/** Holds a connection; the returned function releases it. */
async function hold(held: Pool): Promise<() => Promise<void>> {
  const got = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const done = held.use(async () => {
    got.resolve();
    await gate.promise;
  });
  await got.promise;
  return async () => {
    gate.resolve();
    await done;
  };
}

const ticket = sql`select n from events.ticket`;
const slowTicket = sql`select n from events.slow_ticket`;
/** Runs much longer than any test waits. */
const endlessTicket = sql`select n from events.slow_ticket, pg_sleep(60)`;
const numberFrom = async (way: Db, query: Sql = ticket) => (await way.rows(query))[0]?.['n'];
const distinct = async (numbers: readonly Promise<unknown>[]) => new Set(await Promise.all(numbers)).size;

const soon = { timeout: 10_000 };
const gone = new Error('gone');
const running = async () =>
  (
    await database.admin(
      "select from pg_stat_activity where usename = $1 and state = 'active' and strpos(query, 'slow_ticket') > 0",
      [database.connection.user],
    )
  ).rowCount;

/** Starts a reader; `leave` aborts it. */
function reader(scope: Scope = {}, query = slowTicket) {
  const controller = new AbortController();
  const read = numberFrom(db.within({ signal: controller.signal, ...scope }), query);
  read.catch(() => {});
  return { read, leave: () => controller.abort(gone) };
}

/** Starts this many readers that share one running statement. */
async function startTogether(count: number, scopes: readonly Scope[] = [], query = slowTicket) {
  const letGo = await hold(pool);
  const readers = Array.from({ length: count }, (_, i) => reader(scopes[i], query));
  await letGo();
  await expect.poll(running, soon).toBe(1);
  expect(pool.stats().waiting).toBe(0);
  return readers;
}

describe('equal reads that wait for a connection', () => {
  test('equal reads that wait for a connection are one statement', async () => {
    const letGo = await hold(pool);
    const reads = Array.from({ length: 20 }, () => numberFrom(db.within({})));
    expect(pool.stats().waiting).toBe(20);
    await letGo();
    expect(await distinct(reads)).toBe(1);
  });

  test('reads are equal if their text, values and claims are', async () => {
    const letGo = await hold(pool);
    const scopes: Scope[] = [{}, { claims: { oid: 'a' } }, { claims: { oid: 'b' } }, { isWhole: true }];
    const queries = [
      ticket,
      sql`select n from events.ticket where ${1}::int = 1`,
      sql`select n from events.ticket where ${2}::int = 2`,
    ];
    const reads = [...scopes, ...scopes].flatMap((scope) =>
      queries.map((query) => numberFrom(db.within(scope), query)),
    );
    await letGo();
    expect(await distinct(reads)).toBe(scopes.length * queries.length);
  });

  test('equal reads of several requests are one statement, and each request gets its answer', async () => {
    const letGo = await hold(api.pool);
    const answers = Array.from({ length: 10 }, () => api.query('{ tickets(first: 1) { nodes { n } } }'));
    await expect.poll(() => api.pool.stats().waiting, soon).toBe(10);
    await letGo();
    const tickets = (await Promise.all(answers)).map((answer) => JSON.stringify(answer));
    expect(new Set(tickets)).toHaveLength(1);
  });

  test('equal reads run in the turn of the first reader to get a connection', async () => {
    const letGo = await hold(pool);
    const order: string[] = [];
    const borrower = (caller: string): Borrower => ({ caller });
    const greedy = borrower('a');
    const read = async (name: string, from: Borrower, query: Sql) => {
      await db.within({ borrower: from }).rows(query);
      order.push(name);
    };
    const reads = Array.from({ length: 10 }, (_, i) => read(`a${i}`, greedy, sql`select ${i}::int`));
    reads.push(read('a', greedy, ticket), read('b', borrower('b'), ticket));
    await letGo();
    await Promise.all(reads);
    expect(order.slice(0, 3)).toEqual(expect.arrayContaining(['a', 'b']));
  });

  test('a statement that has been sent accepts no more readers: later readers get later data', async () => {
    open(2);
    const [first] = await startTogether(1);
    const second = numberFrom(db.within({}), slowTicket);
    expect(Number(await second)).toBeGreaterThan(Number(await first?.read));
  });

  test('a write is never shared', async () => {
    const letGo = await hold(pool);
    const writes = Array.from({ length: 3 }, async () => (await db.within({}).write(ticket))[0]?.['n']);
    await letGo();
    expect(await distinct(writes)).toBe(3);
  });
});

describe('a reader who leaves', () => {
  test.each([0, 1, 2])('a reader who leaves does not affect the others, whichever of three it is: %i', async (who) => {
    const readers = await startTogether(3);
    readers[who]?.leave();
    await expect(readers[who]?.read).rejects.toBe(gone);
    const others = readers.filter((_, i) => i !== who);
    expect(await distinct(others.map(({ read }) => read))).toBe(1);
  });

  test('a reader who leaves before the statement is sent leaves it to the others', async () => {
    const letGo = await hold(pool);
    const readers = [reader(), reader(), reader()];
    readers[0]?.leave();
    await expect(readers[0]?.read).rejects.toBe(gone);
    await letGo();
    expect(await distinct(readers.slice(1).map(({ read }) => read))).toBe(1);
  });

  test('the last reader who leaves ends the statement', async () => {
    const before = await db.rows(sql`select pg_backend_pid() as pid`);
    const readers = await startTogether(3, [], endlessTicket);
    for (const { leave } of readers) leave();
    for (const { read } of readers) await expect(read).rejects.toBe(gone);
    await expect.poll(running, soon).toBe(0); // PostgreSQL reports the state after it has sent the error
    expect(await db.rows(sql`select pg_backend_pid() as pid`)).toEqual(before);
  });
});

describe('the result counts for each reader', () => {
  const long = sql`select repeat('x', 1000000) as text from generate_series(1, 4)`;
  const room = 100_000_000;

  /** Starts readers of 4 MB, each limited to this many bytes. */
  async function readLong(limits: readonly number[]) {
    const letGo = await hold(pool);
    const inFlight = createInFlight(room);
    const shares = limits.map((_, i) => inFlight.open(`${i}`));
    const reads = limits.map((bytes, i) => {
      const budget = createBudget({ bytes }, shares[i]);
      return budget.limit(db.within({ meter: budget.meter })).rows(long);
    });
    await letGo();
    return { inFlight, outcomes: await Promise.allSettled(reads) };
  }

  test.each([0, 1, 2])('a reader who exceeds the limit ends no other: %i', async (who) => {
    const { inFlight, outcomes } = await readLong([0, 1, 2].map((i) => (i === who ? 100_000 : 5_000_000)));
    const tooLarge = { status: 'rejected', reason: { code: 'RESPONSE_TOO_LARGE' } };
    outcomes.forEach((outcome, i) => {
      expect(outcome).toMatchObject(i === who ? tooLarge : { status: 'fulfilled' });
    });
    expect(inFlight.held).toBeGreaterThan(7_900_000);
  });

  test('a shared read ends if all its readers exceed their limits', async () => {
    const { outcomes } = await readLong([100_000, 200_000, 300_000]);
    for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { code: 'RESPONSE_TOO_LARGE' } });
    expect(await db.rows(sql`select 1 as one`)).toMatchObject([{ one: '1' }]);
  });

  test('a reader whose request has run out of memory starts no statement', async () => {
    const inFlight = createInFlight(room);
    inFlight.open('a').add(room);
    const share = inFlight.open('b');
    expect(() => share.add(room)).toThrow('no memory left');
    const budget = createBudget({ bytes: 5_000_000 }, share);
    const before = Number(await numberFrom(db));
    const read = budget.limit(db.within({ meter: budget.meter })).rows(ticket);
    await expect(read).rejects.toThrow('no memory left');
    expect(Number(await numberFrom(db))).toBe(before + 1);
  });

  test('a result counts once for each reader, even if its first connection is lost', async () => {
    const inFlight = createInFlight(room);
    const shares = [inFlight.open('a'), inFlight.open('b')];
    const query = sql`select repeat('x', 1000000) as text, pg_sleep(0.1)::text as slow_ticket from generate_series(1, 4)`;
    const letGo = await hold(pool);
    const reads = shares.map((share) => {
      const budget = createBudget({ bytes: 5_000_000 }, share);
      return budget.limit(db.within({ meter: budget.meter })).rows(query);
    });
    await letGo();
    await expect.poll(() => inFlight.held, soon).toBeGreaterThan(2_000_000);
    await database.admin('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [
      database.connection.user,
    ]);
    for (const rows of await Promise.all(reads)) expect(rows).toHaveLength(4);
    expect(pool.stats().counts['run-again']).toBe(1);
    expect(inFlight.held).toBeGreaterThan(7_900_000);
    expect(inFlight.held).toBeLessThan(8_300_000);
  });
});

describe('lasting reads', () => {
  test('lasting reads are one statement at any time, and count for late readers, too', async () => {
    const reads = shareReads({ lasting: true });
    const first = await numberFrom(db.within({ reads }));
    expect(await numberFrom(db.within({ reads }))).toBe(first);
    const budget = createBudget({ bytes: 10 });
    const late = budget.limit(db.within({ reads, meter: budget.meter })).rows(ticket);
    await expect(late).rejects.toMatchObject({ code: 'RESPONSE_TOO_LARGE' });
  });

  test('lasting reads that failed are read again', async () => {
    const reads = shareReads({ lasting: true });
    await database.admin('revoke select on events.ticket from public; alter view events.ticket rename to away');
    await expect(numberFrom(db.within({ reads }))).rejects.toThrow();
    await database.admin('alter view events.away rename to ticket');
    expect(Number(await numberFrom(db.within({ reads })))).toBeGreaterThan(0);
  });
});
