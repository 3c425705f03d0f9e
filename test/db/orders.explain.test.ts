import { describe, expect, test } from 'vitest';
import { type Sql, trusted } from '../../src/db/sql/sql.ts';
import { createEmptyDatabase } from '../support/database.ts';
import { costOf } from '../support/plans.ts';
import { setUp } from '../support/setUp.ts';

const devices = 400;
const each = 50;

const { api } = await setUp({
  database: createEmptyDatabase,
  prepare: async (database) => {
    await database.admin(`
      create schema events;
      create table events.place (id int primary key, name text not null);
      insert into events.place select n, md5(n::text) from generate_series(1, 40) n;
      create table events.device (id int primary key, place_id int references events.place (id), name text not null);
      insert into events.device select n, nullif(n % 41, 0), md5('device ' || n) from generate_series(1, ${devices}) n;
      create table events.reading (
        id int primary key, device_id int not null references events.device (id), at timestamptz not null, level int);
      insert into events.reading
      select n, 1 + n % ${devices}, timestamptz '2026-01-01Z' + n * 48271::bigint % 100003 * interval '1 second', n * 31 % 97
      from generate_series(1, ${devices * each}) n;
      create index on events.reading (device_id, at desc, id desc);
      create table events.note (id int primary key, device_id int references events.device (id));
      insert into events.note select n, 1 + n * 7 % ${devices} from generate_series(1, 4000) n`);
    await database.vacuum();
    await database.grantAll(database.connection);
  },
});

/** Returns the last statement of a document. */
async function statementOf(document: string): Promise<Sql> {
  await api.query(document);
  const statement = api.queries.at(-1);
  if (!statement) throw new Error('There was no statement');
  return statement;
}

const page = 'first: 20';

/** Documents, each with the SQL that one would write by hand for it. */
const orders = [
  {
    what: 'the name of a related row',
    document: `{ readings(${page}, orderBy: [{ device: { name: ASC } }]) { nodes { level } } }`,
    byHand: `select r.level, r.id, d.name from events.reading r left join events.device d on d.id = r.device_id
      order by d.name, r.id limit 21`,
  },
  {
    what: 'a row two relations away',
    document: `{ readings(${page}, orderBy: [{ device: { place: { name: DESC } } }]) { nodes { level } } }`,
    byHand: `select r.level, r.id, p.name from events.reading r left join events.device d on d.id = r.device_id
      left join events.place p on p.id = d.place_id order by p.name desc, r.id desc limit 21`,
  },
  {
    what: 'the number of related rows, of all',
    document: `{ devices(${page}, orderBy: [{ readingsAggregate: { count: DESC } }]) { nodes { name } } }`,
    byHand: `select d.name, d.id, coalesce(r.count, 0) from events.device d
      left join (select device_id, count(*) as count from events.reading group by 1) r on r.device_id = d.id
      order by 3 desc, 2 desc limit 21`,
  },
  {
    what: 'measures of related rows, of some',
    document: `{ devices(${page}, where: { rowId: { lt: 30 } }, orderBy: [
      { readingsAggregate: { level: { max: DESC } } }, { readingsAggregate: { count: ASC } }]) { nodes { name } } }`,
    byHand: `select d.name, d.id, r.max, r.count from events.device d
      left join lateral (select max(level), count(*) from events.reading where device_id = d.id) r on true
      where d.id < 30 order by 3 desc, 4, 2 limit 21`,
  },
  {
    what: 'the number of related rows that no index finds, of some',
    document: `{ devices(${page}, where: { rowId: { lt: 30 } }, orderBy: [{ notesAggregate: { count: DESC } }]) { nodes { name } } }`,
    byHand: `select d.name, d.id, coalesce(n.count, 0) from events.device d
      left join (select device_id, count(*) as count from events.note group by 1) n on n.device_id = d.id
      where d.id < 30 order by 3 desc, 2 desc limit 21`,
  },
  {
    what: 'the first of each, in the order of an index',
    document: `{ readings(${page}, distinctOn: [DEVICE_ID], orderBy: [{ deviceId: ASC }, { at: DESC }]) { nodes { level } } }`,
    byHand: `select distinct on (device_id) level, device_id, at, id from events.reading
      order by device_id, at desc, id desc limit 21`,
  },
  {
    what: 'the first of each, in another order',
    document: `{ readings(${page}, distinctOn: [DEVICE_ID], orderBy: [{ at: DESC }]) { nodes { level } } }`,
    byHand: `select * from (select distinct on (device_id) level, device_id, at, id from events.reading
      order by device_id, at desc, id desc) r order by at desc, id desc limit 21`,
  },
];

describe.each(orders)('a page in the order of $what', ({ document, byHand }) => {
  test('a page costs no more than with SQL by hand', async () => {
    const [ours, theirs] = [await costOf(api.db, await statementOf(document)), await costOf(api.db, trusted(byHand))];
    expect(ours.rows, JSON.stringify({ ours, theirs })).toBeLessThanOrEqual(theirs.rows);
    expect(ours.blocks, JSON.stringify({ ours, theirs })).toBeLessThanOrEqual(theirs.blocks + 10);
  });
});

/** Compares `distinctOn` with a list in a list, which reads an index once for each device of the page. */
test('the newest reading of each device is cheapest as a list under the devices', async () => {
  const distinct = `{ readings(${page}, distinctOn: [DEVICE_ID], orderBy: [{ deviceId: ASC }, { at: DESC }]) { nodes { level } } }`;
  const loose = `{ devices(${page}) { nodes { readings(first: 1, orderBy: [{ at: DESC }]) { nodes { level } } } } }`;
  const [sorted, entered] = [
    await costOf(api.db, await statementOf(distinct)),
    await costOf(api.db, await statementOf(loose)),
  ];
  expect(sorted.scans).toEqual([expect.stringMatching(/^Index.* Scan reading_device_id_at_id_idx$/)]);
  // The list in a list reads the keys of 20 devices and one row each.
  expect([sorted.rows, entered.rows]).toEqual([951, 40]);
});
