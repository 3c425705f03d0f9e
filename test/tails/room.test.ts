import { afterEach, expect, test } from 'vitest';
import { arrivalOf } from '../../src/catalog/arrival.ts';
import { tableOf } from '../../src/catalog/catalog.ts';
import type { Row } from '../../src/db/sql/row.ts';
import { sql } from '../../src/db/sql/sql.ts';
import { setUp, setUpServer } from '../support/setUp.ts';

const kilobyte = 1024;
const streams = 5000;
/** Number of streams on a table to which rows are added. */
const busy = 1000;
/** Bytes that an open stream takes. */
const ofStream = 16 * kilobyte;
/** Room of a replica of 1 GiB, a quarter of its memory. The test has less, of which tails may use four fifths. */
const quarter = 2 ** 28;
const room = streams * ofStream + 24 * 2 ** 20;
const roomOfTails = 0.8 * room;

const { database, api } = await setUp({
  prepare: `create table events.note (note_id bigint generated always as identity primary key, n int, body text);
    create table events.quiet_note (note_id bigint generated always as identity primary key, n int, body text)`,
  room,
});
const server = await setUpServer(api);
const { inFlight } = api;
const soon = { timeout: 60_000 };
/** The limit of the first test, which ends its streams only at its end and so must outlast its waits. */
const limits = { timeout: 150_000 };

const add = (count: number, length: number) =>
  database.admin("insert into events.note (n, body) select n, repeat('x', $2) from generate_series(1, $1) n", [
    count,
    length,
  ]);

afterEach(() => expect.poll(() => inFlight, soon).toMatchObject({ held: 0, waiting: 0 }));

/** Opens a stream with its own filter, which all rows of its table match. */
function open(id: number) {
  const { catalog } = api.api;
  const table = tableOf(catalog, id < busy ? 'note' : 'quiet_note');
  const arrival = arrivalOf(catalog, table, undefined);
  if (!('columns' in arrival)) throw new Error(arrival.reason);
  const share = inFlight.open(`${id}`);
  share.stream(ofStream);
  const where = sql`t.n > ${-id}`;
  const tail = api.tails.open({
    catalog,
    table,
    arrival,
    caller: null,
    share,
    where,
    columns: ['n', 'body'],
    after: null,
  });
  const told: unknown[] = [];
  return {
    told,
    /** Resolves with the first message, which is empty. */
    begin: () => tail.next(),
    /** Resolves when the stream has received a message with rows, which it keeps. */
    async next() {
      for (let rows: readonly Row[] = []; rows.length === 0; ) {
        const { value, done } = await tail.next();
        if (done) return;
        if (value instanceof Error) throw value;
        rows = value.rows;
        told.push(...rows.map(({ n }) => n));
      }
    },
    async close() {
      await tail.return?.();
      share.release();
    },
  };
}

test(
  '5,000 streams with different filters fit a replica of 1 GiB, and the room for their messages is bounded',
  limits,
  async () => {
    expect(streams * ofStream).toBeLessThan(quarter / 3);
    const all = Array.from({ length: streams }, (_, id) => open(id));
    await Promise.all(all.map(({ begin }) => begin()));
    expect(inFlight.held).toBe(streams * ofStream);
    let peak = 0;
    const look = () => {
      peak = Math.max(peak, inFlight.held);
    };
    await add(4, 6000);
    // No stream reads more than one message until there is no room for another.
    const following = all.slice(0, busy);
    const messages = following.map(async (stream) => {
      await stream.next();
      look();
    });
    await expect.poll(() => inFlight.held, soon).toBeGreaterThan(roomOfTails - 20 * kilobyte);
    expect(following.filter(({ told }) => told.length > 0).length).toBeLessThan(0.9 * busy);
    const readOn = messages.map(async (message, id) => {
      await message;
      void following[id]?.next();
    });
    await Promise.all(readOn);
    expect(peak).toBeLessThanOrEqual(room);
    for (const { told } of following) expect(told).toEqual(['1', '2', '3', '4']);
    await Promise.all(all.map(({ close }) => close()));
  },
);

test("a stream frees a message's room when the client takes it, and everything when it ends", async () => {
  const document = 'subscription { added: notesAdded { cursor end edges { node { n body } } } }';
  const following = Array.from({ length: 3 }, () => server.subscribe<{ body: string }>(document));
  for (const stream of following) await stream.next();
  expect(inFlight.held).toBe(3 * ofStream);
  await add(1, 1_000_000);
  for (const stream of following) expect((await stream.nodes(1))[0]?.body).toHaveLength(1_000_000);
  await expect.poll(() => inFlight.held, soon).toBe(3 * ofStream);
  for (const stream of following) await stream.stop();
});
