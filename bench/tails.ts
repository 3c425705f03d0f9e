import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { createNoticeFunction, createNoticeTrigger } from '../src/db/sql/notice.ts';
import { toQuery } from '../src/db/sql/sql.ts';
import { startEmbedded } from '../src/dev/embedded/embedded.ts';
import { lock } from './lock.ts';
import { cpuSeconds } from './processes.ts';

/**
 * Prints, for 1, 100 and 1,000 clients of one live tail of the built server: the delay from a row's commit to each
 * client, the CPU of the server, and its statements; first without notifications, then with them.
 */
const counts = [1, 100, 1000];
const rowsPerSecond = 20;
const seconds = Number(process.env['BENCH_SECONDS'] ?? 8);
const main = new URL('../dist/main.js', import.meta.url).pathname;

await lock();
const embedded = await startEmbedded({ sample: { events: 1000 } });
try {
  const client = new pg.Client(embedded.connection);
  await client.connect();
  await client.query(
    'create table events.beat (id bigint generated always as identity primary key, at timestamptz default clock_timestamp())',
  );
  console.log('notices  clients  delay p50 ms  p99 ms  CPU of a core  statements/s');
  for (const withNotices of [false, true]) {
    if (withNotices) {
      await client.query(toQuery(createNoticeFunction('events')).text);
      await client.query(toQuery(createNoticeTrigger('events', 'beat')).text);
    }
    for (const clients of counts) {
      const { p50, p99, cpu, statements } = await measure(client, clients);
      const cells = [
        withNotices ? 'yes' : 'no',
        clients,
        p50.toFixed(0),
        p99.toFixed(0),
        `${(cpu * 100).toFixed(0)} %`,
      ];
      const widths = [7, 9, 14, 8, 15];
      console.log(
        cells.map((cell, i) => String(cell).padStart(widths[i] ?? 0)).join(''),
        statements.toFixed(1).padStart(13),
      );
    }
  }
  console.log(
    `${rowsPerSecond} rows a second for ${seconds} s, each in a transaction of its own; Node ${process.version}`,
  );
  await client.end();
} finally {
  await embedded.stop();
}

async function measure(client: pg.Client, clients: number) {
  const { server, port } = await startServer();
  const delays: number[] = [];
  const streams = await Promise.all(Array.from({ length: clients }, () => follow(port, (delay) => delays.push(delay))));
  const [cpu, statements] = [await cpuSeconds(server.pid ?? 0), await transactions(client)];
  const began = performance.now();
  for (let n = 0; n < rowsPerSecond * seconds; n++) {
    await client.query('insert into events.beat default values');
    await wait(Math.max(0, began + ((n + 1) * 1000) / rowsPerSecond - performance.now()));
  }
  const passed = (performance.now() - began) / 1000;
  const used = (await cpuSeconds(server.pid ?? 0)) - cpu;
  while (delays.length < rowsPerSecond * seconds * clients) await wait(50);
  const own = rowsPerSecond * seconds;
  const all = (await transactions(client)) - statements - own;
  for (const stop of streams) stop();
  server.kill('SIGTERM');
  await once(server, 'exit');
  const sorted = delays.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.floor((sorted.length - 1) * part)] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), cpu: used / passed, statements: all / passed };
}

async function startServer(): Promise<{ server: ChildProcess; port: number }> {
  const { host, port, database, user, password } = embedded.connection;
  const server = spawn(process.execPath, [main], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...{ PATH: process.env['PATH'], PGHOST: host, PGPORT: String(port), PGDATABASE: database, PGUSER: user },
      ...{ PGPASSWORD: password, PG_AUTH: 'password', HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'info' },
    },
  });
  for await (const chunk of server.stderr ?? []) {
    const listening = /"port":(\d+)/.exec(String(chunk));
    if (listening) return { server, port: Number(listening[1]) };
  }
  throw new Error('The server ended before it listened');
}

/** Follows the table; resolves, when the stream has begun, with a function that stops it. */
async function follow(port: number, onRow: (delayMs: number) => void): Promise<() => void> {
  const query = 'subscription { beatsAdded { edges { node { at } } } }';
  const url = `http://127.0.0.1:${port}/graphql?query=${encodeURIComponent(query)}`;
  const request = get(url, { headers: { accept: 'text/event-stream' }, agent: new Agent() });
  request.on('error', () => {}); // the stream is cut at the end
  const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream];
  response.setEncoding('utf8');
  const begun = new Promise<void>((resolve) => {
    response.on('data', (text: string) => {
      const now = Date.now();
      if (text.includes('beatsAdded')) resolve();
      for (const [, at] of text.matchAll(/"at":"([^"]+)"/g)) onRow(now - Date.parse(at ?? ''));
    });
  });
  response.on('error', () => {});
  await begun;
  return () => request.destroy();
}

/** Counts the ended transactions of the database, after waiting for sessions to report theirs. */
async function transactions(client: pg.Client): Promise<number> {
  await wait(1500);
  const { rows } = await client.query<{ n: string }>(
    'select xact_commit as n from pg_stat_database where datname = current_database()',
  );
  return Number(rows[0]?.n);
}
