import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createBudget } from '../../src/db/budget.ts';
import { createDb, type SharedDb } from '../../src/db/db.ts';
import { createPool, type Pool } from '../../src/db/pool/pool.ts';
import { sql } from '../../src/db/sql/sql.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let wire: Awaited<ReturnType<typeof countingWire>>;
let pool: Pool;
let db: SharedDb;

beforeAll(async () => {
  database = await createDatabase();
  wire = await countingWire(database.connection.port);
});

afterEach(() => pool.end());

afterAll(async () => {
  wire.close();
  await database.drop();
});

function open(size = 1) {
  const limits = { connectTimeoutMs: 10_000, statementTimeoutMs: 60_000 };
  const { host, port } = wire;
  pool = createPool({ ...database.connection, host, port, ssl: false, ...limits, size, onError: () => {} });
  db = createDb(pool);
}

/** Returns the database with a budget of this many bytes, like one request has. */
function budgeted(bytes: number) {
  const budget = createBudget({ bytes });
  return budget.limit(db.within({ meter: budget.meter }));
}

const tooLarge = { code: 'RESPONSE_TOO_LARGE' };
const pid = async () => (await db.rows(sql`select pg_backend_pid() as pid`))[0]?.['pid'];
const megabyte = 1_000_000;

/** A statement that returns 1.2 GB in rows of 4 MB. */
const flood = sql`select repeat('x', 4000000) from generate_series(1, 300)`;

describe('a read that returns more than a response may hold', () => {
  test.each([
    ['rows of 4 MB', flood],
    ['small rows', sql`select n, repeat('x', 100) from generate_series(1, 10000000) n`],
  ])('a read that is too large ends after some megabytes, and its connection stays in use: %s', async (_, query) => {
    open();
    const before = await pid();
    const since = wire.received;
    await expect(budgeted(4 * megabyte).rows(query)).rejects.toMatchObject(tooLarge);
    expect(wire.received - since).toBeGreaterThan(8 * megabyte);
    expect(wire.received - since).toBeLessThan(60 * megabyte);
    expect(await pid()).toBe(before);
  });

  // PostgreSQL checks for a cancellation between rows.
  test.each([
    ['one row of 100 MB', sql`select repeat('x', 100000000)`, true],
    ['a cancel request that is lost', flood, false],
  ])(
    'a read that is too large loses its connection after some megabytes if PostgreSQL does not end it: %s',
    async (_, query, cancels) => {
      open();
      const before = await pid();
      wire.cancels = cancels;
      const since = wire.received;
      await expect(budgeted(4 * megabyte).rows(query)).rejects.toMatchObject(tooLarge);
      expect(wire.received - since).toBeLessThan(60 * megabyte);
      wire.cancels = true;
      expect(await pid()).not.toBe(before);
    },
  );

  test('a read that is too large does not affect other reads, nor the next one on its connection', async () => {
    open(3);
    const slow = () => db.rows(sql`select 1 as one from pg_sleep(0.002)`);
    let floods = 8;
    const others = (async () => {
      for (let served = 0; ; served++) {
        expect(await slow()).toMatchObject([{ one: '1' }]);
        if (floods <= 0) return served;
      }
    })();
    const flooded = async () => {
      for (; floods > 0; floods--) {
        await expect(budgeted(100_000).rows(flood)).rejects.toMatchObject(tooLarge);
        for (let next = 0; next < 5; next++) expect(await slow()).toMatchObject([{ one: '1' }]);
      }
    };
    await Promise.all([flooded(), flooded()]);
    expect(await others).toBeGreaterThan(0);
    expect(pool.stats().counts.lost).toBe(0);
  });
});

describe('a budget', () => {
  test('a budget counts all reads of a response together, and allows no more once it is exceeded', async () => {
    open();
    const own = budgeted(megabyte);
    const rows = (length: number) => own.rows(sql`select repeat('x', ${length}::int) as text`);
    await rows(900_000);
    await expect(rows(1_900_000)).rejects.toMatchObject(tooLarge);
    const since = wire.received;
    await expect(rows(10)).rejects.toMatchObject(tooLarge);
    expect(wire.received).toBe(since);
  });

  test('a budget returns all allowed rows, whatever their form on the wire', async () => {
    open();
    const rows = await budgeted(megabyte).rows(
      sql`select n as a, null as b, true as c, '' as d from generate_series(1, 7000) n`,
    );
    expect(rows).toHaveLength(7000);
  });

  test('a budget does not count the bytes of a failed read', async () => {
    open();
    const own = budgeted(megabyte);
    for (let i = 0; i < 5; i++) {
      const failing = own.rows(sql`select repeat('x', 300000), 1 / (4 - n) from generate_series(1, 5) n`);
      await expect(failing).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    }
    expect(await own.rows(sql`select 1 as one`)).toMatchObject([{ one: '1' }]);
  });

  test('a budget does not end a write, whose rows the client has sent', async () => {
    open();
    await database.admin('create table events.blob (text text)');
    await database.grantAll(database.connection);
    const write = budgeted(1000).write(
      sql`insert into events.blob select repeat('x', 100000) returning length(text), text`,
    );
    expect(await write).toMatchObject([{ length: '100000' }]);
  });
});

/** Starts a proxy to PostgreSQL that counts the bytes from the database, and can hold back cancel requests. */
async function countingWire(target: number) {
  const sockets = new Set<{ destroy(): void }>();
  const cancelLength = 16;
  const counter = { host: '127.0.0.1', port: 0, received: 0, cancels: true, close };
  const server = createServer((socket) => {
    const onward = connect(target, '127.0.0.1');
    for (const end of [socket, onward]) {
      sockets.add(end);
      end.on('error', () => {});
    }
    onward.on('data', (bytes: Buffer) => {
      counter.received += bytes.length;
    });
    onward.pipe(socket);
    socket.once('data', (first: Buffer) => {
      if (first.length === cancelLength && !counter.cancels) return void socket.end();
      onward.write(first);
      socket.pipe(onward);
    });
  });
  function close() {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  counter.port = (server.address() as AddressInfo).port;
  return counter;
}
