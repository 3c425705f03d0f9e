import { createHook } from 'node:async_hooks';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Caller } from '../../src/auth/callers/caller.ts';
import { arrivalOf } from '../../src/catalog/arrival.ts';
import { tableOf } from '../../src/catalog/catalog.ts';
import { sql } from '../../src/db/sql/sql.ts';
import { AppError } from '../../src/errors.ts';
import { type Batch, createFeed, type Feed } from '../../src/tails/feed.ts';
import { type HubOptions, type Subject, TailHub } from '../../src/tails/hub.ts';
import { createMailbox } from '../../src/tails/mailbox.ts';
import { messagesOf } from '../../src/tails/stream.ts';
import { createTails } from '../../src/tails/tails.ts';
import type { Watch } from '../../src/tails/watch.ts';
import { createEmptyDatabase } from '../support/database.ts';
import { setUp } from '../support/setUp.ts';

let hub: TailHub;

const { database, api } = await setUp({
  database: createEmptyDatabase,
  prepare: `create schema events;
    create table events.note (note_id bigint generated always as identity primary key, body text);
    insert into events.note (body) values ('before')`,
});
/** The catalog as if row security applied. */
const personal = { ...api.api.catalog, isPersonal: true };

const options: HubOptions = { db: api.db, limits: { bytes: 1e6 }, log: pino({ level: 'silent' }) };

beforeEach(() => {
  hub = new TailHub(options);
});

afterEach(() => {
  vi.useRealTimers();
});

function subjectOf(caller: Caller | null, isPersonal: boolean): Subject {
  const catalog = isPersonal ? personal : api.api.catalog;
  const table = tableOf(catalog, 'note');
  const arrival = arrivalOf(catalog, table, undefined);
  if (!('columns' in arrival)) throw new Error(arrival.reason);
  return { catalog, table, arrival, caller };
}

const callerOf = (oid: string): Caller => ({ id: oid, permissions: new Set(), claims: { oid }, expiresAt: Infinity });
const insert = () => database.admin("insert into events.note (body) values ('more')");

/** Lets the watch look once more; returns the time until that look in milliseconds. */
async function nextPause(watch: Watch): Promise<number> {
  const before = Date.now();
  const looked = watch.next();
  vi.advanceTimersToNextTimer();
  const pause = Date.now() - before;
  await looked;
  await new Promise(setImmediate); // now the next one is planned
  return pause;
}

const nextPauses = async (watch: Watch, count: number) => {
  const pauses: number[] = [];
  while (pauses.length < count) pauses.push(await nextPause(watch));
  return pauses;
};

test('the server looks less often the longer nothing arrives, and frequently during writes', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  const watch = hub.watchOf(subjectOf(null, false));
  const stop = watch.listen(() => {});
  expect(await nextPauses(watch, 8)).toEqual([25, 250, 500, 1000, 2000, 4000, 5000, 5000]);
  await insert();
  expect(await nextPauses(watch, 3)).toEqual([5000, 250, 500]);

  const writer = await database.connect();
  await writer.query("begin; insert into events.note (body) values ('late')");
  expect(await nextPauses(watch, 4)).toEqual([1000, 250, 250, 250]);
  await writer.query('commit');
  await writer.end();
  expect(await nextPauses(watch, 4)).toEqual([250, 250, 500, 1000]);

  watch.wake();
  expect(await nextPauses(watch, 3)).toEqual([25, 50, 100]);
  stop();
  expect(vi.getTimerCount()).toBe(0);
});

test('lists that wait in vain for a writer leave nothing waiting', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const tails = createTails({ ...options, maxSeconds: 60 });
  const writer = await database.connect();
  await writer.query("begin; insert into events.note (body) values ('open')");
  const starts = Array.from({ length: 10 }, () => tails.start(subjectOf(null, false)));
  vi.advanceTimersByTime(5000);
  for (const start of await Promise.allSettled(starts))
    expect(start).toMatchObject({ status: 'rejected', reason: { code: 'CONFLICT' } });
  expect(tails.stats()).toEqual([]);
  await writer.query('rollback');
  await writer.end();
});

