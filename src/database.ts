import type { Logger } from 'pino';
import type { Config, DatabaseConfig } from './config.ts';
import { createDb, type Db } from './db/db.ts';
import { createPool } from './db/pool.ts';

/** The database that is served: the configured one or, outside production, the embedded one. */
export interface Database {
  readonly db: Db;
  /** For people: where it is. */
  readonly label: string;
  readonly isEmbedded: boolean;
  readonly close: () => Promise<void>;
}

/** Opens the pool; connections are made when they are needed. `onSchemaChanged` is for `createDb`. */
export async function openDatabase(config: Config, log: Logger, onSchemaChanged?: () => void): Promise<Database> {
  const embedded = config.database ? null : await startEmbeddedDatabase();
  const connection = config.database ?? embedded?.connection;
  if (!connection) throw new Error('There is no database to open');
  const { host, port, database, user } = connection;
  const pool = createPool({
    ...connection,
    size: config.poolSize,
    connectTimeoutMs: config.connectTimeoutMs,
    statementTimeoutMs: config.statementTimeoutMs,
    onError: (error) => log.warn({ err: error }, 'A connection to the database failed'),
  });
  return {
    db: createDb(pool, onSchemaChanged),
    label: embedded
      ? `the embedded PostgreSQL (${host}:${port}, data in .data/)`
      : `${user}@${host}:${port}/${database}`,
    isEmbedded: embedded !== null,
    async close() {
      await pool.end();
      await embedded?.stop();
    },
  };
}

interface Embedded {
  readonly connection: DatabaseConfig;
  readonly stop: () => Promise<void>;
}

/** Development only: neither the module nor its packages are in the production build. */
async function startEmbeddedDatabase(): Promise<Embedded> {
  const { startEmbedded } = await import('./db/embedded/embedded.ts');
  return startEmbedded();
}
