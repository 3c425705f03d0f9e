import { basename, sep } from 'node:path';
import type { ClientBase } from 'pg';
import Postgrator from 'postgrator';
import { ident, sql } from '../../db/sql/sql.ts';
import { statement } from '../grant/change.ts';
import { type MigrationFile, readMigrationFiles } from './files.ts';
import { MigrationError } from './migrationError.ts';
import { ownerOf } from './owner.ts';

export interface Migrated {
  /** Owner of everything that the files create. */
  readonly owner: string;
  readonly files: readonly (MigrationFile & { readonly isNew: boolean })[];
}

/** The table of files that ran. It lies outside the served schema, whose tables are all in the API. */
const record = 'events_graphql.migrations';

/** An arbitrary number for the advisory lock, unlikely to be used by anybody else. */
const lock = 4_891_233_107;

/**
 * Time in seconds that a file waits for a lock. While it waits, everybody else waits behind it, even to read the table;
 * but the files may be run again.
 */
const lockSeconds = 30;

/** Runs the files that have not run yet, all in one transaction; a concurrent run waits for it. */
export async function runMigrations(client: ClientBase, folder: string, schema: string): Promise<Migrated> {
  const files = await readMigrationFiles(folder);
  const owner = await ownerOf(client, schema);
  // Resets what the previous file set, so that each file starts as in a new session.
  const beginFile = `${statement(sql`SET LOCAL ROLE ${ident(owner)}`)} SET LOCAL search_path TO DEFAULT; SET LOCAL lock_timeout TO '${lockSeconds}s'`;
  await client.query('BEGIN');
  try {
    await client.query(`SELECT pg_catalog.pg_advisory_xact_lock(${lock}); ${beginFile}`);
    const ran = await runNew(client, folder, beginFile);
    await refuseSkipped(client, files);
    await client.query('COMMIT');
    return { owner, files: files.map((file) => ({ ...file, isNew: ran.has(file.number) })) };
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {}); // fails on a lost connection, whose transaction has ended
    throw error;
  }
}

/** Runs the new files; resolves with their numbers. */
async function runNew(client: ClientBase, folder: string, beginFile: string): Promise<ReadonlySet<number>> {
  const transaction = await transactionOf(client);
  let file = '';
  const postgrator = new Postgrator({
    driver: 'pg',
    schemaTable: record,
    migrationPattern: `${asPattern(folder)}/*.sql`,
    newline: 'LF',
    execQuery: (query) => client.query(query),
    async execSqlScript(script) {
      await client.query(beginFile);
      await client.query(script).catch((error: Error) => {
        throw new MigrationError(`${file}${lineOf(error, script)}: ${messageOf(error)}`);
      });
      if ((await transactionOf(client)) === transaction) return;
      throw new MigrationError(`${file} ends the transaction in which all files run: remove COMMIT and ROLLBACK`);
    },
  });
  const begin = ({ filename }: Postgrator.Migration) => {
    file = basename(filename);
  };
  postgrator.on('validation-started', begin);
  postgrator.on('migration-started', begin);
  try {
    return new Set((await postgrator.migrate()).map(({ version }) => version));
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('MD5 checksum failed')) throw error;
    throw new MigrationError(`${file} was changed after it ran: undo that, and put the change into a new file`);
  }
}

/** Converts a path to the glob pattern that matches only this path; patterns use slashes on Windows too. */
const asPattern = (path: string): string => path.replaceAll(sep, '/').replaceAll(/[[\]{}()*?!+@\\]/g, String.raw`\$&`);

/** Refuses files with a lower number than one that ran, since they would never run. */
async function refuseSkipped(client: ClientBase, files: readonly MigrationFile[]): Promise<void> {
  const { rows } = await client.query<{ version: string }>(`SELECT version FROM ${record}`);
  const ran = new Set(rows.map(({ version }) => Number(version)));
  const skipped = files.filter(({ number }) => !ran.has(number)).map(({ name }) => name);
  if (skipped.length === 0) return;
  throw new MigrationError(
    `${skipped.join(', ')}: files with higher numbers have already run: use a number above ${Math.max(...ran)}`,
  );
}

async function transactionOf(client: ClientBase): Promise<string | undefined> {
  const { rows } = await client.query<{ id: string }>('SELECT pg_catalog.pg_current_xact_id()::pg_catalog.text AS id');
  return rows[0]?.id;
}

const lockNotAvailable = '55P03';

const messageOf = (error: Error): string =>
  'code' in error && error.code === lockNotAvailable
    ? `${error.message}: another transaction uses the table; run the command again when it has ended, or set lock_timeout in the file`
    : error.message;

function lineOf(error: Error, script: string): string {
  const position = 'position' in error ? Number(error.position) : 0;
  return position > 0 ? `, line ${script.slice(0, position - 1).split('\n').length}` : '';
}
