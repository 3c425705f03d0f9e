import { randomBytes } from 'node:crypto';
import { connect as knock } from 'node:net';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { inject } from 'vitest';
import type { ServerConnection } from '../../src/dev/embedded/server.ts';

/** A test's own database. */
export interface TestDatabase {
  /** The database's own role, as which the server would log in; it has only the rights that it was granted. */
  readonly connection: ServerConnection;
  /** Runs SQL as the owner of everything in the database. */
  admin<R extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<pg.QueryResult<R>>;
  /** Analyzes all tables, and marks their pages as visible to all, on which index-only scans rely. */
  vacuum(): Promise<void>;
  /** Opens another session of that owner. */
  connect(): Promise<pg.Client>;
  /** Creates another role that may log in; `drop` drops it. */
  createRole(): Promise<ServerConnection>;
  /** Lets a role read and write everything that is in the schema now. */
  grantAll(role: ServerConnection, schema?: string): Promise<void>;
  /** Drops the database and its roles, and ends open sessions. */
  drop(): Promise<void>;
}

/**
 * Creates a database with the `events` schema and its small sample, which the role of `connection` may read and write.
 */
export async function createDatabase(): Promise<TestDatabase> {
  const database = await clone(inject('postgres').template);
  await database.grantAll(database.connection);
  return database;
}

/** Creates an empty database. */
export const createEmptyDatabase = (): Promise<TestDatabase> => clone("template0 encoding 'UTF8'");

/** Tells whether `createExtendedDatabase` can create these extensions; without them, skip the test. */
export const hasExtensions = (...names: readonly string[]): boolean =>
  names.every((name) => inject('debian')?.extensions.includes(name));

/** Creates a database on Debian's PostgreSQL, empty except for these extensions in `public`. */
export async function createExtendedDatabase(...extensions: readonly string[]): Promise<TestDatabase> {
  const answer = await text(knock(inject('debian')?.port ?? 0, '127.0.0.1'));
  if (!answer.startsWith('{')) throw new Error(answer);
  const database = await clone("template0 encoding 'UTF8'", JSON.parse(answer) as ServerConnection);
  for (const name of extensions) await database.admin(`create extension ${name} schema public`);
  return database;
}

async function clone(template: string, server = inject('postgres').admin): Promise<TestDatabase> {
  const { prefix } = inject('postgres');
  const uniqueName = () => prefix + randomBytes(6).toString('hex');
  const database = uniqueName();
  const creator = await connect(server);
  await creator.query(`create database ${database} template ${template}`);
  const admin = await connect({ ...server, database });
  const roles: ServerConnection[] = [];
  const createRole = async (): Promise<ServerConnection> => {
    const role = { ...server, database, user: uniqueName(), password: randomBytes(6).toString('hex') };
    await admin.query(`create role ${role.user} login password '${role.password}'`);
    roles.push(role);
    return role;
  };
  return {
    connection: await createRole(),
    admin: (sql, values) => admin.query(sql, values && [...values]),
    async vacuum() {
      // With `synchronous_commit` off, VACUUM finds no rows of a transaction visible until the log is written.
      await admin.query('checkpoint');
      await admin.query('vacuum analyze');
    },
    connect: () => connect({ ...server, database }),
    createRole,
    async grantAll({ user }, schema = 'events') {
      await admin.query(`
        grant usage on schema ${schema} to ${user};
        grant select, insert, update, delete on all tables in schema ${schema} to ${user};
        grant usage on all sequences in schema ${schema} to ${user}`);
    },
    async drop() {
      await admin.end();
      await creator.query(`drop database ${database} with (force)`);
      for (const { user } of roles) await creator.query(`drop role ${user}`);
      await creator.end();
    },
  };
}

async function connect(connection: ServerConnection): Promise<pg.Client> {
  const client = new pg.Client(connection);
  client.on('error', () => undefined); // a test may end the session or the server
  await client.connect();
  return client;
}