test('a table is watched once, and a filter read once, unless claims decide what can be seen', () => {
  const [nobody, anna, again, ben] = [null, callerOf('anna'), callerOf('anna'), callerOf('ben')];
  const watchOf = (caller: Caller | null, isPersonal: boolean) => hub.watchOf(subjectOf(caller, isPersonal));
  expect(watchOf(anna, false)).toBe(watchOf(nobody, false));
  expect(watchOf(anna, true)).toBe(watchOf(again, true));
  expect(watchOf(anna, true)).not.toBe(watchOf(ben, true));

  const feedOf = (caller: Caller, isPersonal: boolean, body: string, history = 'h') => {
    const watch = watchOf(caller, isPersonal);
    return hub.lendFeed(subjectOf(caller, isPersonal), sql`body = ${body}`, { watch, history }).feed;
  };
  expect(feedOf(anna, false, 'x')).toBe(feedOf(ben, false, 'x'));
  expect(feedOf(anna, false, 'x')).not.toBe(feedOf(anna, false, 'y'));
  expect(feedOf(anna, false, 'x')).not.toBe(feedOf(anna, false, 'x', 'another'));
  expect(feedOf(anna, true, 'x')).toBe(feedOf(again, true, 'x'));
  expect(feedOf(anna, true, 'x')).not.toBe(feedOf(ben, true, 'x'));
});

test('a stream begins even if the hub drops watches meanwhile', async () => {
  const request = { ...subjectOf(callerOf('anna'), true), columns: ['body'], after: null, where: sql`true` };
  const mailbox = createMailbox<Batch | Error>(1, () => {});
  const first = messagesOf(hub, request, { given: null, mailbox, heartbeatMs: 60_000 }).next();
  for (let n = 0; n < 1000; n++) hub.watchOf(subjectOf(callerOf(`${n}`), true));
  expect((await first).value).toMatchObject({ rows: [], end: null });
  expect([...hub.watches].filter(({ watch }) => watch.isListenedTo)).toHaveLength(1);
  mailbox.close();
});

test('a look without news notifies nobody, and costs a thousand feeds no promise', async () => {
  const subject = subjectOf(null, false);
  const watch = hub.watchOf(subject);
  const { history = '' } = (await watch.look()) ?? {};
  const subscriptions = Array.from({ length: 1000 }, (_, n) => {
    const { feed } = hub.lendFeed(subject, sql`${n} >= 0`, { watch, history });
    expect(feed.place()).toEqual(watch.settled?.place);
    return feed.subscribe({ columns: ['body'], put: () => {} });
  });
  let told = 0;
  const stop = watch.listen(() => told++);
  let promises = 0;
  const hook = createHook({ init: (_id, type) => type === 'PROMISE' && promises++ }).enable();
  await watch.look();
  hook.disable();
  expect(told).toBe(0);
  expect(promises).toBeGreaterThan(0);
  expect(promises).toBeLessThan(1000);
  await insert();
  await watch.look();
  expect(told).toBe(1);
  for (const { cancel } of [...subscriptions, { cancel: stop }]) cancel();
});

test('a feed whose read failed reads again at the next look, without news', async () => {
  const watch = hub.watchOf(subjectOf(null, false));
  const { history = '' } = (await watch.look()) ?? {};
  const read = vi.fn<Feed['read']>(async (_after, to) => ({ rows: [{}], bytes: 0, to, db: api.db, release() {} }));
  read.mockRejectedValueOnce(new AppError('DATABASE_UNAVAILABLE', 'The connection was lost'));
  const feed = createFeed({ watch, history, read });
  const given = Promise.withResolvers<Batch | Error>();
  expect(feed.place()).toEqual(watch.settled?.place);
  const subscription = feed.subscribe({ columns: [], put: given.resolve });
  subscription.ready();
  await insert();
  await watch.look();
  expect(await given.promise).toMatchObject({ rows: [{}] });
  expect(read).toHaveBeenCalledTimes(2);
  subscription.cancel();
});
