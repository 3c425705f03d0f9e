import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { LoginError } from '../../src/db/pool/loginError.ts';
import type { Pool } from '../../src/db/pool/pool.ts';
import { AppError } from '../../src/errors.ts';
import { type Platform, startPlatform } from '../platform/platform.ts';
import { startProxy } from '../support/proxy.ts';

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

const ask = (pool: Pool, text = 'select 1') => pool.use((client) => client.query(text));
const backend = async (pool: Pool) => (await ask(pool, 'select pg_backend_pid() pid')).rows[0].pid as number;

const failure = async (work: Promise<unknown>): Promise<{ readonly error: AppError; readonly cause: LoginError }> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw error ?? new Error('It did not fail');
  expect(error.code).toBe('DATABASE_UNAVAILABLE');
  expect(error.extensions.http).toEqual({ status: 503, headers: { 'Retry-After': '1' } });
  return { error, cause: error.cause as LoginError };
};

test('the pool logs in over TLS with a token, as the role of the identity', async () => {
  const { pool } = platform.connect(role);
  const { rows } = await ask(pool, 'select current_user, ssl from pg_stat_ssl where pid = pg_backend_pid()');
  expect(rows).toEqual([{ current_user: role, ssl: true }]);
});

test('a session has its settings from the start', async () => {
  const { pool } = platform.connect(role);
  const { rows } = await ask(pool, "select name, setting from pg_settings where source = 'client' order by name");
  expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toEqual({
    application_name: 'events-graphql',
    bytea_output: 'hex',
    client_encoding: 'UTF8',
    DateStyle: 'ISO, MDY',
    extra_float_digits: '1',
    idle_in_transaction_session_timeout: '60000',
    IntervalStyle: 'iso_8601',
    jit: 'off',
    lock_timeout: '1667',
    statement_timeout: '5000',
    TimeZone: 'UTC',
  });
});

test('twenty requests share four connections and one token', async () => {
  const { pool } = platform.connect(role);
  const before = platform.identity.requests();
  await Promise.all(Array.from({ length: 20 }, () => ask(pool, 'select pg_sleep(0.01)')));
  expect(pool.stats()).toMatchObject({ sockets: 4, open: 4, idle: 4, waiting: 0 });
  expect(platform.identity.requests() - before).toBe(1);
});

test('the token is fetched before a socket opens', async () => {
  platform.identity.fault = { kind: 'status', status: 500 };
  const { pool } = platform.connect(role);
  const { cause } = await failure(ask(pool));
  expect(cause).toMatchObject({ step: 'token', cause: { problem: 'endpoint-down' } });
  expect(await platform.backends(role)).toEqual([]);
  expect(pool.stats().open).toBe(0);
});

test.concurrent.each([
  ['an untrusted authority', { ssl: {} }, 'tls', /PGSSLROOTCERT/],
  ['a host name that the certificate does not have', { host: '127.0.0.1' }, 'tls', /PGHOST/],
  ['a name that does not exist', { host: 'no.invalid' }, 'name', /private DNS zone/],
  ['a port on which nothing listens', { port: 1 }, 'connect', /does not answer/],
  ['a database that does not exist', { database: 'nowhere' }, 'login', /"nowhere" does not exist/],
  ['no TLS', { ssl: false }, 'login', /no encryption/],
  ['a wrong password', { password: 'wrong' }, 'login', /password/],
] as const)('%s fails at its own step, which the client does not learn', async (_, options, step, message) => {
  const { pool } = platform.connect(await platform.createIdentity(), options);
  const { error, cause } = await failure(ask(pool));
  expect(error.message).toBe('The database is not available; try again');
  expect(cause).toBeInstanceOf(LoginError);
  expect(cause.step).toBe(step);
  expect(cause.message).toMatch(message);
  await pool.end();
});

test('a token for another resource is distinguished from a role that is not this identity', async () => {
  platform.identity.fault = { kind: 'wrong-audience' };
  const first = await failure(ask(platform.connect(role).pool));
  expect(first.cause).toMatchObject({ step: 'login', problem: 'wrong-audience' });
  expect(first.cause.message).toMatch(/management\.azure\.com.*PG_TOKEN_SCOPE/);
  platform.identity.fault = undefined;
  const other = await platform.createIdentity();
  const second = await failure(ask(platform.connect(role, { user: other }).pool));
  expect(second.cause).toMatchObject({ step: 'login', cause: { problem: 'denied' } });
});

