import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Pool } from '../../src/db/pool/pool.ts';
import { withRetry } from '../../src/db/pool/retry.ts';
import { AppError } from '../../src/errors.ts';
import { type Platform, startPlatform } from '../platform/platform.ts';

let platform: Platform;
let role: string;

beforeAll(async () => {
  platform = await startPlatform(60);
});
beforeEach(async () => {
  platform.identity.fault = undefined;
  platform.identity.lifeSeconds = 60;
  role = await platform.createIdentity();
});
afterAll(() => platform.end());

const ask = (pool: Pool, text = 'select pg_backend_pid() pid') => pool.use((client) => client.query(text));
const read = (pool: Pool, text = 'select pg_backend_pid() pid') =>
  withRetry(pool, 'read', (client) => client.query(text));
const fill = (pool: Pool) => Promise.all(Array.from({ length: 4 }, () => ask(pool, 'select pg_sleep(0.05)')));
const times = async (n: number, next: () => Promise<void>) => {
  for (let i = 0; i < n; i++) await next();
};

/** Sends queries continuously until it is stopped; returns all errors, and the largest number of open sockets. */
function load(pool: Pool, callers = 3) {
  const errors: unknown[] = [];
  let [running, asked, mostSockets] = [true, 0, 0];
  const caller = async () => {
    while (running) {
      await read(pool, 'select pg_sleep(0.002)').catch((error: unknown) => errors.push(error));
      mostSockets = Math.max(mostSockets, pool.stats().sockets);
      asked++;
    }
  };
  const callersDone = Promise.all(Array.from({ length: callers }, caller));
  return async () => {
    running = false;
    await callersDone;
    return { errors, asked, mostSockets };
  };
}

test('connections are replaced before their token expires, by newer ones, without a failure and one at a time', async () => {
  platform.identity.lifeSeconds = 3;
  const { pool, events } = platform.connect(role);
  await fill(pool);
  const before = await platform.backends(role);
  const stop = load(pool);
  await times(4, () => events.next('replaced'));
  await expect.poll(async () => (await platform.backends(role)).filter((pid) => before.includes(pid))).toEqual([]);
  const { errors, mostSockets } = await stop();
  expect(errors).toEqual([]);
  expect(mostSockets).toBeLessThanOrEqual(5);
  expect(pool.stats().open).toBe(4);
  expect(pool.stats().counts).toMatchObject({ lost: 0, 'login-failed': 0, 'run-again': 0 });
});

test('a busy connection finishes its work before it is closed', async () => {
  platform.identity.lifeSeconds = 3;
  const { pool, events } = platform.connect(role, { size: 1 });
  const first = (await ask(pool)).rows[0].pid;
  const replaced = events.next('replaced');
  const long = ask(pool, 'select pg_sleep(3.5), pg_backend_pid() pid');
  await replaced;
  expect((await ask(pool)).rows[0].pid).not.toBe(first);
  expect((await long).rows[0].pid).toBe(first);
  await expect.poll(() => platform.backends(role)).not.toContain(String(first));
});

test('while no newer token is available, connections are used after their token has expired, with one warning', async () => {
  platform.identity.lifeSeconds = 3;
  const { pool, events } = platform.connect(role);
  await fill(pool);
  const before = await platform.backends(role);
  await platform.identity.refuse();
  const stop = load(pool);
  await events.next('postponed');
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect((await platform.backends(role)).toSorted()).toEqual(before.toSorted());
  const replaced = events.next('replaced');
  await platform.identity.listen();
  await replaced;
  expect((await stop()).errors).toEqual([]);
  const warnings = events.errors.filter(
    (error) => /connections stay open/.test(error.message) || /identity endpoint/.test(error.message),
  );
  expect(warnings.length).toBeGreaterThan(0);
  expect(warnings.length).toBeLessThan(6);
});

test('a lifetime bounds connections whose password does not expire', async () => {
  await platform.postgres.setToken(role, 'fixed', Date.now() + 60_000);
  const { pool, events } = platform.connect(role, { password: 'fixed', maxLifetimeMs: 500, size: 1 });
  const first = (await ask(pool)).rows[0].pid;
  await events.next('replaced');
  expect((await ask(pool)).rows[0].pid).not.toBe(first);
});

test('a pool that ends during a replacement reports no error', async () => {
  await platform.postgres.setToken(role, 'fixed', Date.now() + 60_000);
  const { pool, events } = platform.connect(role, { password: 'fixed', maxLifetimeMs: 500, size: 1 });
  await ask(pool);
  await events.next('replacing');
  await pool.end();
  await nextTurn();
  expect(events.errors).toEqual([]);
  expect(pool.stats().counts.postponed).toBe(0);
});

