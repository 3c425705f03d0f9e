import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { createApiSource } from '../../src/api/api.ts';
import { createServedApi } from '../../src/api/current.ts';
import { createDb } from '../../src/db/db.ts';
import type { Pool } from '../../src/db/pool/pool.ts';
import { createProbe } from '../../src/db/pool/probe.ts';
import type { PoolStats } from '../../src/db/pool/stats.ts';
import { createApp } from '../../src/server/app.ts';
import { listen } from '../../src/server/listen.ts';
import { createTails } from '../../src/tails/tails.ts';
import { appConfig } from '../support/config.ts';
import { createAsk, type Read, sample } from './load.ts';
import { type Events, type Platform, startPlatform } from './platform.ts';

export interface SoakOptions {
  readonly seconds: number;
  readonly requestsPerSecond: number;
  readonly poolSize: number;
  /** Lifetime of a token, in seconds. */
  readonly lifeSeconds: number;
  /** Number of requests before the measurement, so that it excludes the warm-up of Node.js. */
  readonly warmUp: number;
  /** Called once a second. */
  readonly onProgress?: (stats: PoolStats, requests: number) => void;
}

/** A request; its times are milliseconds since the start. */
export interface Request {
  readonly read: Read;
  readonly start: number;
  readonly end: number;
  /** Code of its error; null if it succeeded. */
  readonly code: string | null;
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface SoakResult {
  readonly requests: readonly Request[];
  readonly pool: PoolStats;
  /** Spans from a replacement's login to its takeover. */
  readonly rotations: readonly Span[];
  readonly kills: readonly number[];
  readonly outages: number;
  /** Span in which PostgreSQL was stopped, and the time at which the pool was whole again. */
  readonly down: Span & { readonly whole: number };
  /** Span in which the readiness probe was red. */
  readonly unready: Span;
  readonly tokens: number;
  /** Sessions on the server at the end, and the largest number of sockets of the pool. */
  readonly sessions: number;
  readonly mostSockets: number;
  /** Memory in bytes, once per second, after a garbage collection if the process allows one. */
  readonly memory: readonly { readonly resident: number; readonly live: number }[];
}

/** Longest time until readiness turns red: an answer is reused for 1 s, and a new one may take 2 s. */
const probePatienceMs = 3500;

/** Runs a server under steady load while everything that it depends on fails in turn. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const platform = await startPlatform(options.lifeSeconds);
  const role = await platform.createIdentity();
  for (const statement of sample(role)) await platform.postgres.admin(statement);
  const { pool, events } = platform.connect(role, { size: options.poolSize });
  await fill(pool, options.poolSize);
  const server = await serve(pool);
  try {
    return await run(options, platform, role, pool, events, server.port);
  } finally {
    await server.stop();
    await pool.end();
    await platform.end();
  }
}

/** Opens all connections of the pool, so that it is whole from the start. */
const fill = (pool: Pool, size: number) =>
  Promise.all(Array.from({ length: size }, () => pool.use((client) => client.query('select pg_sleep(0.2)'))));

async function serve(pool: Pool) {
  const log = pino({ level: 'silent' });
  const db = createDb(pool);
  const source = createApiSource({ db, schemaName: 'events', limits: appConfig.limits, log });
  const served = createServedApi(source.build(await source.introspect()), { source, pollMs: 3_600_000, log });
  const tails = createTails({ db, limits: appConfig.requestLimits, maxSeconds: 230, log });
  const app = createApp({
    config: { ...appConfig, maxBodyBytes: 100_000 },
    served,
    tails,
    probe: createProbe(pool),
    log,
  });
  const { port, drain } = await listen(app, '127.0.0.1', 0);
  return {
    port,
    async stop() {
      served.stop();
      await drain(1000);
    },
  };
}

const kinds: readonly Read[] = ['row', 'page', 'count'];

/** Sends requests with as many at once as accumulate while PostgreSQL restarts. */
async function warm(ask: (read: Read) => Promise<string | null>, requests: number): Promise<void> {
  let left = requests;
  const caller = async () => {
    while (left-- > 0) await ask(kinds[left % kinds.length] ?? 'row');
  };
  await Promise.all(Array.from({ length: 150 }, caller));
}

async function run(
  { seconds, requestsPerSecond, poolSize, onProgress, lifeSeconds, warmUp }: SoakOptions,
  platform: Platform,
  role: string,
  pool: Pool,
  events: Events,
  port: number,
): Promise<SoakResult> {
  const ask = createAsk(port);
  await warm(ask, warmUp);
  const started = performance.now();
  const now = () => performance.now() - started;
  const [requests, kills]: [Request[], number[]] = [[], []];
  const memory: { resident: number; live: number }[] = [];
  const running = new Set<Promise<void>>();
  let [outages, mostSockets, calm, stopped] = [0, 0, true, false];
  let tokenEndsAt = Infinity;
  const down = { from: Infinity, to: Infinity, whole: Infinity };
  const unready = { from: Infinity, to: Infinity };
  const isWhole = () => {
    const { open, sockets, problem } = pool.stats();
    return open === poolSize && sockets === open && problem === null;
  };

  const request = async (read: Read) => {
    const start = now();
    const code = await ask(read);
    mostSockets = Math.max(mostSockets, pool.stats().sockets);
    requests.push({ read, start, end: now(), code });
  };
  const load = async () => {
    for (let n = 0; !stopped; n++) {
      await pause(Math.max(0, (n * 1000) / requestsPerSecond - now()));
      const asked = request(kinds[n % kinds.length] ?? 'row').finally(() => running.delete(asked));
      running.add(asked);
    }
  };
  /** Ends a backend again and again, but only while the pool is whole and can log in. */
  const kill = async () => {
    while (!stopped) {
      await pause(1500);
      if (!calm || !isWhole() || tokenEndsAt - Date.now() < 1000) continue;
      kills.push(now());
      await platform.postgres.admin('select public.kill_one($1)', [role]).catch(() => {});
    }
  };
  const loseIdentity = async () => {
    while (!stopped) {
      await pause(lifeSeconds * 1000 + Math.random() * 2000);
      if (!calm || stopped) continue;
      // From now on the database accepts only the last token; there is no new one until the outage ends.
      await platform.identity.refuse();
      tokenEndsAt = platform.tokenEndsAt(role);
      outages++;
      await pause(3000);
      await platform.identity.listen();
      tokenEndsAt = Infinity;
    }
  };
  const restart = async () => {
    // Happens early, so that memory after the first third is that of a server that has had every disturbance.
    await pause(seconds * 200);
    calm = false;
    while (tokenEndsAt !== Infinity) await pause(50);
    down.from = now();
    await platform.postgres.stop();
    await pause(1500);
    // The probe's last result stays valid for a moment.
    while (unready.from === Infinity && now() - down.from < probePatienceMs) await pause(50);
    await platform.postgres.start();
    down.to = now();
    while (!isWhole() && !stopped) await pause(10);
    down.whole = now();
    calm = true;
  };
  const probe = async () => {
    while (!stopped) {
      await pause(100);
      const { ok } = await fetch(`http://127.0.0.1:${port}/health/ready`);
      if (!ok) unready.from = Math.min(unready.from, now());
      else if (unready.from < Infinity) unready.to = Math.min(unready.to, now());
    }
  };
  const watch = async () => {
    for (let second = 0; second < seconds; second++) {
      await pause(Math.max(0, (second + 1) * 1000 - now()));
      globalThis.gc?.();
      const { rss, heapUsed, external } = process.memoryUsage();
      memory.push({ resident: rss, live: heapUsed + external });
      onProgress?.(pool.stats(), requests.length);
    }
    stopped = true;
  };
  await Promise.all([watch(), load(), kill(), loseIdentity(), restart(), probe()]);
  await Promise.all(running);
  const sessions = (await platform.backends(role)).length;
  const tokens = platform.identity.requests();
  const rotations = spans(events).map(({ from, to }) => ({ from: from - started, to: to - started }));
  return {
    requests,
    pool: pool.stats(),
    rotations,
    kills,
    outages,
    down,
    unready,
    tokens,
    sessions,
    mostSockets,
    memory,
  };
}

/** Returns the spans of replacements, of which one runs at a time. A replacement whose login failed has no end. */
function spans({ log }: Events): readonly Span[] {
  const turns = log.filter(({ type }) => type === 'replacing' || type === 'replaced');
  return turns.flatMap(({ type, at }, i) => {
    const from = turns[i - 1];
    return type === 'replaced' && from?.type === 'replacing' ? [{ from: from.at, to: at }] : [];
  });
}