test('a token that expires early is replaced within the same login', async () => {
  platform.identity.fault = { kind: 'clock-ahead', seconds: 30 };
  platform.identity.lifeSeconds = 2;
  const { pool, events } = platform.connect(role, { size: 1 });
  const first = await backend(pool);
  await platform.postgres.admin(`ALTER ROLE "${role}" VALID UNTIL '2000-01-01'`);
  platform.identity.fault = undefined;
  platform.identity.lifeSeconds = 60;
  await platform.terminate(String(first));
  expect(await backend(pool)).not.toBe(first);
  expect(events.errors.map(String)).toEqual([expect.stringMatching(/terminat/)]);
  expect(pool.stats().counts).toMatchObject({ 'login-failed': 0 });
});

test('a request that finds no free connection is told to retry, and the next one is served', async () => {
  const { pool } = platform.connect(role, { size: 1, waitTimeoutMs: 100 });
  await expect.poll(() => ask(pool).then(() => 'works', String)).toBe('works');
  const long = ask(pool, 'select pg_sleep(0.3)');
  const { cause } = await failure(ask(pool));
  expect(cause.message).toMatch(/None of 1 connections/);
  await long;
  await ask(pool);
});

test('abandoned work is cancelled, over TLS too, and its connection stays in use', async () => {
  const { pool } = platform.connect(role, { size: 1 });
  const first = await backend(pool);
  const controller = new AbortController();
  const { signal } = controller;
  const work = pool.use((client) => client.query('select pg_sleep(4)'), { signal, cancel: true });
  work.catch(() => {});
  const activity = 'select 1 from pg_stat_activity where usename = $1 and query ~ $2';
  await expect.poll(() => platform.postgres.admin(activity, [role, 'pg_sleep'])).toHaveLength(1);
  controller.abort(new Error('gone'));
  await expect(work).rejects.toThrow('gone');
  expect(await backend(pool)).toBe(first);
});

test('a failed statement leaves its connection in the pool, an open transaction does not', async () => {
  const { pool } = platform.connect(role, { size: 1 });
  const first = await backend(pool);
  await expect(ask(pool, 'select 1/0')).rejects.toThrow(/division by zero/);
  expect(await backend(pool)).toBe(first);
  await ask(pool, 'begin');
  expect(await backend(pool)).not.toBe(first);
});

test('ending the pool waits for running work, and rejects more', async () => {
  const { pool } = platform.connect(role);
  await ask(pool);
  const long = ask(pool, 'select pg_sleep(0.1)');
  const end = pool.end();
  await failure(ask(pool));
  await Promise.all([long, end]);
  expect(pool.stats()).toMatchObject({ sockets: 0, open: 0 });
  await expect.poll(() => platform.backends(role)).toEqual([]);
});

test('a connection whose client gave up a statement is closed, since the statement still runs', async () => {
  const { pool } = platform.connect(role, { size: 1 });
  const first = await backend(pool);
  const slow = { text: 'select pg_sleep(5)', query_timeout: 50 };
  await expect(pool.use((client) => client.query(slow))).rejects.toThrow('Query read timeout');
  expect(await backend(pool)).not.toBe(first);
});

test('a statement whose server falls silent fails, and its connection is replaced; an idle one stays open', async () => {
  const proxy = await startProxy(platform.postgres.port);
  const { pool: idle } = platform.connect(role, { size: 1, statementTimeoutMs: 100 });
  const { pool } = platform.connect(role, { size: 1, statementTimeoutMs: 100, port: proxy.port });
  const [kept, lost] = [await backend(idle), await backend(pool)];
  proxy.silence();
  await expect(ask(pool)).rejects.toThrow('Connection terminated: no answer within 5100 ms');
  expect(await backend(pool)).not.toBe(lost);
  expect(await backend(idle)).toBe(kept);
  await proxy.close();
});
