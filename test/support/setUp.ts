import { afterAll } from 'vitest';
import { createTestApi, type TestApi, type TestApiOptions } from './api.ts';
import { createDatabase, type TestDatabase } from './database.ts';
import { createIssuer, type Issuer } from './issuer.ts';
import { serveStreams } from './streams.ts';

// Set-ups that a test file awaits at its top, or a `describe` at its top. They end after the last test, in reverse
// order. If one fails half-way, its sockets end with the file's worker, and its databases with the run.

interface DatabaseOptions {
  /** Creates the database; the default has the sample. */
  readonly database?: () => Promise<TestDatabase>;
  /** SQL to run before the database's role may read and write everything; or a function that grants by itself. */
  readonly prepare?: string | ((database: TestDatabase) => Promise<unknown>);
}

export async function setUpDatabase({
  database: create = createDatabase,
  prepare,
}: DatabaseOptions = {}): Promise<TestDatabase> {
  const database = await create();
  afterAll(() => database.drop());
  if (typeof prepare === 'string') {
    await database.admin(prepare);
    await database.grantAll(database.connection);
  } else await prepare?.(database);
  return database;
}

export async function setUpApi(...[connection, options]: Parameters<typeof createTestApi>): Promise<TestApi> {
  const api = await createTestApi(connection, options);
  afterAll(() => api.close());
  return api;
}

/** Sets up a database and an API over it. */
export async function setUp({ database: create, prepare, ...options }: DatabaseOptions & TestApiOptions = {}) {
  const database = await setUpDatabase({ database: create, prepare });
  return { database, api: await setUpApi(database.connection, options) };
}

/** Sets up an API on a socket. */
export async function setUpServer(
  api: Parameters<typeof serveStreams>[0] & Pick<TestApi, 'tails'>,
  timeouts?: Parameters<typeof serveStreams>[1],
) {
  const server = await serveStreams(api, timeouts);
  afterAll(async () => {
    api.tails.stop();
    await server.drain(1000);
  });
  return server;
}

export async function setUpIssuer(): Promise<Issuer> {
  const issuer = await createIssuer();
  afterAll(() => issuer.end());
  return issuer;
}
