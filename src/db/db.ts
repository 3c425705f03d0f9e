import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';
import { codeOf, fromPostgres, maySchemaHaveChanged } from '../errors.ts';
import type { Lender } from './pool/pool.ts';
import { withRetry } from './pool/retry.ts';
import { prepareClaims, queryWithClaims } from './sessionClaims.ts';
import type { Row } from './sql/row.ts';
import { type Sql, toQuery, type Value } from './sql/sql.ts';

export interface Db {
  /** Runs one statement; rejects with an AppError where PostgreSQL's error has a translation. */
  rows(query: Sql): Promise<readonly Row[]>;
  /** Runs one statement that changes rows, in a transaction of its own; never again when it may have been applied. */
  write(query: Sql): Promise<readonly Row[]>;
}

/** What the statements of one request run under. */
export interface Scope {
  /** Who is calling, as policies of the database see it; nothing is added to a statement where nobody is. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** When it aborts, reads are cancelled and nothing more begins: they reject with its reason. Writes run to their end. */
  readonly signal?: AbortSignal;
}

/** The database as the server itself uses it. */
export interface SharedDb extends Db {
  /** The database as one request uses it. */
  within(scope: Scope): Db;
}

/** On one connection at most so many statements are prepared, which bounds its memory; the rest are planned each time. */
const preparedLimit = 500;

/** "cached plan must not change result type", and a prepared statement that is gone. */
const staleStatement = new Set(['0A000', '26000']);

const asText = { getTypeParser: () => (value: unknown) => value };

/** What a connection has prepared. */
interface Prepared {
  /** By text. */
  readonly names: Map<string, string>;
  /** The name of the statement that sets the claims. */
  claims?: string;
}

/** `onSchemaChanged` hears of every error that a change of the database's schema can cause. */
export function createDb(pool: Lender, onSchemaChanged: (error: Error) => void = () => {}): SharedDb {
  const connections = new WeakMap<ClientBase, Prepared>();

  function preparedOn(client: ClientBase): Prepared {
    const prepared = connections.get(client) ?? { names: new Map<string, string>() };
    connections.set(client, prepared);
    return prepared;
  }

  async function run(client: ClientBase, text: string, values: Value[], claims?: string): Promise<readonly Row[]> {
    const prepared = preparedOn(client);
    const { names } = prepared;
    const execute = async () => {
      if (!names.has(text) && names.size < preparedLimit) names.set(text, nameOf(text));
      const query = { name: names.get(text), text, values, types: asText };
      if (claims === undefined) return (await client.query<Row>(query)).rows;
      prepared.claims ??= await prepareClaims(client);
      return (await queryWithClaims<Row>(client, prepared.claims, claims, query)).rows;
    };
    try {
      return await execute();
    } catch (error) {
      if (maySchemaHaveChanged(error)) onSchemaChanged(error);
      if (!staleStatement.has(codeOf(error) ?? '')) throw error;
      prepared.claims = undefined;
      const name = names.get(text);
      if (name !== undefined) names.set(text, nameOf(name)); // pg refuses to prepare under a name twice
      return await execute();
    }
  }

  function within({ claims, signal }: Scope): Db {
    const json = claims && JSON.stringify(claims);
    const statement =
      (kind: 'read' | 'write'): Db['rows'] =>
      async (query) => {
        const { text, values } = toQuery(query);
        try {
          return await withRetry(pool, kind, (client) => run(client, text, values, json), signal);
        } catch (error) {
          throw fromPostgres(error);
        }
      };
    return { rows: statement('read'), write: statement('write') };
  }
  return { ...within({}), within };
}

const nameOf = (text: string) => createHash('sha1').update(text).digest('base64url');
