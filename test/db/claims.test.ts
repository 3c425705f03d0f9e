import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createDb, type Db, type SharedDb } from '../../src/db/db.ts';
import { createPool, type Pool } from '../../src/db/pool/pool.ts';
import { entriesOf } from '../../src/db/sql/row.ts';
import { sql, trusted } from '../../src/db/sql/sql.ts';
import { setUpDatabase } from '../support/setUp.ts';

let pool: Pool;
let db: SharedDb;
/** Number of round trips: how often the server became ready for the next query. */
let roundTrips: number;

const database = await setUpDatabase({
  prepare: `
    create table events.note (owner text, n int);
    insert into events.note select o, n from unnest('{anna,ben}'::text[]) o, generate_series(1, 50) n;
    alter table events.note enable row level security;
    create policy own on events.note
      using (owner = nullif(current_setting('request.jwt.claims', true), '')::json ->> 'oid')`,
});

afterAll(() => pool.end());

beforeEach(async () => {
  await pool?.end();
  pool = createPool({
    ...database.connection,
    ssl: false,
    size: 1,
    connectTimeoutMs: 10_000,
    statementTimeoutMs: 20_000,
    onError: () => {},
  });
  const counted = new WeakSet<pg.ClientBase>();
  const count = (client: pg.ClientBase & { connection?: pg.Connection }) => {
    if (!counted.has(client)) client.connection?.on('readyForQuery', () => roundTrips++);
    counted.add(client);
  };
  db = createDb({
    statementTimeoutMs: pool.statementTimeoutMs,
    use: (work, options) =>
      pool.use((client, session) => {
        count(client);
        return work(client, session);
      }, options),
  });
  roundTrips = 0;
});

const shown = sql`select current_setting('request.jwt.claims', true) as claims, pg_backend_pid() as pid`;
const claimsIn = async (some: Db) => (await some.rows(shown))[0]?.['claims'];
const pidOf = async (some: Db) => (await some.rows(shown))[0]?.['pid'];

describe('the claims of a caller', () => {
  test('claims are visible in the statement, for reads and for writes', async () => {
    const anna = db.within({ claims: { oid: 'anna', roles: ['a', 'b'] } });
    expect(await claimsIn(anna)).toBe('{"oid":"anna","roles":["a","b"]}');
    expect((await anna.write(shown))[0]?.['claims']).toBe('{"oid":"anna","roles":["a","b"]}');
  });

  test('claims are not visible afterwards, or without a caller', async () => {
    expect(await claimsIn(db)).toBe(null);
    await claimsIn(db.within({ claims: { oid: 'anna' } }));
    expect(await claimsIn(db)).toBe('');
    expect(await claimsIn(db.within({}))).toBe('');
  });

  test('claims cost no round trip', async () => {
    const anna = db.within({ claims: { oid: 'anna' } });
    await claimsIn(anna); // prepares on the connection, once
    roundTrips = 0;
    for (let i = 0; i < 5; i++) await claimsIn(anna);
    await anna.rows(sql`select ${'x'}::text as x`);
    await anna.write(sql`insert into events.note values ('anna', 0) returning n`);
    expect(roundTrips).toBe(7);
  });

  test('claims arrive unchanged, whatever they contain', async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), async (claims) => {
        expect(await claimsIn(db.within({ claims }))).toBe(JSON.stringify(claims));
      }),
      { numRuns: 100 },
    );
  });

  test('claims are set again if the statement is repeated because its connection was lost', async () => {
    const anna = db.within({ claims: { oid: 'anna' } });
    const pid = await pidOf(anna);
    await database.admin('select pg_terminate_backend($1)', [pid]);
    expect(await claimsIn(anna)).toBe('{"oid":"anna"}');
    expect(await pidOf(anna)).not.toBe(pid);
  });

  test('claims are set again if a prepared statement is gone or stale', async () => {
    const anna = db.within({ claims: { oid: 'anna' } });
    const all = sql`select * from events.note limit 1`;
    await anna.rows(all);
    await pool.use((client) => client.query('deallocate all'));
    expect(await anna.rows(all)).toMatchObject([{ owner: 'anna', n: '1' }]);
    await database.admin('alter table events.note add extra int');
    expect(await anna.rows(all)).toMatchObject([{ owner: 'anna', n: '1', extra: null }]);
    await database.admin('alter table events.note drop extra');
    expect(await anna.rows(all)).toMatchObject([{ owner: 'anna', n: '1' }]);
  });

  test('claims are also set for statements that are not prepared', async () => {
    const anna = db.within({ claims: { oid: 'anna' } });
    for (let i = 0; i < 501; i++) await anna.rows(sql`select ${trusted(String(i))}`);
    expect(await anna.rows(sql`select count(*) from events.note where n > 0`)).toMatchObject([{ count: '50' }]);
    expect(await anna.rows(sql`select n from events.note where n = ${7}`)).toMatchObject([{ n: '7' }]);
  });
});

