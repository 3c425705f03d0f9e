import { setImmediate as turn } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, expect, test, vi } from 'vitest';
import { arrivalOf } from '../../src/catalog/arrival.ts';
import { tableOf } from '../../src/catalog/catalog.ts';
import type { SharedDb } from '../../src/db/db.ts';
import { sql } from '../../src/db/sql/sql.ts';
import type { Place } from '../../src/db/sql/tail.ts';
import { AppError } from '../../src/errors.ts';
import { TailHub } from '../../src/tails/hub.ts';
import { createTails, type Tails } from '../../src/tails/tails.ts';
import { createEmptyDatabase } from '../support/database.ts';
import { setUp } from '../support/setUp.ts';

const { database, api } = await setUp({
  database: createEmptyDatabase,
  prepare: `create schema events;
    create table events.note (note_id bigint generated always as identity primary key, body text)`,
});

afterEach(() => {
  vi.restoreAllMocks();
});

const { catalog } = api.api;
const table = tableOf(catalog, 'note');
const arrival = arrivalOf(catalog, table, undefined);
if (!('columns' in arrival)) throw new Error(arrival.reason);
const request = { catalog, table, arrival, caller: null, columns: ['note_id'], after: null, where: sql`true` };

const count = 100;
const open = (heartbeatMs: number, db: SharedDb = api.db) =>
  createTails({ db, limits: { bytes: 1e6 }, log: pino({ level: 'silent' }), maxSeconds: 60, heartbeatMs });

/**
 * Opens streams, causes each to have a message, and returns the most that had theirs in one turn of the event loop. Each
 * look at the clock takes a millisecond.
 */
async function mostInOneTurn(
  tails: Tails,
  cause: (tails: Tails) => unknown,
  { isFirst = false } = {},
): Promise<number> {
  const streams = Array.from({ length: count }, () => tails.open(request));
  if (!isFirst) await Promise.all(streams.map((stream) => stream.next()));
  let [ms, had] = [0, 0];
  vi.spyOn(performance, 'now').mockImplementation(() => ++ms);
  await turn(); // a turn that began by the real clock is over
  const messages = streams.map((stream) => stream.next().then(() => had++));
  await cause(tails);
  let most = 0;
  for (let before = had; had < count; before = had) {
    await turn();
    most = Math.max(most, had - before);
  }
  await Promise.all(messages);
  tails.stop();
  return most;
}

const insert = () => database.admin("insert into events.note (body) values ('new')");

test('a stream that has yet to get a row is still before it when another stream has it', async () => {
  const hub = new TailHub({ db: api.db, limits: { bytes: 1e6 }, log: pino({ level: 'silent' }) });
  const watch = hub.watchOf(request);
  const { history = '' } = (await watch.look()) ?? {};
  const { feed } = hub.lendFeed(request, request.where, { watch, history });
  const start = feed.place();
  const seen: (readonly Place[])[] = [];
  const { promise: done, resolve: finish } = Promise.withResolvers<void>();
  const subscriptions = [1, 2].map((nth) =>
    feed.subscribe({
      columns: request.columns,
      put() {
        seen.push(subscriptions.map(({ place }) => place));
        if (nth === 2) finish();
      },
    }),
  );
  for (const { ready } of subscriptions) ready();
  await insert();
  await done;
  expect(seen).toEqual([
    [feed.place(), start],
    [feed.place(), feed.place()],
  ]);
  for (const { cancel } of subscriptions) cancel();
});

test('streams whose first look fails at the same moment end in many turns', async () => {
  const rows = () => Promise.reject(new AppError('DATABASE_UNAVAILABLE', 'The connection was lost'));
  const failing: SharedDb = { ...api.db, within: () => ({ rows, write: rows }) };
  expect(await mostInOneTurn(open(60_000, failing), () => {}, { isFirst: true })).toBeLessThan(20);
});

test.for([
  { name: 'open', cause: () => {}, isFirst: true },
  { name: 'have a new row', cause: insert },
  { name: 'have no row for some time', cause: () => {}, heartbeatMs: 50 },
  { name: 'end because the schema has changed', cause: (tails: Tails) => tails.retire(catalog) },
  { name: 'end because the server stops', cause: (tails: Tails) => tails.stop() },
])('streams that $name at the same moment go on in many turns', async ({ cause, isFirst, heartbeatMs = 60_000 }) => {
  const most = await mostInOneTurn(open(heartbeatMs), cause, { isFirst });
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThan(20);
});
