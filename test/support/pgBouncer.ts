import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { inject } from 'vitest';
import { findInstallation } from '../../src/dev/embedded/installation.ts';
import { freePort } from '../../src/dev/embedded/postmaster.ts';
import { pgBouncer as program } from './debian.ts';

export interface PgBouncer {
  /** Its address, with a role that may log in to the tests' server. */
  readonly host: string;
  readonly port: number;
  /** Its log so far. */
  readonly log: readonly string[];
  stop(): Promise<void>;
}

/** True if PgBouncer is installed; otherwise, tests that need it are skipped. */
export const hasPgBouncer: boolean = existsSync(program);

/**
 * Starts Debian's PgBouncer in front of the tests' server, with Azure's settings: it pools transactions and does not
 * re-prepare statements. `backends` limits the connections that its clients share.
 */
export async function startPgBouncer(backends: number): Promise<PgBouncer> {
  const { admin } = inject('postgres');
  const directory = await mkdtemp(join(tmpdir(), 'pgbouncer-'));
  await chmod(directory, 0o755);
  const port = await freePort();
  const files = { 'pgbouncer.ini': configuration(admin, port, directory, backends), 'users.txt': usersOf(admin) };
  for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), content);
  // Like PostgreSQL, it refuses to run as root.
  const { account } = await findInstallation(directory, () => {});
  const server = spawn(program, [join(directory, 'pgbouncer.ini')], {
    ...account,
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const log: string[] = [];
  const lines = createInterface(server.stderr);
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      log.push(line);
      if (line.includes('process up')) resolve();
    });
    server.once('exit', () => reject(new Error(`PgBouncer does not start:\n${log.join('\n')}`)));
  });
  return {
    host: '127.0.0.1',
    port,
    log,
    async stop() {
      const exit = once(server, 'exit');
      server.kill('SIGTERM');
      await exit;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

interface Admin {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** Writes the configuration. PgBouncer looks up each login in the server, so that passwords may change as tokens do. */
const configuration = ({ host, port, user }: Admin, listenPort: number, directory: string, backends: number) => `
[databases]
* = host=${host} port=${port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listenPort}
unix_socket_dir =
auth_type = scram-sha-256
auth_user = ${user}
auth_file = ${directory}/users.txt
pool_mode = transaction
default_pool_size = ${backends}
ignore_startup_parameters = extra_float_digits
`;

const usersOf = ({ user, password }: Admin) => `"${user}" "${password}"\n`;
