import type pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

const size = 3;

let database: TestDatabase;
let api: TestApi;
let owner: pg.Client;

beforeEach(async () => {
  database = await createDatabase();
  api = await createTestApi(database.connection, { size });
  owner = await database.connect();
});

afterEach(async () => {
  await owner.end();
  await api.close();
  await database.drop();
});

const probe = async () => (await api.app.fetch('http://localhost/health/ready')).status;
const probes = (count: number) => Promise.all(Array.from({ length: count }, probe));

/** Makes every connection wait for a lock that the table's owner holds. */
async function occupyPool() {
  await owner.query('begin; lock table events.site');
  // Equal requests would share one statement.
  const requests = Array.from({ length: size }, (_, n) =>
    api.send(`{ sites(where: { siteId: { gt: ${n} } }) { totalCount } }`),
  );
  const waiting = async () =>
    (await database.admin("select from pg_locks where not granted and relation = 'events.site'::regclass")).rowCount;
  await expect.poll(waiting).toBe(size);
  return async () => {
    await owner.query('rollback');
    return Promise.all(requests);
  };
}

test('of any number of probes, one waits for a connection; a busy pool is ready', async () => {
  const release = await occupyPool();
  const flood = probes(1500);
  await expect.poll(() => api.pool.stats().waiting).toBe(1);
  expect(new Set(await flood)).toEqual(new Set([200]));
  for (const { errors } of await release()) expect(errors).toBeUndefined();
  expect(api.log.filter(({ msg }) => msg === 'Not ready')).toEqual([]);
});

test('a flood of probes is one statement', async () => {
  const statements = async () => {
    const { rows } = await database.admin<{ n: number }>(
      "select count(*)::int as n from pg_stat_activity where query = 'select 1' and datname = current_database()",
    );
    return rows[0]?.n;
  };
  expect(new Set(await probes(500))).toEqual(new Set([200]));
  expect(api.pool.stats().open).toBeLessThanOrEqual(size);
  expect(await statements()).toBe(1);
});

test('while a database refuses logins the server is not ready, and recovers by itself', async () => {
  expect(await probe()).toBe(200);
  const { user } = database.connection;
  await owner.query(`alter role ${user} nologin`);
  await owner.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [user]);
  await expect.poll(probe, { timeout: 10_000 }).toBe(503);
  expect(new Set(await probes(500))).toEqual(new Set([503]));
  const { status, headers } = await api.app.fetch('http://localhost/graphql?query={sites{totalCount}}', {
    headers: { accept: 'application/graphql-response+json' },
  });
  expect([status, headers.get('retry-after')]).toEqual([200, '1']); // the reply has data: its only field is null
  await owner.query(`alter role ${user} login`);
  await expect.poll(probe, { timeout: 10_000 }).toBe(200);
  const told = api.log.flatMap(({ msg }) => (/^(Not ready|Ready again)$/.test(msg) ? [msg] : []));
  expect(told).toEqual(['Not ready', 'Ready again']);
});

test('a request is answered before most of the probes of a flood that came first', async () => {
  await probe();
  let answered = 0;
  const flood = Array.from({ length: 500 }, async () => {
    await probe();
    answered++;
  });
  await api.send('{ __typename }');
  expect(answered).toBeLessThan(250);
  await Promise.all(flood);
});

test('a server that stops is not ready, which is not logged as a fault', async () => {
  expect(await probe()).toBe(200);
  api.served.stop();
  expect(await probe()).toBe(503);
  expect(api.log.filter(({ msg }) => msg === 'Not ready')).toEqual([]);
});

test.each(['answers', 'fails'])(
  'a probe during which the server stops finds it not ready, if the database %s',
  async (what) => {
    const release = await occupyPool();
    const waiting = probe();
    await expect.poll(() => api.pool.stats().waiting).toBe(1);
    api.served.stop();
    if (what === 'fails') {
      const { user } = database.connection;
      await owner.query(`alter role ${user} nologin`);
      await owner.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [user]);
    }
    await release();
    expect(await waiting).toBe(503);
    expect(api.log.filter(({ msg }) => /^(Not ready|Ready again)$/.test(msg))).toEqual([]);
  },
);
