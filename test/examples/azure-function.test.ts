import { afterAll, beforeAll, expect, test } from 'vitest';
import { devices } from '../../examples/azure-function/src/devices.ts';
import { health } from '../../examples/azure-function/src/health.ts';
import { readPoolOptions } from '../../src/db/pool/standalone.ts';
import { type Platform, startPlatform } from '../platform/platform.ts';

let platform: Platform;
const reasons: string[] = [];
const log = (reason: string) => void reasons.push(reason);

beforeAll(async () => {
  platform = await startPlatform(3);
  await platform.postgres.admin(`
    CREATE SCHEMA events;
    CREATE TABLE events.device (serial text PRIMARY KEY, status text NOT NULL);
    INSERT INTO events.device VALUES ('A-1', 'active'), ('A-2', 'retired'), ('A-3', 'active')`);
});
afterAll(() => platform.end());

test('warm invocations continue while tokens expire, connections are replaced and backends die', async () => {
  const role = await platform.createIdentity();
  await platform.postgres.admin(`GRANT USAGE ON SCHEMA events TO "${role}"`);
  await platform.postgres.admin(`GRANT SELECT ON events.device TO "${role}"`);
  const { pool, events } = platform.connect(role, { size: 2 });
  expect(await health(pool, log)).toMatchObject({
    status: 200,
    jsonBody: { status: 'ok', identity: role, serverVersion: expect.stringMatching(/^\d+/) },
  });
  const [first] = await platform.backends(role);
  const firstTokenEnds = platform.tokenEndsAt(role);
  let running = true;
  const invocations = (async () => {
    while (running) {
      expect(await health(pool, log)).toMatchObject({ status: 200, jsonBody: { identity: role } });
      const { status, jsonBody } = await devices(pool, new URLSearchParams('status=active&limit=1'), log);
      expect({ status, jsonBody }).toEqual({
        status: 200,
        jsonBody: { devices: [{ serial: 'A-1', status: 'active' }] },
      });
    }
  })();
  await events.next('replaced');
  const lost = events.next('lost');
  await platform.terminate((await platform.backends(role)).at(-1) ?? '');
  await lost;
  while (Date.now() < firstTokenEnds) await events.next('token-issued');
  running = false;
  await invocations;
  expect(await platform.backends(role)).not.toContain(first);
  const { jsonBody } = await health(pool, log);
  expect(jsonBody.secondsToTokenExpiry).toBeGreaterThanOrEqual(0);
  expect(reasons).toEqual([]);
});

test('an unreachable database is a 503, whose reason is only in the log', async () => {
  const role = await platform.createIdentity();
  const { pool } = platform.connect(role, { port: 1 });
  expect(await health(pool, log)).toMatchObject({ status: 503, headers: { 'Retry-After': '1' } });
  expect(reasons).toEqual([expect.stringMatching(/does not answer/)]);
  expect((await devices(pool, new URLSearchParams('limit=1000'), log)).status).toBe(400);
});

test('the pool reads the variables that the server reads', () => {
  const options = readPoolOptions({ PGHOST: 'localhost', PGUSER: 'app', PGPASSWORD: 'secret', PG_POOL_SIZE: '2' });
  expect(options).toMatchObject({ host: 'localhost', user: 'app', size: 2, ssl: false });
  expect(() => readPoolOptions({})).toThrow(/PGHOST: required/);
});
