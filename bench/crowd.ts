import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rmdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { startEmbedded } from '../src/dev/embedded/embedded.ts';
import { lock } from './lock.ts';
import { peakMegabytes } from './processes.ts';
import { flags } from './programs.ts';

/**
 * Sends the largest answers that the limits allow, fifty at once in several rounds, to the built server in the memory
 * of a default replica, and prints how many came, what others had in the meantime, and the memory. Exits with 1 when
 * the server did not live. Limits that are set (MAX_RESPONSE_BYTES and so on) are the server's.
 */
const atOnce = Number(process.env['BENCH_AT_ONCE'] ?? 50);
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 4);
const megabytes = Number(process.env['BENCH_MEGABYTES'] ?? 1024);

interface Kind {
  readonly name: string;
  /** Asks for about so many rows, of at most `devices` devices. */
  readonly query: (rows: number) => string;
}

const devices = 500;
const perDevice = 398;

/** One statement of the events of many devices. */
const events = (selection: string) => (rows: number) =>
  `{ devices(first: ${Math.ceil(rows / perDevice)}) { nodes { events(first: ${perDevice}) { ${selection} } } } }`;
const small = '{ sites(first: 1) { nodes { name } } }';
const severities = Array.from({ length: 40 }, (_, n) => `a${n}: severity`).join(' ');

/** Answers that are large in their own ways. */
const kinds: readonly Kind[] = [
  {
    name: 'rows with relations',
    query: events('edges { cursor node { id eventId payload device { serial attributes } eventType { name } } }'),
  },
  { name: 'narrow rows', query: events('nodes { value }') },
  { name: 'many values of a row', query: events(`nodes { ${severities} }`) },
  { name: 'texts of 20 kB', query: (rows) => `{ crowdPages(first: ${Math.ceil(rows / 150)}) { nodes { content } } }` },
];
/** What the price lets through and the response does not. The second has few rows, which TOAST keeps in little. */
const refused: readonly Kind[] = [
  { name: 'more rows than a response may hold', query: events('nodes { id payload }') },
  { name: 'rows of 4 MB', query: () => '{ crowdPiles(first: 300) { nodes { content } } }' },
];

await lock();
const database = await startEmbedded({ sample: { devices, events: devices * perDevice } });
await createPages();
let alive = true;
try {
  for (const kind of [...kinds, ...refused])
    await survive(async (port) => {
      const query = await largest(port, kind);
      for (let round = 1; round <= rounds; round++) console.log(`  ${await crowd(port, query)}`);
    });
  await survive(leaveBodies);
} finally {
  await database.stop();
}
process.exit(alive ? 0 : 1);

/** Has a server of its own go through something, and tells how it did. */
async function survive(ordeal: (port: number) => Promise<void>): Promise<void> {
  const server = await start();
  await ordeal(server.port);
  const lives = server.process.exitCode === null && server.process.signalCode === null;
  console.log(lives ? `  alive, at most ${(await peakMegabytes(server.process.pid ?? 0)).toFixed(0)} MB` : '  DEAD');
  alive &&= lives;
  await server.stop();
}

/** Clients that each send almost all of a body, and then nothing; and small questions of others meanwhile. */
async function leaveBodies(port: number): Promise<void> {
  const count = 220;
  console.log(`${count} bodies of 5 MB that do not end`);
  const sockets = Array.from({ length: count }, () => {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    socket.write('POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n');
    socket.write(`content-length: 5000000\r\n\r\n${' '.repeat(4_900_000)}`);
    return socket;
  });
  const answers = [];
  for (let n = 0; n < 100; n++) {
    answers.push(await ask(port, small));
    await wait(50);
  }
  console.log(`  of others ${answers.filter(({ isWhole }) => isWhole).length} of ${answers.length} served`);
  for (const socket of sockets) socket.destroy();
}

/** Rows of some 20 kB that no compression makes smaller. */
async function createPages(): Promise<void> {
  const client = new pg.Client(database.connection);
  await client.connect();
  await client.query(`
    create table events.crowd_page (crowd_page_id int primary key, content text not null);
    insert into events.crowd_page select page, (select string_agg(md5(page || '-' || n), '') from generate_series(1, 625) n)
      from generate_series(1, 1000) page;
    create table events.crowd_pile (crowd_pile_id int primary key, content text not null);
    insert into events.crowd_pile select n, repeat('x', 4000000) from generate_series(1, 400) n`);
  await client.end();
}

