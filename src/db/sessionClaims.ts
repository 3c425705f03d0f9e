import { randomUUID } from 'node:crypto';
import pg from 'pg';

/** What policies of the database ask for with `current_setting('request.jwt.claims', true)`. */
const setClaims = "select set_config('request.jwt.claims', $1, true)";

/** What this relies on of pg, whose version is pinned for it: how a query writes its messages. */
interface QueryInternals {
  requiresPreparation(): boolean;
  prepare(connection: pg.Connection): void;
}

/** Prepares what `queryWithClaims` needs on a connection, anew each time; resolves with its name. */
export async function prepareClaims(client: pg.ClientBase): Promise<string> {
  const name = randomUUID();
  await client.query({ name, text: setClaims, values: [''] });
  return name;
}

/**
 * Runs a query in which the claims, as JSON, are visible, and in none after it. Setting them goes ahead of the query
 * before one Sync: that is one round trip and one implicit transaction, so that an error in the one ends the other.
 * `prepared` is the name from `prepareClaims`.
 */
export function queryWithClaims<R extends pg.QueryResultRow>(
  client: pg.ClientBase,
  prepared: string,
  claims: string,
  config: pg.QueryConfig,
): Promise<pg.QueryResult<R>> {
  return new Promise((resolve, reject) => {
    const query = new pg.Query<R>(config, (error, results) => {
      const second = secondOf<R>(results);
      if (second) resolve(second);
      else reject(error ?? new Error('A query ran without its claims'));
    });
    const internals = query as unknown as QueryInternals;
    const { prepare } = internals;
    internals.requiresPreparation = () => true;
    internals.prepare = (connection) => {
      connection.bind({ statement: prepared, values: [claims] }, true);
      connection.describe({ type: 'P' }, true);
      connection.execute({}, true);
      prepare.call(query, connection);
    };
    client.query(query);
  });
}

/** pg gives the results of both as a list, as it does for several statements in one text. */
const secondOf = <R extends pg.QueryResultRow>(results: unknown): pg.QueryResult<R> | undefined =>
  Array.isArray(results) ? results[1] : undefined;
