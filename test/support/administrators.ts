import pg from 'pg';
import { type Server, startServer } from '../../src/dev/embedded/server.ts';
import { admin } from './ownServer.ts';

/** Azure's administrators: a person, a guest of the tenant, and the identity of a job. */
export const person = 'you_example.com#EXT#@tenant.onmicrosoft.com';
export const job = 'id-grant';

export interface AdministeredServer extends Server {
  /** Creates the database `telemetry`, from scratch. */
  createDatabase(): Promise<void>;
  /** Runs SQL there as one of the roles. */
  as(user: string, sql: string): Promise<readonly Record<string, unknown>[]>;
  /** Returns the variables with which a command logs in there as one of the roles. */
  variablesOf(user: string): Readonly<Record<string, string>>;
}

/**
 * Starts a server with administrators like Azure's: none is a superuser or has rights over another, and all are members
 * of one role, which owns the database.
 */
export async function startAdministeredServer(native?: string): Promise<AdministeredServer> {
  const server = await startServer({ ...(native !== undefined && { native }) });
  for (const text of [
    'CREATE ROLE azure_pg_admin CREATEROLE CREATEDB',
    ...[person, job].map((name) => `CREATE ROLE "${name}" LOGIN CREATEROLE CREATEDB PASSWORD 'secret'`),
    ...[person, job].map((name) => `GRANT azure_pg_admin TO "${name}"`),
  ]) {
    await admin(server, text);
  }
  return {
    ...server,
    async createDatabase() {
      await admin(server, 'DROP DATABASE IF EXISTS telemetry WITH (FORCE)');
      await admin(server, 'CREATE DATABASE telemetry OWNER azure_pg_admin');
    },
    async as(user, sql) {
      const client = new pg.Client({ ...server.connection, database: 'telemetry', user, password: 'secret' });
      await client.connect();
      try {
        return (await client.query<Record<string, unknown>>(sql)).rows;
      } finally {
        await client.end();
      }
    },
    variablesOf: (user) => ({
      PGHOST: server.connection.host,
      PGPORT: String(server.connection.port),
      PGDATABASE: 'telemetry',
      PGUSER: user,
      PGPASSWORD: 'secret',
      PG_AUTH: 'password',
    }),
  };
}
