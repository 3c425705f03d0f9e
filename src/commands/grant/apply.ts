import type { ClientBase } from 'pg';
import { ident, sql } from '../../db/sql/sql.ts';
import { errorMessage } from '../../errors.ts';
import { type Change, statement } from './change.ts';

/** The server's messages for changes that failed, by their `what`. */
export type Failures = ReadonlyMap<string, string>;

/** Makes each change in a transaction of its own, so that a forbidden one does not undo the others. */
export async function apply(changes: readonly Change[], clientOf: (database: string) => ClientBase): Promise<Failures> {
  const failures = new Map<string, string>();
  for (const change of changes) {
    if (change.statements.length === 0) continue;
    const said = await make(change, clientOf(change.database));
    if (said.length > 0) failures.set(change.what, [...new Set(said)].join('; second attempt: '));
  }
  return failures;
}

/** Makes a change. Resolves with the server's message for each failed attempt; empty if one succeeded. */
async function make({ owner, statements, otherwise }: Change, client: ClientBase): Promise<readonly string[]> {
  const said: string[] = [];
  for (const attempt of otherwise ? [statements, otherwise] : [statements]) {
    try {
      await transact(client, owner, attempt);
      return [];
    } catch (error) {
      said.push(errorMessage(error));
    }
  }
  return said;
}

async function transact(client: ClientBase, owner: string | null, statements: readonly string[]): Promise<void> {
  await client.query('BEGIN');
  try {
    if (owner !== null && (await mustBecome(client, owner))) {
      await client.query(statement(sql`SET LOCAL ROLE ${ident(owner)}`));
    }
    for (const text of statements) await client.query(text);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {}); // fails on a lost connection, whose transaction has ended
    throw error;
  }
}

/** Tells whether the administrator must assume the owner's role, as a member that does not inherit its privileges. */
async function mustBecome(client: ClientBase, owner: string): Promise<boolean> {
  const { rows } = await client.query<{ must: boolean }>(
    "select not pg_catalog.pg_has_role($1, 'usage') and pg_catalog.pg_has_role($1, 'member') as must",
    [owner],
  );
  return rows[0]?.must ?? false;
}