test('rows of a prepared statement have the columns that their table has now, with and without claims', async () => {
  const { user } = database.connection;
  await database.admin(`
    create table events.pair (first text, second text);
    insert into events.pair values ('1', '2');
    create view events.pairs as select * from events.pair;
    grant select on events.pair, events.pairs to ${user}`);
  const anna = db.within({ claims: { oid: 'anna' } });
  const read = async () => {
    const statements = [anna, db].flatMap((from) => [
      from.rows(sql`select * from events.pair`),
      from.rows(sql`select * from events.pairs`),
    ]);
    const seen = (await Promise.all(statements)).map(([row]) => JSON.stringify(row && entriesOf(row)));
    return [...new Set(seen)].map((entries) => JSON.parse(entries));
  };
  const changes = [
    ['select', { first: '1', second: '2' }],
    [
      `alter table events.pair rename first to third; alter view events.pairs rename first to third`,
      { third: '1', second: '2' },
    ],
    [
      `drop view events.pairs; alter table events.pair drop third, add first text default '3';
      create view events.pairs as select * from events.pair; grant select on events.pairs to ${user}`,
      { second: '2', first: '3' },
    ],
  ] as const;
  for (const [change, row] of changes) {
    await database.admin(change);
    for (let n = 0; n < 2; n++) expect(await read()).toEqual([Object.entries(row)]);
  }
});

test('a failed statement leaves no claims, and leaves its connection in the pool', async () => {
  const anna = db.within({ claims: { oid: 'anna' } });
  const pid = await pidOf(anna);
  for (const bad of [sql`select 1/0`, sql`select nothing`, sql`select ${'x'}::int`, sql`select ${'\u0000'}::text`]) {
    await expect(anna.rows(bad)).rejects.toThrow();
    expect(await claimsIn(db)).toBe('');
    expect(await pidOf(anna)).toBe(pid);
  }
});

test('two callers on one connection never see a row of the other, whatever goes wrong in between', async () => {
  const mine = sql`select owner from events.note, pg_sleep(${0.001}) where n > 0`;
  const seen = { anna: new Set<unknown>(), ben: new Set<unknown>(), nobody: new Set<unknown>() };
  const counts = { answers: 0, errors: 0, cancels: 0 };
  const ask = async (name: 'anna' | 'ben' | 'nobody', signal?: AbortSignal) => {
    const claims = name === 'nobody' ? undefined : { oid: name };
    try {
      const rows = await db.within({ claims, signal }).rows(mine);
      expect(rows).toHaveLength(claims ? 50 : 0);
      for (const row of rows) seen[name].add(row['owner']);
      counts.answers++;
    } catch (error) {
      if (!signal?.aborted) throw error;
      counts.cancels++;
    }
  };
  const fail = async (name: string) => {
    await expect(db.within({ claims: { oid: name } }).rows(sql`select 1/0 from events.note`)).rejects.toThrow();
    counts.errors++;
  };
  const client = async (name: 'anna' | 'ben' | 'nobody') => {
    for (let round = 0; round < 150; round++) {
      const kind = Math.random();
      if (kind < 0.6) await ask(name);
      else if (kind < 0.75) await fail(name);
      else {
        const controller = new AbortController();
        setTimeout(() => controller.abort(new Error('gone')), Math.random() * 10);
        await ask(name, controller.signal);
      }
    }
  };
  await Promise.all([client('anna'), client('ben'), client('nobody')]);
  expect(seen).toEqual({ anna: new Set(['anna']), ben: new Set(['ben']), nobody: new Set() });
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(10);
});