test('a read whose backend is killed runs again on another connection; a write does not', async () => {
  const { pool } = platform.connect(role);
  await fill(pool);
  const victim = async (text: string, kind: 'read' | 'write') => {
    let backend = '';
    const work = withRetry(pool, kind, async (client) => {
      const { rows } = await client.query('select pg_backend_pid()::text pid');
      if (backend) return rows[0].pid as string;
      backend = rows[0].pid;
      await Promise.all([client.query(text), platform.terminate(backend)]);
    });
    return { work, backend: () => backend };
  };
  const readAgain = await victim('select pg_sleep(5)', 'read');
  expect(await readAgain.work).not.toBe(readAgain.backend());
  expect(pool.stats().counts).toMatchObject({ lost: 1, 'run-again': 1 });
  const write = await victim('select pg_sleep(5)', 'write');
  await expect(write.work).rejects.toThrow(/terminat/);
  expect(pool.stats().counts).toMatchObject({ lost: 2, 'run-again': 1 });
});

test('a write that was never sent is repeated', async () => {
  const { pool } = platform.connect(role, { size: 1 });
  let runs = 0;
  const result = await withRetry(pool, 'write', async (client) => {
    if (runs++ === 0) {
      const { rows } = await client.query('select pg_backend_pid()::text pid');
      const broken = new Promise((resolve) => client.once('error', resolve));
      await platform.terminate(rows[0].pid);
      await broken;
    }
    return client.query('select 1 as done');
  });
  expect(result.rows).toEqual([{ done: 1 }]);
  expect(runs).toBe(2);
});

test('a read is repeated at most twice, and not after its deadline', async () => {
  const kill = async (pool: Pool) => {
    let runs = 0;
    await withRetry(pool, 'read', async (client) => {
      runs++;
      const { rows } = await client.query('select pg_backend_pid()::text pid');
      await Promise.all([client.query('select pg_sleep(5)'), platform.terminate(rows[0].pid)]);
    }).catch(() => {});
    return runs;
  };
  expect(await kill(platform.connect(role).pool)).toBe(3);
  expect(await kill(platform.connect(role, { statementTimeoutMs: 1 }).pool)).toBe(1);
});

test('work that was rolled back is repeated at once on an idle connection', async () => {
  const { pool } = platform.connect(role);
  await ask(pool);
  await expect.poll(() => pool.stats()).toMatchObject({ idle: 2, sockets: 2 });
  let runs = 0;
  await withRetry(pool, 'write', (client) =>
    client.query(runs++ === 0 ? "do $$ begin raise exception using errcode = '40P01'; end $$" : 'select 1'),
  );
  expect(pool.stats()).toMatchObject({ sockets: 2, counts: { opened: 2, 'run-again': 1 } });
});

test('a killed idle connection is noticed, and not lent', async () => {
  const { pool, events } = platform.connect(role);
  await fill(pool);
  const lost = events.next('lost');
  await platform.terminate((await platform.backends(role))[0] ?? '');
  await lost;
  await fill(pool);
  expect(pool.stats().open).toBe(4);
  expect(pool.stats().counts).toMatchObject({ lost: 1, 'run-again': 0 });
});

test('while a server is unreachable, requests quickly get a 503 and few logins are attempted; then it is used again', async () => {
  const { pool, events } = platform.connect(role);
  await fill(pool);
  await platform.postgres.stop();
  await expect.poll(() => pool.stats().problem).not.toBeNull();
  const started = performance.now();
  const results = await Promise.allSettled(Array.from({ length: 50 }, () => read(pool)));
  expect(performance.now() - started).toBeLessThan(2000);
  for (const result of results) {
    const reason: unknown = result.status === 'rejected' ? result.reason : undefined;
    expect(reason).toBeInstanceOf(AppError);
    expect(reason).toMatchObject({ code: 'DATABASE_UNAVAILABLE', cause: { step: 'connect' } });
  }
  expect(pool.stats()).toMatchObject({ waiting: 0, open: 0 });
  expect(pool.stats().sockets).toBeLessThanOrEqual(1);
  const opened = events.next('opened');
  await platform.postgres.start();
  const back = performance.now();
  await opened;
  expect(performance.now() - back).toBeLessThan(3000);
  await read(pool);
  expect(pool.stats().problem).toBeNull();
  await expect.poll(() => pool.stats().open).toBe(4);
});

test('a server that is unreachable at the start is used as soon as it is up', async () => {
  await platform.postgres.stop();
  const { pool, events } = platform.connect(role, { password: 'later' });
  await expect(read(pool)).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  const opened = events.next('opened');
  await platform.postgres.start();
  await platform.postgres.setToken(role, 'later', Date.now() + 60_000);
  await opened;
  await read(pool);
});

test('a server that accepts connections but does not answer does not keep everyone waiting', async () => {
  const { createServer } = await import('node:net');
  const sockets = new Set<import('node:net').Socket>();
  const silent = createServer((socket) => void sockets.add(socket));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const address = silent.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const { pool } = platform.connect(role, { host: '127.0.0.1', port, waitTimeoutMs: 200, connectTimeoutMs: 2000 });
  await expect(read(pool)).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  await Promise.allSettled(Array.from({ length: 20 }, () => read(pool)));
  expect(sockets.size).toBe(1);
  await expect.poll(() => pool.stats().problem?.message, { timeout: 5000 }).toMatch(/does not answer/);
  await pool.end();
  for (const socket of sockets) socket.destroy();
  silent.close();
});
