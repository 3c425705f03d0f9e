import type { Config } from '../config/config.ts';
import { unavailable } from '../errors.ts';
import type { DatabaseName } from '../tracing/span.ts';
import { type CatalogWatch, createDb, type SharedDb } from './db.ts';
import { createListener, type Listener, type ListenerOptions } from './pool/listener.ts';
import { createPool, type PoolStats } from './pool/pool.ts';
import { createProbe, type Probe } from './pool/probe.ts';
import { explainSession, type Session } from './pool/session.ts';

/** The database that is served: the configured one or, outside production, the embedded one. */
export interface Database {
  readonly db: SharedDb;
  readonly name: DatabaseName;
  readonly stats: () => PoolStats;
  readonly probe: Probe;
  /** For people: where it is. */
  readonly label: string;
  readonly isEmbedded: boolean;
  /** The folder of the extensions that belong to its data; null but for the embedded one. */
  readonly extensions: string | null;
  /** Listens for new rows, over a connection of its own. */
  readonly createListener: (onNotice: ListenerOptions['onNotice']) => Listener;
  readonly close: () => Promise<void>;
}

export interface DatabaseEvents {
  /** A connection broke or could not be made; whoever needs one hears of it too. */
  readonly onError?: (error: Error) => void;
  readonly hasChanged?: CatalogWatch;
  /** A pooler stands before PostgreSQL: in words for the operator. */
  readonly onPooled?: (found: string, remedies: readonly string[]) => void;
}

/** Opens the pool; connections are made when they are needed. */
export async function openDatabase(config: Config, events: DatabaseEvents = {}): Promise<Database> {
  const embedded = config.database ? null : await startEmbeddedDatabase();
  const connection = config.database ?? embedded?.connection;
  if (!connection) throw new Error('There is no database to open');
  const { host, port, database, user } = connection;
  const { connectTimeoutMs, statementTimeoutMs } = config;
  const server = { ...connection, connectTimeoutMs, statementTimeoutMs };
  const onError = (error: Error) => events.onError?.(error);
  const onPooled = (session: Session) => {
    const { found, remedies } = explainSession(session, user);
    events.onPooled?.(found, remedies);
  };
  const pool = createPool({ ...server, size: config.poolSize, onError, onPooled });
  return {
    db: createDb(pool, events.hasChanged),
    name: { host, port, database },
    stats: pool.stats,
    probe: createProbe(pool),
    label: embedded
      ? `the embedded PostgreSQL (${host}:${port}, data in .data/)`
      : `${user}@${host}:${port}/${database}`,
    isEmbedded: embedded !== null,
    extensions: embedded?.extensions ?? null,
    createListener: (onNotice) =>
      createListener({ server: { ...server, idleInTransactionTimeoutMs: 60_000 }, onNotice, onError }),
    async close() {
      await pool.end();
      await embedded?.stop();
    },
  };
}

/** Loaded where no other database is configured; PostgreSQL itself is a package that may not be there. */
async function startEmbeddedDatabase() {
  const { startEmbedded, sampleExtensions, StartError } = await import('../dev/embedded/embedded.ts');
  const { createProgress } = await import('../dev/embedded/progress.ts');
  const onProgress = createProgress('First start: creating the sample data', process.stderr);
  const { connection, stop } = await startEmbedded({
    directory: '.data/postgres',
    sample: { onProgress },
    onLog: (message) => process.stderr.write(`${message}\n`),
  }).catch((error) => {
    throw error instanceof StartError ? unavailable(error) : error;
  });
  return { connection: { ...connection, ssl: false } as const, stop, extensions: sampleExtensions };
}
