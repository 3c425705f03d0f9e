import { ManagedIdentityCredential } from '@azure/identity';
import { entraTokenProvider } from '@azure/postgresql-auth';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { withRetry } from '../../src/db/pool/retry.ts';
import { type Platform, startPlatform } from '../platform/platform.ts';

/**
 * Compares our pool with pg's pool and the tokens of Microsoft's `@azure/postgresql-auth`. The differences are the
 * reason for our own pool: the test of a difference that has disappeared fails, and once there are none, our pool can
 * go.
 */
let platform: Platform;

const pid = 'select pg_backend_pid()::text pid';

beforeAll(async () => {
  platform = await startPlatform(60);
});
beforeEach(() => {
  platform.identity.lifeSeconds = 60;
  platform.identity.fault = undefined;
});
afterAll(() => platform.end());

/** Reads through a pool of one connection with its own identity; `read` resolves with the backend's process id. */
interface Reader {
  readonly role: string;
  read(): Promise<string>;
  /** Reads until the last issued token has expired. */
  outliveToken(): Promise<void>;
  end(): Promise<void>;
}

const createReader = (role: string, read: () => Promise<string>, end: () => Promise<void>): Reader => ({
  role,
  read,
  async outliveToken() {
    const endsAt = platform.tokenEndsAt(role);
    while (Date.now() < endsAt) await read();
  },
  end,
});

async function startOurs(): Promise<Reader> {
  const role = await platform.createIdentity();
  const { pool } = platform.connect(role, { size: 1 });
  const read = async () => (await withRetry(pool, 'read', (client) => client.query(pid))).rows[0].pid;
  return createReader(role, read, () => pool.end());
}

async function startTheirs(): Promise<Reader> {
  const role = await platform.createIdentity();
  const { host, port, ca } = platform.postgres;
  const credential = new ManagedIdentityCredential({ clientId: role, retryOptions: { maxRetries: 0 } });
  const password = entraTokenProvider(credential);
  // Unlike Azure's, this PostgreSQL checks the role before it asks for the password, so the token must be registered by
  // then.
  await password();
  platform.identity.fault = { kind: 'same-token' };
  const pool = new pg.Pool({ host, port, ssl: { ca }, database: 'postgres', user: role, password, max: 1 });
  pool.on('error', () => {});
  return createReader(
    role,
    async () => (await pool.query(pid)).rows[0].pid,
    () => pool.end(),
  );
}

describe('an open connection whose token expires', () => {
  test('our pool replaces an open connection whose token expires', async () => {
    platform.identity.lifeSeconds = 3;
    const ours = await startOurs();
    const first = await ours.read();
    await ours.outliveToken();
    await expect.poll(ours.read).not.toBe(first);
    await ours.end();
  });

  test("pg's pool keeps an open connection whose token expires", async () => {
    platform.identity.lifeSeconds = 3;
    const theirs = await startTheirs();
    const first = await theirs.read();
    await theirs.outliveToken();
    expect(await theirs.read()).toBe(first);
    await theirs.end();
  });
});

describe('while the identity endpoint is unreachable', () => {
  /** Reads on a new connection, after the previous one was lost. */
  async function readAnew(reader: Reader): Promise<string> {
    const first = await reader.read();
    await platform.identity.refuse();
    try {
      await platform.terminate(first);
      return await reader.read();
    } finally {
      await platform.identity.listen();
      await reader.end();
    }
  }

  test('without the endpoint, our pool logs in with a token of less than five minutes', async () => {
    const ours = await startOurs();
    expect(await readAnew(ours)).toMatch(/^\d+$/);
  });

  test("without the endpoint, pg's pool does not log in, because it requests a token for each login", async () => {
    const theirs = await startTheirs();
    await expect(readAnew(theirs)).rejects.toThrow(/token|identity|ECONNREFUSED/i);
  });
});