/** The query of this kind for the most rows that are answered, or, of the refused, that are read. */
async function largest(port: number, kind: Kind): Promise<string> {
  const { name, query } = kind;
  for (let rows = devices * perDevice; rows > 100; rows = Math.floor(rows * 0.9)) {
    const { isWhole, bytes, outcome } = await ask(port, query(rows));
    if (!isWhole && !(refused.includes(kind) && outcome === 'RESPONSE_TOO_LARGE')) continue;
    console.log(`${name}: ${(bytes / 1e6).toFixed(1)} MB for ${rows} rows`);
    return query(rows);
  }
  throw new Error(`Nothing is answered to "${name}"`);
}

/** All at once, none of which is read before all have begun; and small ones one after the other meanwhile. */
async function crowd(port: number, query: string): Promise<string> {
  let served = 0;
  let failed = 0;
  let busy = true;
  const others = (async () => {
    while (busy) {
      const { isWhole } = await ask(port, small);
      if (isWhole) served++;
      else failed++;
      await wait(50);
    }
  })();
  const asked = Array.from({ length: atOnce }, () => send(port, query));
  const begun = Promise.allSettled(asked);
  const answers = await Promise.all(asked.map((response) => read(begun.then(() => response))));
  busy = false;
  await others;
  const tally = Object.entries(Object.groupBy(answers, ({ outcome }) => outcome));
  const outcomes = tally.map(([outcome, each = []]) => `${each.length} ${outcome}`).join(', ');
  return `${outcomes}; of others ${served} served, ${failed} not`;
}

function send(port: number, query: string): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
}

async function read(answer: Promise<Response>) {
  try {
    const response = await answer;
    const text = await response.text();
    const [, code] = /"extensions":\{"code":"(\w+)"/.exec(text) ?? [];
    return { isWhole: response.ok && !code, bytes: text.length, outcome: code ?? String(response.status) };
  } catch {
    return { isWhole: false, bytes: 0, outcome: 'cut off' };
  }
}

function ask(port: number, query: string) {
  return read(send(port, query));
}

/** The built server as in the image, in a group of so much memory. */
async function start(): Promise<{ process: ChildProcess; port: number; stop: () => Promise<void> }> {
  const group = await createGroup();
  const { host, port, database: name, user, password } = database.connection;
  const child = spawn(
    'sh',
    ['-c', `echo $$ > ${group}/cgroup.procs && exec "$@"`, 'sh', process.execPath, ...flags, 'dist/main.js'],
    {
      cwd: new URL('..', import.meta.url),
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        ...process.env,
        ...{ NODE_ENV: 'production', PGHOST: host, PGPORT: String(port), PGDATABASE: name, PGUSER: user },
        ...{ PGPASSWORD: password, PG_AUTH: 'password', AUTH: 'none', DOCUMENTS: 'any' },
        ...{ HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'info' },
      },
    },
  );
  const ready = Promise.withResolvers<number>();
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (log.length < 10_000) log += text;
    const [, listening] = /"port":(\d+),.*"Listening"/.exec(log) ?? [];
    if (listening && log.includes('API built')) ready.resolve(Number(listening));
    if (text.includes('FATAL ERROR')) process.stderr.write(text);
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill); // of a run that fails nothing is left
  const ended = once(child, 'exit').then(() => ready.reject(new Error('The server ended')));
  const stop = async () => {
    process.off('exit', kill);
    kill();
    await ended;
    await rmdir(group);
  };
  return { process: child, port: await ready.promise, stop };
}

/** A control group with a bound on its memory, of either version of Linux's control groups. Needs root. */
async function createGroup(): Promise<string> {
  const name = `events-graphql-bench-${process.pid}`;
  const bytes = String(megabytes * 2 ** 20);
  try {
    const group = `/sys/fs/cgroup/memory/${name}`;
    await mkdir(group);
    await writeFile(`${group}/memory.limit_in_bytes`, bytes);
    return group;
  } catch {
    const group = `/sys/fs/cgroup/${name}`;
    await mkdir(group);
    await writeFile(`${group}/memory.max`, bytes);
    return group;
  }
}
