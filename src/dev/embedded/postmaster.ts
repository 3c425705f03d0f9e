import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { readFile, readlink, realpath, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, parse } from 'node:path';
import { promisify } from 'node:util';
import { errorMessage } from '../../errors.ts';
import type { Account, Installation } from './installation.ts';
import { StartError } from './startError.ts';

/** The server process of a data directory. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
}

export type Settings = Readonly<Record<string, string | number>>;

const dataOf = ({ directory }: Installation) => join(directory, 'data');

/**
 * Starts the server and resolves when it accepts connections on a free port of 127.0.0.1. The server has a session of
 * its own, so Ctrl-C in the terminal does not reach it.
 */
export async function startPostmaster(installation: Installation, settings: Settings): Promise<Postmaster> {
  const log = join(installation.directory, 'server.log');
  const port = await freePort();
  const all = { port, listen_addresses: '127.0.0.1', unix_socket_directories: '', ...settings };
  const flags = Object.entries(all).map(([name, value]) => `-c ${name}=${value}`);
  await rm(log, { force: true });
  try {
    await installation.run('pg_ctl', [
      'start',
      '--silent',
      '--wait',
      `--pgdata=${dataOf(installation)}`,
      `--log=${log}`,
      `--options=${flags.join(' ')}`,
    ]);
  } catch (error) {
    const logged = await readFile(log, 'utf8').catch(() => '');
    const logs = [...logged.matchAll(/(?:FATAL|DETAIL|HINT): +(.*)/g)].map(([, reason]) => reason);
    const reasons = logs.length > 0 ? logs : [errorMessage(error)];
    throw new StartError([`The database in ${installation.directory} does not start:`, ...reasons].join('\n'), {
      cause: error,
    });
  }
  const started = await findPostmaster(installation);
  if (!started) throw new StartError(`The database in ${installation.directory} stopped right after it started`);
  return started;
}

/** Stops the server, if it runs, and waits until it has ended; open transactions are rolled back. */
export async function stopPostmaster(installation: Installation): Promise<void> {
  if (!(await findPostmaster(installation))) return;
  try {
    await installation.run('pg_ctl', ['stop', '--silent', '--wait', '--mode=fast', `--pgdata=${dataOf(installation)}`]);
  } catch (error) {
    if (await findPostmaster(installation)) throw error; // else it ended before pg_ctl looked
  }
}

/** Finds the server that runs in the directory. A stale pid file is removed. */
export async function findPostmaster(installation: Installation): Promise<Postmaster | undefined> {
  const data = dataOf(installation);
  const file = join(data, 'postmaster.pid');
  const content = await readFile(file, 'utf8').catch(() => '');
  const [pid, , , port] = content.split('\n').map(Number);
  if (pid && (await runsIn(pid, data))) return { pid, port: port ?? 0 };
  // PostgreSQL takes any living process with that number for a server, and would refuse to start.
  await rm(file, { force: true });
  return undefined;
}

/** Tells whether a process is the server of a data directory, by its working folder and command line. */
async function runsIn(pid: number, data: string): Promise<boolean> {
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(data));
  } catch {
    const ps = await promisify(execFile)('ps', ['-o', 'args=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
    return ps.stdout.includes(data);
  }
}

/**
 * Stops the server when this process ends, however that happens: a small process waits for the end of a pipe that this
 * one holds open. Windows has no such guard; there the next start stops the leftover server.
 */
export function guardPostmaster({ pid }: Postmaster, account: Account | null): { release(): void } {
  if (process.platform === 'win32') return { release() {} };
  const guard: ChildProcess = spawn('/bin/sh', ['-c', 'cat; kill -INT "$0"', String(pid)], {
    ...account,
    cwd: parse(process.execPath).root,
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.on('error', () => undefined); // without a shell it is as on Windows
  guard.unref();
  return {
    release() {
      guard.kill('SIGKILL');
      guard.stdin?.destroy();
    },
  };
}

/** Finds a free port on 127.0.0.1. */
export function freePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const server = createServer().once('error', reject);
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
  });
  return promise;
}
