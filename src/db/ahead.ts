import pg from 'pg';

/** A statement that goes ahead of a query, in its transaction. */
export interface Ahead {
  /** Under which it has been prepared on the connection; without one it is parsed each time. */
  readonly name: string | undefined;
  readonly text: string;
  readonly values: string[];
}

/** What this relies on of pg, whose version is pinned for it: how a query writes its messages. */
interface QueryInternals {
  requiresPreparation(): boolean;
  prepare(connection: pg.Connection): void;
}

/**
 * Runs a query with another statement ahead of it, before one Sync: that is one round trip and one implicit transaction,
 * so that an error in the one ends the other, and what the first sets for its transaction is gone after the second.
 */
export function queryAfter<R extends pg.QueryResultRow>(
  client: pg.ClientBase,
  { name = '', text, values }: Ahead,
  config: pg.QueryConfig,
): Promise<pg.QueryResult<R>> {
  return new Promise((resolve, reject) => {
    const query = new pg.Query<R>(config, (error, results) => {
      const second = secondOf<R>(results);
      if (second) resolve(second);
      else reject(error ?? new Error('A query ran without the statements that must precede it'));
    });
    const internals = query as unknown as QueryInternals;
    const { prepare } = internals;
    internals.requiresPreparation = () => true;
    internals.prepare = (connection) => {
      if (name === '') connection.parse({ name, text, types: [] }, true);
      connection.bind({ statement: name, values }, true);
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
