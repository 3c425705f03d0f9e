import { type ChildProcess, spawn } from 'node:child_process';
import type { Connection } from '../src/db/embedded/server.ts';
import { freePort } from './servers.ts';

const main = new URL('../dist/main.js', import.meta.url).pathname;

/** Starts the built server, in production, over this database; it may not listen yet. */
export async function spawnServer(
  { host, port: pgPort, database, user, password }: Connection,
  variables: Readonly<Record<string, string>> = {},
): Promise<{ readonly server: ChildProcess; readonly port: number }> {
  const port = await freePort();
  const server = spawn(process.execPath, [main], {
    stdio: 'ignore',
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      PGHOST: host,
      PGPORT: String(pgPort),
      PGDATABASE: database,
      PGUSER: user,
      PGPASSWORD: password,
      PG_AUTH: 'password',
      AUTH: 'none',
      DOCUMENTS: 'any',
      HOST: '127.0.0.1',
      PORT: String(port),
      ...variables,
    },
  });
  return { server, port };
}
