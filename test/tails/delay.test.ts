import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { observeTails } from '../../src/telemetry/tailMetrics.ts';
import { createEmptyDatabase } from '../support/database.ts';
import { keepMetrics } from '../support/metrics.ts';
import { setUp, setUpServer } from '../support/setUp.ts';

const { database, api } = await setUp({
  database: createEmptyDatabase,
  prepare: `create schema events;
    create table events.numbered (id bigint generated always as identity primary key, body text);
    create table events.stamped (
      key uuid primary key default gen_random_uuid(), body text, tx xid8 not null default pg_current_xact_id());
    create index on events.stamped (tx, key)`,
});
const server = await setUpServer(api);
const measured = keepMetrics();
observeTails(api.tails.stats);

afterAll(() => measured.stop());

afterEach(() => {
  vi.restoreAllMocks();
});

/** Returns the gauge's values in seconds, by table. */
async function delays(): Promise<Record<string, number>> {
  const points = (await measured.collect()).get('events_graphql.tail.delay') ?? [];
  return Object.fromEntries(points.map(({ attributes, value }) => [attributes['db.collection.name'], Number(value)]));
}

const now = performance.now.bind(performance);
/** Advances the clock by which delays are measured. */
const passTime = (ms: number) => vi.spyOn(performance, 'now').mockImplementation(() => now() + ms);

test.each(['numbered', 'stamped'])(
  'a transaction that stays open delays the tail of a %s table, as the gauge shows, and the log names it',
  async (table) => {
    const document = `subscription { added: ${table}sAdded { cursor end edges { node { body } } } }`;
    const stream = server.subscribe<{ body: string }>(document);
    await stream.next();
    expect((await delays())[table]).toBe(0);

    const writer = await database.connect();
    await writer.query(`begin; insert into events.${table} (body) values ('late')`);
    const { rows } = await writer.query<{ pid: number; name: string }>(
      "select pid, virtualtransaction as name from pg_locks where pid = pg_backend_pid() and locktype = 'virtualxid'",
    );
    await database.admin(`insert into events.${table} (body) values ('soon')`);
    const { pid, name } = rows[0] ?? {};
    await expect.poll(api.tails.stats).toMatchObject([{ table, streams: 1, pid }]);
    expect((await delays())[table]).toBeLessThan(5);
    passTime(15_000);
    const lines = () => api.log.filter((line) => line['table'] === table && line.msg.includes('delays the live tail'));
    await expect.poll(lines).toMatchObject([{ level: 40, table, pid, transaction: name, seconds: 15 }]);
    expect((await delays())[table]).toBeGreaterThanOrEqual(15);
    passTime(50_000);
    const looks = api.statements.length;
    await expect.poll(() => api.statements.length).toBeGreaterThan(looks + 1);
    expect(lines()).toHaveLength(1); // not again before a minute has passed

    await writer.query('commit');
    await writer.end();
    const bodies = (await stream.nodes(2)).map(({ body }) => body);
    expect(bodies.toSorted()).toEqual(['late', 'soon']);
    expect((await delays())[table]).toBe(0);
    await stream.stop();
  },
);

test('a table that nobody follows any more delays nobody', async () => {
  const stream = server.subscribe('subscription { added: numberedsAdded { cursor end edges { cursor } } }');
  await stream.next();
  const writer = await database.connect();
  await writer.query("begin; insert into events.numbered (body) values ('late')");
  await database.admin("insert into events.numbered (body) values ('soon')");
  await expect.poll(async () => (await delays())['numbered']).toBeGreaterThan(0);
  await stream.stop();
  await expect.poll(async () => (await delays())['numbered']).toBe(0);
  await writer.query('rollback');
  await writer.end();
});
