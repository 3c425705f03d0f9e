import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbedded } from '../src/db/embedded/embedded.ts';

/**
 * Prints how long the built server takes from the start of its process to its first answered query, against a database
 * that already runs and has 10 tables, and the memory that it then holds. Medians of several starts.
 */
const starts = 11;
const main = new URL('../dist/main.js', import.meta.url).pathname;

const directory = await mkdtemp(join(tmpdir(), 'events-graphql-'));
const embedded = await startEmbedded({ directory: join(directory, 'postgres'), sample: { events: 1000 } });
try {
  const client = new pg.Client(embedded.connection);
  await client.connect();
  await client.query(
    'create table events.extra_one (id int primary key); create table events.extra_two (id int primary key)',
  );
  await client.end();
  const runs = [];
  for (let i = 0; i < starts; i++) runs.push(await measure());
  const [, ...warm] = runs; // the first start reads the program's files from the disk
  console.log(
    `cold start to the first answered query: ${median(warm.map((run) => run.ms)).toFixed(0)} ms (${starts - 1} starts)`,
  );
  console.log(`idle memory (resident set): ${median(warm.map((run) => run.megabytes)).toFixed(0)} MB`);
  console.log(`Node ${process.version}, PostgreSQL 18 on the same machine`);
} finally {
  await embedded.stop();
  await rm(directory, { recursive: true, force: true });
}

async function measure(): Promise<{ ms: number; megabytes: number }> {
  const port = await freePort();
  const { host, port: pgPort, database, user, password } = embedded.connection;
  const started = performance.now();
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
      HOST: '127.0.0.1',
      PORT: String(port),
      DOCUMENTS: 'any',
    },
  });
  while (!(await answers(port)));
  const ms = performance.now() - started;
  const status = await readFile(`/proc/${server.pid}/status`, 'utf8');
  server.kill('SIGTERM');
  await once(server, 'exit');
  return { ms, megabytes: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024 };
}

/** Asks as often as it can: the server refuses the connection, then answers 503, then the query. */
async function answers(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ devices(first: 1) { nodes { serial } } }' }),
    });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
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

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
