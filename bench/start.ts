import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { startEmbedded } from '../src/db/embedded/embedded.ts';
import { spawnServer } from './spawn.ts';
import { median } from './statistics.ts';

/**
 * Prints how long the built server takes from the start of its process to its first answered query, against a database
 * that already runs and has 10 tables, and the memory that it then holds. Medians of several starts.
 */
const starts = 11;
/** How exact the time is; asking without a pause would take the processor from the server that it waits for. */
const askEveryMs = 5;

const embedded = await startEmbedded({ sample: { events: 1000 } });
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
}

async function measure(): Promise<{ ms: number; megabytes: number }> {
  const started = performance.now();
  const { server, port } = await spawnServer(embedded.connection);
  while (!(await answers(port))) await wait(askEveryMs);
  const ms = performance.now() - started;
  const status = await readFile(`/proc/${server.pid}/status`, 'utf8');
  server.kill('SIGTERM');
  await once(server, 'exit');
  return { ms, megabytes: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024 };
}

/** The server refuses the connection, then answers 503, then the query. */
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
