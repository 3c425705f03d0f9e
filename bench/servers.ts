import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { BenchDatabase } from './database.ts';
import type { Production } from './production.ts';
import { flags, ours, type Program, settingsOf } from './programs.ts';
import { questions, type Request } from './questions.ts';
import { send, type Target } from './target.ts';

/** A running server. */
export interface Server extends Omit<Program, 'file'> {
  readonly port: number;
  readonly pid: number;
  /** Time from the start of the process to its first answer. */
  readonly startMs: number;
  /** A token of each caller; none if the server needs none. */
  readonly tokens: readonly string[];
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>;
}

interface StartOptions {
  /** The query whose answer ends the start. */
  readonly first?: Request;
  /** The callers; if absent, the server needs no token. */
  readonly production?: Production;
  /** Destination of the errors; `ignore` by default if they contain the request log. */
  readonly stderr?: 'inherit' | 'ignore';
}

/**
 * Interval between attempts to reach a starting server: a share of the time so far, and at least some milliseconds.
 * More attempts would take CPU from the server.
 */
const [exactness, leastMs] = [0.01, 5];

/** Starts several servers with production settings and the persisted questions. */
export async function startServers(
  programs: readonly Program[],
  { variables, facts: [facts] }: Pick<BenchDatabase, 'variables' | 'facts'>,
  production: Production,
): Promise<readonly Server[]> {
  const folder = await mkdtemp(join(tmpdir(), 'events-graphql-bench-'));
  const persisted = questions.filter((question) => question.persisted);
  const documents = persisted.map(({ name, request }) => [name, facts && request('ours', facts, '')?.query]);
  const manifest = join(folder, 'documents.json');
  await writeFile(manifest, JSON.stringify(Object.fromEntries(documents)));
  const servers = await Promise.all(
    programs.map((program) => startServer(program, { ...variables, PERSISTED_DOCUMENTS: manifest }, { production })),
  );
  await rm(folder, { recursive: true });
  return servers;
}

/** Starts a server; resolves when it has answered a query. */
export async function startServer(
  program: Program,
  variables: Readonly<Record<string, string>>,
  {
    first = { query: 'query Q0 { __typename }', variables: {} },
    production,
    stderr = production && program.dialect === 'ours' ? 'ignore' : 'inherit',
  }: StartOptions = {},
): Promise<Server> {
  const port = await freePort();
  const started = performance.now();
  const child = spawn(process.execPath, [...flags, new URL(program.file, import.meta.url).pathname], {
    env: {
      PATH: process.env['PATH'],
      ...settingsOf(program),
      ...production?.variablesOf(program),
      ...variables,
      PORT: String(port),
    },
    stdio: ['ignore', 'ignore', stderr],
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill); // a failed run leaves no process behind
  const tokens = production?.tokensOf(program) ?? [];
  const url = `http://127.0.0.1:${port}/graphql`;
  await answers(child, program, { url, body: JSON.stringify(first), tokens });
  return {
    ...program,
    port,
    tokens,
    pid: child.pid ?? 0,
    startMs: performance.now() - started,
    async stop(signal = 'SIGKILL') {
      process.off('exit', kill);
      child.kill(signal);
      await once(child, 'exit');
    },
  };
}

/** Starts our server, does some work with it, and stops it. */
export async function withOurs<T>(
  variables: Readonly<Record<string, string>>,
  work: (server: Server) => Promise<T>,
  options?: StartOptions,
): Promise<T> {
  const server = await startServer(ours, variables, options);
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
}

/** Resolves when the server answers; before, it refuses connections or answers 503. */
async function answers(child: ChildProcess, { name }: Program, target: Target): Promise<void> {
  const started = performance.now();
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${name} ended at its start`);
    const response = await send(target).catch(() => undefined);
    await response?.arrayBuffer();
    if (response?.ok) return;
    await wait(Math.max(leastMs, exactness * (performance.now() - started)));
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
