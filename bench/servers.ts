import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchDatabase } from './database.ts';
import { type Dialect, questions } from './questions.ts';

/** One of the servers that are compared, running. */
export interface Server {
  readonly name: string;
  readonly dialect: Dialect;
  readonly port: number;
  readonly pid: number;
  /** Whether it takes a persisted document by GET. */
  readonly persisted: boolean;
  readonly stop: () => Promise<void>;
}

interface Program {
  readonly name: string;
  readonly dialect: Dialect;
  readonly file: string;
  readonly persisted: boolean;
}

/** The one that the others are measured against comes first. */
const programs: readonly Program[] = [
  { name: 'PostGraphile', dialect: 'postgraphile', file: './servers/postgraphile.js', persisted: false },
  { name: 'events-graphql', dialect: 'ours', file: '../dist/main.js', persisted: true },
  { name: 'mercurius', dialect: 'own', file: './servers/mercurius.js', persisted: true },
  { name: 'node:http, stringify', dialect: 'own', file: './servers/stringify.ts', persisted: true },
  { name: 'node:http, by hand', dialect: 'own', file: './servers/by-hand.ts', persisted: true },
];

/** As many connections to the database for each. */
const poolSize = 10;
/** The same for all: long lists are bound by the collector, and the default is small. */
const flags = ['--max-semi-space-size=64'];

/** Starts all, with their production settings. */
export async function startServers(database: BenchDatabase): Promise<readonly Server[]> {
  const folder = await mkdtemp(join(tmpdir(), 'events-graphql-bench-'));
  const documents = (dialect: Dialect) =>
    Object.fromEntries(
      questions
        .filter(({ persisted }) => persisted)
        .map(({ name, request }) => [name, request(dialect, database.facts, '')?.query]),
    );
  const manifest = join(folder, 'documents.json');
  await writeFile(manifest, JSON.stringify(documents('ours')));
  const servers = await Promise.all(
    programs.map((program) =>
      start(program, {
        ...database.variables,
        POOL: String(poolSize),
        PERSISTED: JSON.stringify(documents(program.dialect)),
        ...(program.dialect === 'ours' && { ...ours, PERSISTED_DOCUMENTS: manifest }),
      }),
    ),
  );
  await rm(folder, { recursive: true });
  return servers;
}

const ours = {
  PG_AUTH: 'password',
  PG_POOL_SIZE: String(poolSize),
  HOST: '127.0.0.1',
  AUTH: 'none',
  DOCUMENTS: 'any',
  LOG_LEVEL: 'warn',
};

async function start(program: Program, variables: Readonly<Record<string, string>>): Promise<Server> {
  const port = await freePort();
  const child = spawn(process.execPath, [...flags, new URL(program.file, import.meta.url).pathname], {
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      GRAPHILE_ENV: 'production',
      PORT: String(port),
      ...variables,
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  await answers(child, program.name, port);
  return {
    name: program.name,
    dialect: program.dialect,
    persisted: program.persisted,
    port,
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** Resolves when it serves; before, it refuses connections or answers 503. */
async function answers(child: ChildProcess, name: string, port: number): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${name} ended at its start`);
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'query Q2 { __typename }', variables: {} }),
    }).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
