import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import type { TestProject } from 'vitest/node';
import { type Server, startServer } from '../../src/dev/embedded/server.ts';

/** Debian's PostgreSQL, for which there are packages of extensions. */
export interface Debian {
  /** Extensions that its databases can create. */
  readonly extensions: readonly string[];
  /** A port that sends the server's `Connection` as JSON; the first client starts the server. */
  readonly port: number;
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Debian's PostgreSQL; null if it is not installed. */
    readonly debian: Debian | null;
  }
}

/** Path of Debian's PgBouncer. */
export const pgBouncer = '/usr/sbin/pgbouncer';

const programs = '/usr/lib/postgresql';
const wanted = ['hstore', 'ltree', 'citext', 'postgis', 'pg_partman'];

/** An extension that Debian 12 does not package. */
const fromSource = { name: 'vector', source: 'https://github.com/pgvector/pgvector' };
const settings = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off', max_connections: 100 };

/** Runs before all tests. Starts one server for all of them, when the first test needs it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const version = (await entries(programs)).toSorted((a, b) => Number(b) - Number(a))[0];
  const files = version ? await entries(`/usr/share/postgresql/${version}/extension`) : [];
  const extensions = files.filter((file) => file.endsWith('.control')).map((file) => file.replace('.control', ''));
  const missing = wanted.filter((name) => !extensions.includes(name));
  if (missing.length > 0) {
    const packages = ['', '-postgis-3', '-partman'].map((name) => `postgresql-${version ?? 15}${name}`).join(' ');
    process.stderr.write(
      `Tests that need ${missing.join(', ')} are skipped; to run them: apt-get install ${packages}\n`,
    );
  }
  if (version && !extensions.includes(fromSource.name)) {
    process.stderr.write(`Tests that need ${fromSource.name} are skipped; to run them, build ${fromSource.source}\n`);
  }
  if (!existsSync(pgBouncer)) {
    process.stderr.write('Tests that need PgBouncer are skipped; to run them: apt-get install pgbouncer\n');
  }
  if (!version) {
    project.provide('debian', null);
    return async () => {};
  }
  let server: Promise<Server> | undefined;
  const door = createServer(async (socket) => {
    server ??= startServer({ native: `${programs}/${version}`, settings });
    socket.end(
      await server.then(
        ({ connection }) => JSON.stringify(connection),
        (error: unknown) => String(error),
      ),
    );
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  project.provide('debian', { extensions, port: (door.address() as AddressInfo).port });
  return async () => {
    door.close();
    await (await server)?.stop();
  };
}

const entries = (folder: string): Promise<readonly string[]> => readdir(folder).catch(() => []);
