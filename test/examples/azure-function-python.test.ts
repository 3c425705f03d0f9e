import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Platform, startPlatform } from '../platform/platform.ts';
import { type FunctionHost, python, startFunctionHost } from './python/functionHost.ts';

describe.skipIf(!python)('the functions in Python', () => {
  let platform: Platform;
  let directory: string;
  const hosts: FunctionHost[] = [];

  beforeAll(async () => {
    platform = await startPlatform(3);
    directory = await mkdtemp(join(tmpdir(), 'function-'));
    await writeFile(join(directory, 'ca.pem'), platform.postgres.ca);
    await platform.postgres.admin(`
      CREATE SCHEMA events;
      CREATE TABLE events.device (serial text PRIMARY KEY, status text NOT NULL);
      INSERT INTO events.device VALUES ('A-1', 'active'), ('A-2', 'retired'), ('A-3', 'active')`);
  });
  afterEach(async () => {
    await Promise.all(hosts.splice(0).map((host) => host.end()));
  });
  afterAll(async () => {
    await platform.end();
    await rm(directory, { recursive: true });
  });

  /** Starts the functions, which log in with the app's identity. */
  async function start(role: string, variables: Readonly<Record<string, string>> = {}): Promise<FunctionHost> {
    const host = await startFunctionHost({
      PGHOST: platform.postgres.host,
      PGPORT: String(platform.postgres.port),
      PGDATABASE: 'postgres',
      PGUSER: role,
      PGSSLROOTCERT: join(directory, 'ca.pem'),
      PG_AUTH: 'user-identity',
      AZURE_CLIENT_ID: role,
      IDENTITY_ENDPOINT: platform.identity.url,
      IDENTITY_HEADER: platform.identity.header,
      ...variables,
    });
    hosts.push(host);
    return host;
  }

  async function createReader(clientId?: 'system'): Promise<string> {
    const role = await platform.createIdentity(clientId);
    await platform.postgres.admin(`GRANT USAGE ON SCHEMA events TO "${role}"`);
    await platform.postgres.admin(`GRANT SELECT ON events.device TO "${role}"`);
    return role;
  }

  test('the functions log in with a token of the identity, as its role', async () => {
    const role = await createReader();
    const host = await start(role);
    expect(await host.call('health')).toMatchObject({
      status: 200,
      body: { status: 'ok', identity: role, serverVersion: expect.stringMatching(/^\d+/) },
    });
    expect(platform.identity.requests(role)).toBe(1);
  });

  test("the functions also log in with the app's own identity", async () => {
    const role = await createReader('system');
    const host = await start(role, { PG_AUTH: 'system-identity' });
    expect(await host.call('health')).toMatchObject({ status: 200, body: { identity: role } });
  });

  test('the functions read rows, and reject an invalid limit', async () => {
    const host = await start(await createReader());
    expect(await host.call('devices', { status: 'active', limit: '1' })).toMatchObject({
      status: 200,
      body: { devices: [{ serial: 'A-1', status: 'active' }] },
    });
    expect((await host.call('devices')).body['devices']).toHaveLength(3);
    for (const limit of ['0', '101', '1.5', 'x', '-1', '']) {
      expect(await host.call('devices', { limit })).toMatchObject({ status: 400 });
    }
  });

  test('the functions repeat a read whose connection died, with the next token if the first has ended', async () => {
    const role = await createReader();
    const host = await start(role);
    await host.call('health');
    const [first] = await platform.backends(role);
    const issued = platform.identity.requests(role);
    while (Date.now() < platform.tokenEndsAt(role)) await host.call('health');
    expect(await platform.backends(role)).toEqual([first]);
    await platform.terminate(first ?? '');
    expect(await host.call('health')).toMatchObject({ status: 200, body: { identity: role } });
    expect(platform.identity.requests(role)).toBeGreaterThan(issued);
    expect(await platform.backends(role)).not.toContain(first);
  });

  test('the functions serve on an open connection while the identity endpoint is unreachable', async () => {
    const role = await createReader();
    const host = await start(role);
    await host.call('health');
    await platform.identity.refuse();
    try {
      while (Date.now() < platform.tokenEndsAt(role)) await host.call('health');
      expect((await host.call('health')).status).toBe(200);
    } finally {
      await platform.identity.listen();
    }
  });

  test('the functions answer 503 if the database is unreachable, and only the log says why', async () => {
    const host = await start(await createReader(), { PGPORT: '1' });
    expect(await host.call('health')).toEqual({
      status: 503,
      headers: { 'Retry-After': '1' },
      body: { error: 'The database does not answer.' },
    });
    expect(host.log()).toMatch(/Connection refused/);
  });

  test('the functions start only with an identity', async () => {
    await expect(start('app', { PG_AUTH: 'password' })).rejects.toThrow(
      'PG_AUTH is "password": it must be user-identity, system-identity or default-credential',
    );
  });
});
