import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isConnectionLost } from '../../db/pool/connectionLost.ts';
import { AppError, codeOf } from '../../errors.ts';
import { initialise } from './initialise.ts';
import { findInstallation, type Installation } from './installation.ts';
import { ownServer, readOwnership } from './ownership.ts';
import { findPostmaster, guardPostmaster, type Settings, startPostmaster, stopPostmaster } from './postmaster.ts';
import { StartError } from './startError.ts';
import { makeTemporaryDirectory } from './temporary.ts';

export interface ServerConnection {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
}

export interface ServerOptions {
  /** Folder that keeps the data between starts; by default a temporary folder that `stop` removes. */
  readonly directory?: string;
  readonly settings?: Settings;
  /** Folder whose `bin` has PostgreSQL's programs; by default those that npm installed. */
  readonly native?: string;
  /** Called with messages for somebody at the terminal. */
  readonly onLog?: (message: string) => void;
}

export interface Server {
  /** Connection as the superuser to the database `postgres`. */
  readonly connection: ServerConnection;
  /** Folder of the data; root's can be elsewhere than wanted. */
  readonly directory: string;
  stop(): Promise<void>;
}

/** Time that a previous run's server may take to start or to stop. */
const patienceMs = 20_000;
const pollMs = 50;

/**
 * Starts a private PostgreSQL server, created on first use; rejects if another living process uses the directory.
 * Leftovers of a killed process, including a running server, are removed first.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { directory, settings = {}, native, onLog = () => {} } = options;
  const place = directory === undefined ? await makeTemporaryDirectory() : { path: directory, remove: async () => {} };
  const installation = await findInstallation(place.path, onLog, native);
  const password = await initialise(installation);
  const connectionTo = (port: number): ServerConnection => ({
    host: '127.0.0.1',
    port,
    database: 'postgres',
    user: 'postgres',
    password,
  });
  const postmaster = await patiently(async () => {
    await endPrevious(installation, connectionTo, onLog);
    return await startPostmaster(installation, settings);
  });
  const guard = guardPostmaster(postmaster, installation.account);
  const connection = connectionTo(postmaster.port);
  const owner = await ownServer(connection);
  let stopping: Promise<void> | undefined;
  owner.on('end', () => {
    if (!stopping) onLog(`The database has stopped; see ${join(installation.directory, 'server.log')}`);
  });
  const stop = async () => {
    guard.release();
    await owner.end();
    await stopPostmaster(installation);
    await place.remove();
  };
  return {
    connection,
    directory: installation.directory,
    stop() {
      stopping ??= stop();
      return stopping;
    },
  };
}

/** Stops a previous run's server if its owner has ended. */
async function endPrevious(
  installation: Installation,
  connectionTo: (port: number) => ServerConnection,
  onLog: (message: string) => void,
): Promise<void> {
  const previous = await findPostmaster(installation);
  if (!previous) return;
  const { owner, settled } = await readOwnership(connectionTo(previous.port));
  const { directory } = installation;
  if (owner && isAlive(Number(owner)))
    throw new StartError(
      `The database in ${directory} is in use by process ${owner}: stop that process first, or set PGHOST to use another server`,
    );
  if (owner || !settled) throw new AppError('DATABASE_UNAVAILABLE', `The database in ${directory} is being started`);
  onLog('Stopping the database that an earlier run left behind');
  await stopPostmaster(installation);
}

/** Retries for a while, since a previous run's server may be starting or stopping. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error) || Date.now() > deadline) throw error;
      await delay(pollMs);
    }
  }
}

const isPassing = (error: unknown): boolean =>
  isConnectionLost(error) ||
  codeOf(error) === 'DATABASE_UNAVAILABLE' ||
  (error instanceof StartError && /still in use|already exists|TCP\/IP socket/.test(error.message));

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
