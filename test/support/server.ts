import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { loadSample } from '../../src/dev/embedded/sample.ts';
import { type ServerConnection, startServer } from '../../src/dev/embedded/server.ts';

/** The server that all tests of a run share. */
export interface TestServer {
  /** A role that may create databases and roles. */
  readonly admin: ServerConnection;
  /** Prefix of the names of all databases and roles of the run. */
  readonly prefix: string;
  /** Template database with a small sample. */
  readonly template: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly postgres: TestServer;
  }
}

/** Runs before all tests: starts a server for the run, or uses the one that PGHOST names. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { admin, stop } = process.env['PGHOST'] ? configuredServer(process.env['PGHOST']) : await embeddedServer();
  const prefix = `test_${randomBytes(4).toString('hex')}_`;
  const template = `${prefix}template`;
  await withClient(admin, (client) => client.query(`create database ${template} template template0 encoding 'UTF8'`));
  await withClient({ ...admin, database: template }, (client) =>
    loadSample(client, { sites: 5, devices: 40, events: 2_000 }),
  );
  project.provide('postgres', { admin, prefix, template });
  return async () => {
    await withClient(admin, (client) => dropAll(client, prefix));
    await stop();
  };
}

/** Settings of a test server: fast, and with enough connections for all tests. */
export const testSettings = {
  max_prepared_transactions: 50,
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  max_connections: 300,
};

async function embeddedServer() {
  const { connection, stop } = await startServer({ settings: testSettings });
  return { admin: connection, stop };
}

function configuredServer(host: string) {
  const { PGPORT = '5432', PGUSER = 'postgres', PGPASSWORD = '', PGDATABASE = 'postgres' } = process.env;
  const admin = { host, port: Number(PGPORT), user: PGUSER, password: PGPASSWORD, database: PGDATABASE };
  return { admin, stop: async () => undefined };
}

/** Drops all databases and roles of the run, also those of tests that failed half-way. */
async function dropAll(client: pg.Client, prefix: string): Promise<void> {
  const { rows } = await client.query<{ statement: string }>(
    `select format('drop database %I with (force)', datname) as statement from pg_database where datname ^@ $1
    union all
    select format('drop role %I', rolname) from pg_roles where rolname ^@ $1`,
    [prefix],
  );
  for (const { statement } of rows) await client.query(statement);
}

async function withClient<T>(connection: ServerConnection, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
