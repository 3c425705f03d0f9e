import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { startEmbedded } from '../src/dev/embedded/embedded.ts';
import { type Container, startContainer } from '../test/support/container.ts';
import { outcomeOf } from '../test/support/outcome.ts';
import { post, variablesFor } from '../test/support/program.ts';
import { sendUnfinished } from '../test/support/unfinished.ts';
import { createPages, devices, events, kinds, largest } from './largest.ts';
import { lock } from './lock.ts';
import { flags } from './programs.ts';

/**
 * Requests the largest responses that the limits allow, fifty at once in several rounds, from the built server with the
 * memory of a default replica. Prints how many succeeded, how other clients fared meanwhile, and the memory. Exits with
 * 1 if the server died. MAX_RESPONSE_BYTES and other MAX_ variables are passed on to the server.
 */
const atOnce = Number(process.env['BENCH_AT_ONCE'] ?? 50);
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 4);
const megabytes = Number(process.env['BENCH_MEGABYTES'] ?? 1024);

const small = '{ sites(first: 1) { nodes { name } } }';

await lock();
const database = await startEmbedded({ sample: { devices, events } });
const client = new pg.Client(database.connection);
await client.connect();
await client.query(createPages);
await client.end();
let alive = true;
try {
  for (const kind of kinds)
    await survive(async (port) => {
      const { query, bytes, rows } = await largest((query) => post(port, query), kind);
      console.log(`${kind.name}: ${(bytes / 1e6).toFixed(1)} MB for ${rows} rows`);
      for (let round = 1; round <= rounds; round++) console.log(`  ${await crowd(port, query)}`);
    });
  await survive(leaveBodies);
} finally {
  await database.stop();
}
process.exit(alive ? 0 : 1);

/** Puts a new server through an ordeal, and prints whether it survived. */
async function survive(ordeal: (port: number) => Promise<void>): Promise<void> {
  const container = await start();
  await ordeal(container.port);
  const lives = container.lives();
  console.log(lives ? `  alive, at most ${(await container.peakMegabytes()).toFixed(0)} MB` : '  DEAD');
  alive &&= lives;
  await container.stop();
}

/** Sends bodies that never end, and meanwhile other clients' small queries. */
async function leaveBodies(port: number): Promise<void> {
  const count = 220;
  console.log(`${count} bodies of 5 MB that do not end`);
  const sockets = Array.from({ length: count }, () => sendUnfinished(port, 5_000_000));
  const answers = [];
  for (let n = 0; n < 100; n++) {
    answers.push(await outcomeOf(post(port, small)));
    await wait(50);
  }
  console.log(`  of others ${answers.filter(({ isWhole }) => isWhole).length} of ${answers.length} served`);
  for (const socket of sockets) socket.destroy();
}

/**
 * Sends a query many times at once, and reads the responses only after all have begun; meanwhile other clients send
 * small queries in sequence.
 */
async function crowd(port: number, query: string): Promise<string> {
  let served = 0;
  let failed = 0;
  let busy = true;
  const others = (async () => {
    while (busy) {
      const { isWhole } = await outcomeOf(post(port, small));
      if (isWhole) served++;
      else failed++;
      await wait(50);
    }
  })();
  const asked = Array.from({ length: atOnce }, () => post(port, query));
  const begun = Promise.allSettled(asked);
  const answers = await Promise.all(asked.map((response) => outcomeOf(begun.then(() => response))));
  busy = false;
  await others;
  const tally = Object.entries(Object.groupBy(answers, ({ outcome }) => outcome));
  const outcomes = tally.map(([outcome, each = []]) => `${each.length} ${outcome}`).join(', ');
  return `${outcomes}; of others ${served} served, ${failed} not`;
}

/** Starts the built server with the image's flags. */
function start(): Promise<Container> {
  const limits = Object.entries(process.env).filter(([name]) => name.startsWith('MAX_'));
  return startContainer({
    folder: new URL('..', import.meta.url).pathname,
    args: [...flags, 'dist/main.js'],
    megabytes,
    variables: {
      ...variablesFor(database.connection),
      ...{ NODE_ENV: 'production', DOCUMENTS: 'any', HOST: '127.0.0.1', LOG_LEVEL: 'info' },
      ...(Object.fromEntries(limits) as Record<string, string>),
    },
  });
}
