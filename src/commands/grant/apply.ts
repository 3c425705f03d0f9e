import type { ClientBase } from 'pg';
import { ident, sql } from '../../db/sql/sql.ts';
import { type Change, statement } from './change.ts';

/** What the server said to those that it did not do, by what they are about. */
export type Failures = ReadonlyMap<string, string>;

/** Makes each change in a transaction of its own, so that one that is not permitted keeps none of the others. */
export async function apply(changes: readonly Change[], clientOf: (database: string) => ClientBase): Promise<Failures> {
  const failures = new Map<string, string>();
  for (const change of changes) {
    if (change.statements.length === 0) continue;
    const said = await make(change, clientOf(change.database));
    if (said.length > 0) failures.set(change.what, [...new Set(said)].join('; otherwise: '));
  }
  return failures;
}

/** Resolves with what the server said to each way of making the change; with nothing when one of them worked. */
async function make({ owner, statements, otherwise }: Change, client: ClientBase): Promise<readonly string[]> {
  const said: string[] = [];
  for (const way of otherwise ? [statements, otherwise] : [statements]) {
    try {
      await transact(client, owner, way);
      return [];
    } catch (error) {
      said.push(error instanceof Error ? error.message : String(error));
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
    await client.query('ROLLBACK');
    throw error;
  }
}

/** A member who does not inherit the rights of an owner has them only as that owner. */
async function mustBecome(client: ClientBase, owner: string): Promise<boolean> {
  const { rows } = await client.query<{ must: boolean }>(
    "select not pg_catalog.pg_has_role($1, 'usage') and pg_catalog.pg_has_role($1, 'member') as must",
    [owner],
  );
  return rows[0]?.must ?? false;
}
