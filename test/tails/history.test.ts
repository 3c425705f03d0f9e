import { pino } from 'pino';
import { expect, test } from 'vitest';
import { arrivalOf } from '../../src/catalog/arrival.ts';
import { tableOf } from '../../src/catalog/catalog.ts';
import { sql } from '../../src/db/sql/sql.ts';
import { createTails } from '../../src/tails/tails.ts';
import { createEmptyDatabase } from '../support/database.ts';
import { setUp } from '../support/setUp.ts';

const { database, api } = await setUp({
  database: createEmptyDatabase,
  prepare: `create schema events;
    create table events.note (note_id bigint generated always as identity primary key, body text)`,
});

const { catalog } = api.api;
const table = tableOf(catalog, 'note');
const arrival = arrivalOf(catalog, table, undefined);
if (!('columns' in arrival)) throw new Error(arrival.reason);
const request = { catalog, table, arrival, caller: null, columns: ['note_id'], after: null, where: sql`true` };

const start = () => createTails({ db: api.db, limits: { bytes: 1e6 }, log: pino({ level: 'silent' }), maxSeconds: 60 });
const insert = (count: number) => database.admin(`insert into events.note select from generate_series(1, ${count})`);
const reset = () => database.admin('truncate events.note restart identity');

test('a stream that begins after a reset gets every row, although a client from before the reset does not read', async () => {
  const tails = start();
  await insert(3);
  await tails.open(request).next();
  await reset();
  const stream = tails.open(request);
  expect(await stream.next()).toMatchObject({ value: { rows: [] } });
  await insert(1);
  expect(await stream.next()).toMatchObject({ value: { rows: [{ note_id: '1' }] } });
  tails.stop();
});

test('a reset ends a stream that is still reading rows from before it began', async () => {
  const tails = start();
  const before = tails.open(request);
  const { value: first } = await before.next();
  if (!first || first instanceof Error) throw new Error('There is no cursor');
  await before.return?.();
  await insert(1001);
  const stream = tails.open({ ...request, after: first.cursor });
  expect((await stream.next()).value).toMatchObject({ rows: { length: 500 } });
  await reset();
  await tails.open(request).next(); // a look has seen the reset
  expect((await stream.next()).value).toMatchObject({ code: 'BAD_USER_INPUT' });
  tails.stop();
});
