import pg from 'pg';

export interface PoolOptions {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly ssl: false | { readonly ca?: string };
  readonly size: number;
  /** How long a request waits for a free connection, and a connection for its login. */
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  /** An idle connection broke; the pool has already forgotten it. */
  readonly onError: (error: Error) => void;
}

export interface Pool {
  /** Lends a connection for the time that `work` runs; one for which `work` rejects with a lost connection is closed. */
  use<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T>;
  /** Waits for the connections that are lent, then closes all. */
  end(): Promise<void>;
}

/** A pool whose sessions speak UTC and ISO 8601, which the scalars rely on. */
export function createPool(options: PoolOptions): Pool {
  const { size, connectTimeoutMs, statementTimeoutMs, onError, ...connection } = options;
  const pool = new pg.Pool({
    ...connection,
    max: size,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    application_name: 'events-graphql',
    options: `-c TimeZone=UTC -c DateStyle=ISO -c IntervalStyle=iso_8601 -c statement_timeout=${statementTimeoutMs}`,
  });
  pool.on('error', onError);
  return {
    async use(work) {
      const client = await pool.connect();
      let broken: Error | undefined;
      const onBroken = (error: Error) => {
        broken = error;
      };
      client.on('error', onBroken);
      try {
        return await work(client);
      } finally {
        client.off('error', onBroken);
        client.release(broken);
      }
    },
    end: () => pool.end(),
  };
}
