import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createDb, type SharedDb } from '../../src/db/db.ts';
import { createPool, type Pool } from '../../src/db/pool/pool.ts';
import { sql } from '../../src/db/sql/sql.ts';
import { setUpDatabase } from '../support/setUp.ts';

let pool: Pool;
let db: SharedDb;

const database = await setUpDatabase({
  prepare: `
    create function events.stubborn() returns void language plpgsql as $$
    begin
      for i in 1..100 loop
        begin perform pg_sleep(0.1); exception when query_canceled then null; end;
      end loop;
    end $$`,
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
  db = createDb(pool);
});

/** Time limit for an expected event. */
const soon = { timeout: 10_000 };

const gone = new Error('gone');
const pid = async () => (await db.rows(sql`select pg_backend_pid() as pid`))[0]?.['pid'];

/** Returns the process ids of the role's sessions whose running statement contains the text. */
async function running(text: string): Promise<readonly unknown[]> {
  const { rows } = await database.admin(
    `select pid from pg_stat_activity where usename = $1 and state = 'active' and strpos(query, $2) > 0`,
    [database.connection.user, text],
  );
  return rows.map((row) => row['pid']);
}

/** Starts a read, waits until it runs, and returns it with the function that aborts it. */
async function startRead(claims?: Record<string, unknown>) {
  const controller = new AbortController();
  const read = db.within({ claims, signal: controller.signal }).rows(sql`select pg_sleep(15)`);
  read.catch(() => {});
  await expect.poll(() => running('pg_sleep(15)'), soon).toHaveLength(1);
  return { read, abort: () => controller.abort(gone) };
}

describe('an abandoned read', () => {
  test.each([
    ['without claims', undefined],
    ['with claims', { oid: 'anna' }],
  ])('an abandoned read is cancelled in PostgreSQL, and its connection stays in use: %s', async (_, claims) => {
    const before = await pid();
    const { read, abort } = await startRead(claims);
    abort();
    await expect(read).rejects.toBe(gone);
    await expect.poll(() => running('pg_sleep(15)'), soon).toEqual([]);
    expect(await pid()).toBe(before);
  });

  test('an abandoned read no longer waits for a connection', async () => {
    const { read, abort } = await startRead();
    const controller = new AbortController();
    const waiting = db.within({ signal: controller.signal }).rows(sql`select 1`);
    expect(pool.stats().waiting).toBe(1);
    controller.abort(gone);
    await expect(waiting).rejects.toBe(gone);
    expect(pool.stats().waiting).toBe(0);
    abort();
    await expect(read).rejects.toBe(gone);
  });

  test('a read that was abandoned before it began does not begin', async () => {
    await expect(db.within({ signal: AbortSignal.abort(gone) }).rows(sql`select 1`)).rejects.toBe(gone);
    expect(pool.stats().counts.opened).toBe(0);
  });

  test('an abandoned read loses its connection if PostgreSQL does not end it', async () => {
    const before = await pid();
    const controller = new AbortController();
    const read = db.within({ signal: controller.signal }).rows(sql`select events.stubborn()`);
    read.catch(() => {});
    await expect.poll(() => running('stubborn'), soon).toHaveLength(1);
    controller.abort(gone);
    await expect(read).rejects.toBe(gone);
    expect(await pid()).not.toBe(before);
  });
});

test('the next statement on the connection is never cancelled', async () => {
  const first = await pid();
  let cancelled = 0;
  for (let round = 0; round < 400; round++) {
    const controller = new AbortController();
    const read = db.within({ signal: controller.signal }).rows(sql`select pg_sleep(${(round % 5) / 1000})`);
    setTimeout(() => controller.abort(gone), Math.random() * 5);
    await read.catch((error: unknown) => {
      expect(error).toBe(gone);
      cancelled++;
    });
    await db.rows(sql`select pg_sleep(0.001)`);
  }
  expect(cancelled).toBeGreaterThan(50);
  expect(cancelled).toBeLessThan(400);
  expect(await pid()).toBe(first);
});

describe('an abandoned write', () => {
  const insert = (code: string) => sql`
    insert into events.event_type (event_type_id, name, default_severity)
    select ${code}, ${code}, 'info' from pg_sleep(0.5) returning event_type_id`;

  test('an abandoned write runs to its end', async () => {
    const controller = new AbortController();
    const write = db.within({ signal: controller.signal }).write(insert('kept'));
    await expect.poll(() => running('insert into'), soon).toHaveLength(1);
    controller.abort(gone);
    expect(await write).toMatchObject([{ event_type_id: 'kept' }]);
  });

  test('a write that was abandoned before it began does not begin', async () => {
    await expect(db.within({ signal: AbortSignal.abort(gone) }).write(insert('never'))).rejects.toBe(gone);
    const { abort } = await startRead();
    const controller = new AbortController();
    const waiting = db.within({ signal: controller.signal }).write(insert('never'));
    controller.abort(gone);
    await expect(waiting).rejects.toBe(gone);
    abort();
    expect(await db.rows(sql`select from events.event_type where event_type_id = 'never'`)).toEqual([]);
  });
});
