import type { Config } from '../config/config.ts';
import { unavailable } from '../errors.ts';
import type { DatabaseName } from '../tracing/span.ts';
import { type CatalogWatch, createDb, type SharedDb } from './db.ts';
import { createListener, type Listener, type ListenerOptions } from './pool/listener.ts';
import { createPool } from './pool/pool.ts';
import { createProbe, type Probe } from './pool/probe.ts';
import { explainSession, type Session } from './pool/session.ts';
import type { PoolStats } from './pool/stats.ts';

/** The database that is served: the configured one or, outside production, the embedded one. */
export interface Database {
  readonly db: SharedDb;
  readonly name: DatabaseName;
  readonly stats: () => PoolStats;
  readonly probe: Probe;
  /** Location, for messages. */
  readonly label: string;
  readonly isEmbedded: boolean;
  /** Folder of the extensions that belong to its data; null except for the embedded database. */
  readonly extensions: string | null;
  /** Creates a listener for new rows, with a connection of its own. */
  readonly createListener: (onNotice: ListenerOptions['onNotice']) => Listener;
  readonly close: () => Promise<void>;
}

export interface DatabaseEvents {
  /** Called when a connection broke or could not be opened; whoever needs one gets an error as well. */
  readonly onError?: (error: Error) => void;
  readonly hasChanged?: CatalogWatch;
  /** Called when there is a pooler in front of PostgreSQL, with an explanation for the operator. */
  readonly onPooled?: (found: string, remedies: readonly string[]) => void;
}

/** Opens the configured database, or starts the embedded one. Connections are opened on demand. */
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
      ? `the embedded PostgreSQL (${host}:${port}, data in ${embedded.directory})`
      : `${user}@${host}:${port}/${database}`,
    isEmbedded: embedded !== null,
    extensions: embedded?.extensions ?? null,
    createListener: (onNotice) => createListener({ server, tokens: pool.tokens, onNotice, onError }),
    async close() {
      await pool.end();
      await embedded?.stop();
    },
  };
}

/** Starts the embedded database. If it cannot start, for instance without its package, the database is unavailable. */
async function startEmbeddedDatabase() {
  const { startEmbedded, sampleExtensions, StartError } = await import('../dev/embedded/embedded.ts');
  const { createProgress } = await import('../dev/embedded/progress.ts');
  const onProgress = createProgress('First start: creating the sample data', process.stderr);
  const { connection, directory, stop } = await startEmbedded({
    directory: '.data/postgres',
    sample: { onProgress },
    onLog: (message) => process.stderr.write(`${message}\n`),
  }).catch((error) => {
    throw error instanceof StartError ? unavailable(error) : error;
  });
  return { connection: { ...connection, ssl: false } as const, directory, stop, extensions: sampleExtensions };
}
