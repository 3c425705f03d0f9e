import { describe, expect, test } from 'vitest';
import { encodeCursor } from '../../src/db/sql/keyset.ts';
import { createEmptyDatabase } from '../support/database.ts';
import { type Cost, costOf } from '../support/plans.ts';
import { setUp } from '../support/setUp.ts';

const total = 100_000;
const size = 50;

interface Order {
  readonly what: string;
  readonly orderBy: string;
  /** The index's columns, with the key that breaks ties. */
  readonly index: string;
}

const orders: readonly Order[] = [
  { what: 'the primary key', orderBy: '', index: 'id' },
  { what: 'a column', orderBy: '{ at: DESC }', index: 'at desc, id desc' },
  { what: 'columns of one direction', orderBy: '{ device: ASC }, { at: ASC }', index: 'device, at, id' },
  { what: 'columns of two directions', orderBy: '{ device: ASC }, { at: DESC }', index: 'device, at desc, id desc' },
  { what: 'few values, then times', orderBy: '{ status: ASC }, { at: DESC }', index: 'status, at desc, id desc' },
  { what: 'a nullable column', orderBy: '{ level: ASC }', index: 'level, id' },
  { what: 'a nullable column, nulls first', orderBy: '{ level: ASC_NULLS_FIRST }', index: 'level nulls first, id' },
  { what: 'a nullable column, descending', orderBy: '{ level: DESC }', index: 'level desc, id desc' },
  {
    what: 'a nullable column, descending, nulls last',
    orderBy: '{ level: DESC_NULLS_LAST }',
    index: 'level desc nulls last, id desc',
  },
  { what: 'a nullable column of few values', orderBy: '{ grade: ASC }', index: 'grade, id' },
  {
    what: 'a nullable column, then another direction',
    orderBy: '{ level: DESC_NULLS_LAST }, { at: ASC }',
    index: 'level desc nulls last, at, id',
  },
  {
    what: 'nullable columns of two directions',
    orderBy: '{ level: ASC }, { grade: DESC_NULLS_LAST }',
    index: 'level, grade desc nulls last, id desc',
  },
  { what: 'a column, then a nullable one', orderBy: '{ device: ASC }, { level: ASC }', index: 'device, level, id' },
];

/** A fifth of the levels and grades are null, so that orders can begin or end with nulls. */
const readings = `
  create schema events;
  create table events.device (id int primary key);
  insert into events.device select generate_series(0, 999);
  create table events.reading (
    id int, device int not null, status int not null, at timestamptz not null, level int, grade int);
  insert into events.reading
  select n, (n - 1) / 100, n * 31 % 8, timestamptz '2026-01-01Z' + n * 48271::bigint % 100003 * interval '1 second',
    case when n % 5 > 0 then n * 104729::bigint % 2000 end, nullif(n * 13 % 5, 0)
  from generate_series(1, ${total}) n;
  alter table events.reading add primary key (id), add foreign key (device) references events.device (id)`;

const { database, api } = await setUp({
  database: createEmptyDatabase,
  prepare: async (database) => {
    await database.admin(readings);
    for (const { index } of orders) await database.admin(`create index on events.reading (${index})`);
    await database.vacuum();
    await database.grantAll(database.connection);
  },
});
/** Returns the cost of a document's last statement. */
async function costOfLast(document: string): Promise<Cost> {
  await api.query(document);
  const statement = api.queries.at(-1);
  if (!statement) throw new Error('There was no statement');
  return costOf(api.db, statement);
}

/** Returns the cursor of the row after this many rows of the list. */
async function cursorAt(place: number, { orderBy, index }: Order): Promise<string> {
  const { readings } = await api.query<{ readings: { pageInfo: { endCursor: string } } }>(
    `{ readings(first: 1, orderBy: [${orderBy}]) { pageInfo { endCursor } } }`,
  );
  const [order = '']: string[] = JSON.parse(Buffer.from(readings.pageInfo.endCursor, 'base64url').toString());
  const keys = index.split(', ').map((term) => term.replace(/ .*/, ''));
  const { rows } = await database.admin<Record<string, string | null>>(`
    select ${keys.map((key) => `${key}::text`).join(', ')}
    from (select * from events.reading order by ${index} limit 1 offset ${place}) r`);
  return encodeCursor(
    order,
    keys.map((key) => rows[0]?.[key] ?? null),
  );
}

/**
 * Checks that a page of this many rows is read from an index at the right place, with few more rows than it returns.
 */
function expectShort(cost: Cost, rows: number, of = 1): void {
  expect(cost.scans.filter((scan) => scan.startsWith('Seq Scan'))).toEqual([]);
  expect(cost.rows, JSON.stringify(cost)).toBeGreaterThanOrEqual(rows * of);
  expect(cost.rows, JSON.stringify(cost)).toBeLessThanOrEqual(2 * (rows + 1) * of);
  // A range that an index cannot bound visits blocks even if none of its rows match; the smallest such range has 276.
  expect(cost.blocks, JSON.stringify(cost)).toBeLessThanOrEqual(70 * of);
}

const places = [100, 10_000, 50_000, 90_000, total - 100];

describe.each(orders)('a page in the order of $what', (order) => {
  const list = (args: string) => `{ readings(${args}, orderBy: [${order.orderBy}]) { nodes { rowId } } }`;

  test('a page at either end reads no more than it returns', async () => {
    expectShort(await costOfLast(list(`first: ${size}`)), size);
    expectShort(await costOfLast(list(`last: ${size}`)), size);
  });

  test('a page after a cursor reads no more than it returns', async () => {
    for (const place of places)
      expectShort(await costOfLast(list(`first: ${size}, after: "${await cursorAt(place, order)}"`)), size);
  });

  test('a page before a cursor reads no more than it returns', async () => {
    for (const place of places)
      expectShort(await costOfLast(list(`last: ${size}, before: "${await cursorAt(place, order)}"`)), size);
  });

  test('a page between two cursors reads no more than lies between them', async () => {
    for (const place of places) {
      const [start, end] = [await cursorAt(place, order), await cursorAt(place + 10, order)];
      expectShort(await costOfLast(list(`first: ${size}, after: "${start}", before: "${end}"`)), 9);
      expectShort(await costOfLast(list(`last: ${size}, after: "${start}", before: "${end}"`)), 9);
    }
  });
});

describe('pages under parents', () => {
  test.each(orders.filter(({ index }) => index.startsWith('device, ')))(
    'a page under each parent reads no more than it returns, in the order of $what',
    async (order) => {
      const orderBy = order.orderBy.replace('{ device: ASC }, ', '');
      const list = (args: string, fields: string) =>
        `{ devices(first: 20) { nodes { readingsByDevice(${args}, orderBy: [${orderBy}]) { ${fields} } } } }`;
      const { devices } = await api.query<{
        devices: { nodes: { readingsByDevice: { pageInfo: { endCursor: string } } }[] };
      }>(list('first: 1, offset: 40', 'pageInfo { endCursor }'));
      const cursor = devices.nodes[0]?.readingsByDevice.pageInfo.endCursor;
      for (const args of ['first: 5', 'last: 5', `first: 5, after: "${cursor}"`, `last: 5, before: "${cursor}"`])
        expectShort(await costOfLast(list(args, 'nodes { rowId }')), 5, 20);
    },
  );
});
