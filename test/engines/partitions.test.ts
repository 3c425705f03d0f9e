import { expect, test } from 'vitest';
import { introspect } from '../../src/db/introspect/introspect.ts';
import type { Lender } from '../../src/db/pool/pool.ts';
import { sql } from '../../src/db/sql/sql.ts';
import { createEmptyDatabase } from '../support/database.ts';
import { setUp, setUpServer } from '../support/setUp.ts';

/** Tables partitioned by day from 2000 on; half of the partitions are partitioned again, and there is a default one. */
const partitioned = (days: number) => `
  create schema events;
  create table events.device (device_id int primary key);
  insert into events.device select generate_series(0, 9);
  create table events.reading (
    reading_id bigint generated always as identity, device_id int not null references events.device,
    at timestamptz not null, value int, primary key (at, device_id, reading_id)
  ) partition by range (at);
  create index on events.reading (reading_id);
  create table events.reading_rest partition of events.reading default;
  do $$ begin
    for day in 0..${days - 1} loop
      execute format(
        'create table events.reading_%1$s partition of events.reading for values from (%2$L) to (%3$L) %4$s', day,
        timestamptz '2000-01-01 Z' + day * interval '1 day', timestamptz '2000-01-02 Z' + day * interval '1 day',
        case when day % 2 = 0 then 'partition by hash (device_id)' end);
      if day % 2 = 0 then
        for part in 0..1 loop
          execute format('create table events.reading_%1$s_%2$s partition of events.reading_%1$s for values with (modulus 2, remainder %2$s)', day, part);
        end loop;
      end if;
    end loop;
  end $$;
  insert into events.reading (device_id, at, value)
    select n % 10, timestamptz '2000-01-01 Z' + n * interval '1 hour', n from generate_series(0, 24 * 8 - 1) n`;

/**
 * Wraps a pool to run all work in transactions, and reports the relations of the schema that each has locked at its
 * end.
 */
const watching =
  (onLocked: (relations: readonly string[]) => void) =>
  (pool: Lender): Lender => ({
    ...pool,
    use: (work, options) =>
      pool.use(async (client, session) => {
        await client.query('begin');
        try {
          const result = await work(client, session);
          const { rows } = await client.query<{ name: string }>(
            `select distinct c.relname as name from pg_locks l join pg_class c on c.oid = l.relation
            where l.pid = pg_backend_pid() and c.relnamespace = 'events'::regnamespace`,
          );
          onLocked(rows.map(({ name }) => name));
          return result;
        } finally {
          await client.query('commit');
        }
      }, options),
  });

async function setUpDays(days: number) {
  let locked: { readonly text: string | undefined; readonly relations: number }[] | null = null;
  const { api, database } = await setUp({
    database: createEmptyDatabase,
    prepare: partitioned(days),
    size: 1,
    lending: watching((relations) => locked?.push({ text: api.sent.at(-2), relations: relations.length })),
  });
  const { subscribe } = await setUpServer(api);
  return {
    ...{ api, database, subscribe },
    /**
     * Runs a document until PostgreSQL has settled on a plan for it; returns the answers and the most relations that a
     * statement locked.
     */
    async run(document: string) {
      locked = [];
      const answers = [];
      for (let n = 0; n < 8; n++) answers.push(await api.query(document));
      return { answers, most: Math.max(...locked.map(({ relations }) => relations)) };
    },
    /** Returns the list of what each statement locks from now on. */
    watch: () => {
      locked = [];
      return locked;
    },
  };
}

const few = await setUpDays(8);
const many = await setUpDays(40);

test('the catalog is read by the same statements, however many partitions there are', async () => {
  const counts = [];
  for (const { api } of [few, many]) {
    const before = api.sent.length;
    await introspect(api.db, 'events');
    counts.push(api.sent.length - before);
  }
  expect(counts[1]).toBe(counts[0]);
});

const time = (day: number, hour = 0) =>
  `"2000-01-${String(day).padStart(2, '0')}T${String(hour).padStart(2, '0')}:00:00Z"`;
const days = `where: { at: { gte: ${time(2)}, lt: ${time(3)} } }`;
const nodes = 'nodes { readingId at value device { deviceId } } pageInfo { endCursor }';
const key = (day: number, hour: number) => {
  const n = (day - 1) * 24 + hour;
  return `at: ${time(day, hour)}, deviceId: ${n % 10}, readingId: "${n + 1}"`;
};

test.each([
  ['a list', `{ readings(${days}, first: 5, orderBy: [{ at: DESC }]) { ${nodes} } }`],
  ['the end of a list, with the number of its rows', `{ readings(${days}, last: 5) { ${nodes} totalCount } }`],
  ['aggregates', `{ readingsAggregate(${days}) { count of { value { min max avg } } } }`],
  ['groups', `{ readingsGroupedAggregate(${days}, groupBy: { columns: [DEVICE_ID] }) { key { deviceId } count } }`],
  ['a key', `{ reading(${key(2, 5)}) { value } }`],
  [
    'keys',
    `{ a: reading(${key(2, 5)}) { value } b: reading(${key(2, 7)}) { value } c: reading(${key(2, 8)}) { value } }`,
  ],
  ['the list under one parent', `{ device(deviceId: 3) { readings(${days}, first: 2) { ${nodes} totalCount } } }`],
  ['the lists under several parents', `{ devices { nodes { readings(${days}, first: 2) { ${nodes} totalCount } } } }`],
  [
    'a condition on related rows',
    `{ devices(where: { readings: { some: { at: { gte: ${time(3, 1)}, lt: ${time(3, 4)} } } } }) { nodes { deviceId } } }`,
  ],
  ['a change', `mutation { updateReading(${key(2, 5)}, patch: { value: 5 }) { reading { value } } }`],
])('%s: partitions that the values exclude are not locked, however many there are', async (_, document) => {
  const [one, other] = [await few.run(document), await many.run(document)];
  expect(other.answers).toEqual(one.answers);
  expect(other.most).toBe(one.most);
});

test('a statement about few partitions keeps its plan, which saves planning it each time', async () => {
  const handful = await setUpDays(2);
  const list = `{ readings(${days}, first: 5) { ${nodes} } }`;
  const kept = async ({ run, api }: typeof few) => {
    await run(list);
    const prepared = sql`select count(*) as count from pg_catalog.pg_prepared_statements where statement like '%"reading"%"at"%' and statement not like '%pg_prepared%'`;
    const [row] = await api.db.rows(prepared);
    return Number(row?.['count']);
  };
  expect([await kept(handful), await kept(many)]).toEqual([1, 0]);
});

const tail = `subscription { added: readingsAdded(where: { at: { gte: ${time(2)}, lt: ${time(3)} } }) { cursor end edges { node { value } } } }`;

test('a tail only reads the partitions that its filter leaves', async () => {
  const locked = [];
  for (const { subscribe, database, watch } of [few, many]) {
    const stream = subscribe<{ value: number }>(tail);
    await stream.next();
    const since = watch();
    await database.admin(
      `insert into events.reading (device_id, at, value) values (1, ${time(2).replaceAll('"', "'")}, 1)`,
    );
    expect(await stream.nodes(1)).toEqual([{ value: 1 }]);
    await stream.stop();
    locked.push(since.filter(({ text }) => !text?.includes('pg_locks')).map(({ relations }) => relations));
  }
  expect(locked[1]).toEqual(locked[0]);
});
