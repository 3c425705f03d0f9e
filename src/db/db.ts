import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';
import { codeOf, fromPostgres } from '../errors.ts';
import type { Lender } from './pool.ts';
import { withRetry } from './retry.ts';
import { type Sql, toQuery, type Value } from './sql.ts';

/** Every value as the text that PostgreSQL sent, so that no digit is lost on the way. */
export type Row = Readonly<Record<string, string | null>>;

export interface Db {
  /** Runs one statement; rejects with an AppError where PostgreSQL's error has a translation. */
  rows(query: Sql): Promise<readonly Row[]>;
  /** Runs one statement that changes rows, in a transaction of its own; never again when it may have been applied. */
  write(query: Sql): Promise<readonly Row[]>;
}

/** On one connection at most so many statements are prepared, which bounds its memory; the rest are planned each time. */
const preparedLimit = 500;

/** "cached plan must not change result type", and a prepared statement that is gone. */
const staleStatement = new Set(['0A000', '26000']);

/** What PostgreSQL says when the schema is no longer what it was, or its grants are not. */
const schemaChanged = new Set(['0A000', '42P01', '42P10', '42703', '42501', '428C9']);

const asText = { getTypeParser: () => (value: unknown) => value };

/** `onSchemaChanged` hears of every error that a change of the database's schema can cause. */
export function createDb(pool: Lender, onSchemaChanged: () => void = () => {}): Db {
  /** By connection: the names of its prepared statements by their text. */
  const prepared = new WeakMap<ClientBase, Map<string, string>>();

  function namesOf(client: ClientBase): Map<string, string> {
    const names = prepared.get(client) ?? new Map<string, string>();
    prepared.set(client, names);
    return names;
  }

  async function run(client: ClientBase, text: string, values: Value[]): Promise<readonly Row[]> {
    const names = namesOf(client);
    const execute = async () => {
      if (!names.has(text) && names.size < preparedLimit) names.set(text, nameOf(text));
      const result = await client.query<Row>({ name: names.get(text), text, values, types: asText });
      return result.rows;
    };
    try {
      return await execute();
    } catch (error) {
      if (schemaChanged.has(codeOf(error) ?? '')) onSchemaChanged();
      const name = names.get(text);
      if (!staleStatement.has(codeOf(error) ?? '') || name === undefined) throw error;
      names.set(text, nameOf(name)); // pg refuses to prepare under a name twice
      return await execute();
    }
  }

  const statement =
    (kind: 'read' | 'write'): Db['rows'] =>
    async (query) => {
      const { text, values } = toQuery(query);
      try {
        return await withRetry(pool, kind, (client) => run(client, text, values));
      } catch (error) {
        throw fromPostgres(error);
      }
    };
  return { rows: statement('read'), write: statement('write') };
}

const nameOf = (text: string) => createHash('sha1').update(text).digest('base64url');
