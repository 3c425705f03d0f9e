import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { pino } from 'pino';
import { createApiSource } from '../src/api/api.ts';
import { createServedApi } from '../src/api/current.ts';
import { createDb } from '../src/db/db.ts';
import { createPool } from '../src/db/pool/pool.ts';
import { createProbe } from '../src/db/pool/probe.ts';
import { startEmbedded } from '../src/dev/embedded/embedded.ts';
import { createApp } from '../src/server/app.ts';
import { createTails } from '../src/tails/tails.ts';
import { appConfig } from '../test/support/config.ts';

/**
 * Prints how many rows a second `createEvents` writes, from the text of the request to the text of the response, and
 * compares it with COPY and with one INSERT per row, on one connection each. The three take turns; the figures are
 * medians of the rounds.
 */
const size = 1000;
const rounds = 21;
const columns = '(occurred_at, device_id, event_type_id, value, payload)';

interface Event {
  readonly occurredAt: string;
  readonly deviceId: string;
  readonly eventTypeId: string;
  readonly value: string;
  readonly payload: { readonly round: number; readonly note: string };
}

const directory = await mkdtemp(join(tmpdir(), 'events-graphql-'));
const embedded = await startEmbedded({ directory: join(directory, 'postgres'), sample: { events: 10_000 } });
const log = pino({ level: 'warn' });
const pool = createPool({
  ...embedded.connection,
  ssl: false,
  size: 1,
  connectTimeoutMs: 10_000,
  statementTimeoutMs: 60_000,
  onError: (error) => log.warn(error),
});
const client = new pg.Client(embedded.connection);
await client.connect();
try {
  const db = createDb(pool);
  const source = createApiSource({ db, schemaName: 'events', limits: appConfig.limits, log });
  const served = createServedApi(source.build(await source.introspect()), { source, pollMs: 2 ** 30, log });
  const config = { ...appConfig, maxBodyBytes: 10_000_000 };
  const tails = createTails({
    db,
    limits: config.requestLimits,
    maxSeconds: config.sseMaxSeconds,
    log,
  });
  const app = createApp({ config, served, tails, probe: createProbe(pool), log });
  const ways = { createEvents: createEvents(app.fetch), COPY: copy, 'INSERT for each': insertEach };
  await compare(ways);
  served.stop();
} finally {
  await client.end();
  await pool.end();
  await embedded.stop();
  await rm(directory, { recursive: true, force: true });
}

async function compare(ways: Readonly<Record<string, (events: readonly Event[]) => Promise<void>>>): Promise<void> {
  const { rows: devices } = await client.query<{ device_id: string }>('select device_id from events.device limit 100');
  const names = Object.keys(ways);
  const times = new Map<string, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    const turn = round % names.length;
    for (const name of [...names.slice(turn), ...names.slice(0, turn)]) {
      const events = eventsOf(
        devices.map((row) => row.device_id),
        round,
      );
      const started = performance.now();
      await ways[name]?.(events);
      if (round > 0) times.get(name)?.push(performance.now() - started); // the first round plans and compiles
    }
  }
  const { rows } = await client.query<{ n: number }>(
    "select count(*)::int n from events.event where payload ? 'round'",
  );
  if (rows[0]?.n !== size * names.length * (rounds + 1)) throw new Error(`${rows[0]?.n} rows were written`);
  const base = median(times.get('createEvents') ?? []);
  for (const name of names) {
    const ms = median(times.get(name) ?? []);
    const ratio = ms === base ? '' : `; createEvents takes ${(base / ms).toFixed(2)} times as long`;
    console.log(`${name}: ${Math.round((size / ms) * 1000)} rows a second, ${ms.toFixed(1)} ms for ${size}${ratio}`);
  }
  console.log(
    `Medians of ${rounds} rounds; Node ${process.version}, PostgreSQL 18 on the same machine, synchronous_commit=off`,
  );
}

/** Makes events of the next minutes, so that they all belong to current partitions. */
function eventsOf(devices: readonly string[], round: number): readonly Event[] {
  const start = Date.now();
  return Array.from({ length: size }, (_, i) => ({
    occurredAt: new Date(start + i).toISOString(),
    deviceId: devices[i % devices.length] ?? '',
    eventTypeId: 'temperature',
    value: `${20 + (i % 100) / 10}`,
    payload: { round, note: 'written by "bench"' },
  }));
}

function createEvents(fetch: (url: string, init: RequestInit) => Response | Promise<Response>) {
  const query = 'mutation ($inputs: [CreateEventInput!]!) { createEvents(inputs: $inputs) { createdCount } }';
  return async (inputs: readonly Event[]) => {
    const response = await fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { inputs } }),
    });
    const text = await response.text();
    if (!text.includes(`"createdCount":${size}`)) throw new Error(text);
  };
}

function valuesOf({ occurredAt, deviceId, eventTypeId, value, payload }: Event): string[] {
  return [occurredAt, deviceId, eventTypeId, value, JSON.stringify(payload)];
}
async function copy(events: readonly Event[]): Promise<void> {
  const lines = events.map((event) => `${valuesOf(event).map(escaped).join('\t')}\n`);
  await pipeline(Readable.from([lines.join('')]), client.query(copyFrom(`copy events.event ${columns} from stdin`)));
}

/** Escapes a value for COPY's text format. */
function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n');
}

async function insertEach(events: readonly Event[]): Promise<void> {
  const text = `insert into events.event ${columns} values ($1, $2, $3, $4, $5)`;
  for (const event of events) await client.query({ name: 'insert', text, values: valuesOf(event) });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
