import { createHash } from 'node:crypto';
import type { PoolClient } from 'pg';
import { codeOf, fromPostgres } from '../errors.ts';
import type { Pool } from './pool.ts';
import { type Sql, toQuery } from './sql.ts';

/** Every value as the text that PostgreSQL sent, so that no digit is lost on the way. */
export type Row = Readonly<Record<string, string | null>>;

export interface Db {
  /** Runs one statement; rejects with an AppError where PostgreSQL's error has a translation. */
  rows(query: Sql): Promise<readonly Row[]>;
}

/** A connection that has prepared so many statements is closed, which bounds its memory in the server. */
const preparedLimit = 500;

/** "cached plan must not change result type", and a prepared statement that is gone. */
const staleStatement = new Set(['0A000', '26000']);

const asText = { getTypeParser: () => (value: unknown) => value };

export function createDb(pool: Pool): Db {
  return {
    async rows(query) {
      const { text, values } = toQuery(query);
      const run = (name: string) =>
        pool.use(async (client) => {
          const result = await client.query({ name, text, values, types: asText });
          return result.rows as Row[];
        });
      const name = createHash('sha1').update(text).digest('base64url');
      try {
        return await run(name);
      } catch (error) {
        throw fromPostgres(error);
      }
    },
  };
}
