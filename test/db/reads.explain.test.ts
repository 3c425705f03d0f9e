import { expect, test } from 'vitest';
import { type Sql, trusted } from '../../src/db/sql/sql.ts';
import { createEmptyDatabase, createExtendedDatabase, hasExtensions } from '../support/database.ts';
import { costOf } from '../support/plans.ts';
import { setUp } from '../support/setUp.ts';

const isExtended = hasExtensions('postgis', 'vector', 'pg_trgm');
const rows = 20_000;

const { api } = await setUp({
  database: () => (isExtended ? createExtendedDatabase('postgis', 'vector', 'pg_trgm') : createEmptyDatabase()),
  prepare: async (database) => {
    await database.admin(`
      create schema events;
      create table events.reading (
        id int primary key, device_id int not null, at timestamptz not null, level int not null, status text not null,
        note text not null, words tsvector not null, attributes jsonb not null);
      insert into events.reading
      select n, n % 400, timestamptz '2026-01-01Z' + n * interval '1 minute', n * 31 % 97,
        (array['ok', 'low', 'high', 'lost'])[1 + n % 4], 'pump ' || md5(n::text),
        to_tsvector('simple', case when n % 50 = 0 then 'pump leak ' || repeat('leak ', n % 7) else 'idle' end || ' w' || n),
        jsonb_build_object('power', jsonb_build_object('volts', n % 500), 'site', n % 40)
      from generate_series(1, ${rows}) n;
      create index on events.reading (device_id, at desc, id desc);
      create index on events.reading (at);
      create index on events.reading (status);
      create index on events.reading using gin (words);
      create index on events.reading using gin (attributes);
      create function events.since(start timestamptz) returns setof events.reading language sql stable
        as 'select * from events.reading r where r.at >= start';
      comment on function events.since is e'@expose\\n@key (id)'`);
    if (isExtended)
      await database.admin(`
        create table events.site (id int primary key, place geography(point) not null, embedding vector(3) not null);
        insert into events.site
        select n, st_point(n % 300 * 0.1, n % 170 * 0.1), array[n % 7, n % 11, n % 13 + n * 1e-6]::vector from generate_series(1, ${rows}) n;
        create index on events.site using gist (place);
        create index on events.site using hnsw (embedding vector_l2_ops);
        create index on events.reading using gin (note gin_trgm_ops)`);
    await database.vacuum();
    await database.grantAll(database.connection);
  },
});

const page = 'first: 20';
const day = `at: { gte: "2026-01-08T00:00Z", lt: "2026-01-09T00:00Z" }`;

/** A document, and SQL that somebody would write for it. */
interface Read {
  readonly what: string;
  readonly document: string;
  readonly byHand: string;
  /** The extension that the read needs. */
  readonly needs?: string;
  /** True if an index finds the rows, so that no table is read as a whole. */
  readonly isIndexed: boolean;
  /** The rows that are read in addition, because the key orders those that are equally far. */
  readonly ties?: number;
}

const reads: readonly Read[] = [
  {
    what: 'the newest rows of some devices',
    document: `{ readings(${page}, where: { deviceId: { lt: 10 } }, distinctOn: [DEVICE_ID],
      orderBy: [{ deviceId: ASC }, { at: DESC }]) { nodes { level } } }`,
    byHand: `select distinct on (device_id) level, device_id, at, id from events.reading where device_id < 10
      order by device_id, at desc, id desc limit 21`,
    isIndexed: true,
  },
  {
    what: 'distinct values with their counts',
    document: '{ readingsGroupedAggregate(groupBy: { columns: [STATUS] }) { key { status } count } }',
    byHand: 'select status, count(*) from events.reading group by 1 order by 1',
    isIndexed: true,
  },
  {
    what: 'rows of a function with a condition outside',
    document: `{ since(start: "2026-01-02T00:00Z", ${page}, where: { deviceId: { eq: 7 } }, orderBy: [{ at: DESC }]) { nodes { level } } }`,
    byHand: `select level, at, id from events.reading where at >= '2026-01-02Z' and device_id = 7
      order by at desc, id desc limit 21`,
    isIndexed: true,
  },
  {
    what: 'the best matches of a search',
    document: `{ readings(${page}, where: { words: { search: "pump leak" } }, orderBy: [{ wordsRank: { search: "pump leak" } }]) { nodes { level } } }`,
    byHand: `select level, id, ts_rank(words, q) from events.reading, websearch_to_tsquery('pump leak') q where words @@ q
      order by 3 desc, id desc limit 21`,
    isIndexed: true,
  },
  {
    what: 'the rows whose text matches a regular expression',
    document: `{ readings(${page}, where: { note: { matches: "abc1.*f" } }) { nodes { level } } }`,
    byHand: `select level, id from events.reading where note ~ 'abc1.*f' order by id limit 21`,
    needs: 'pg_trgm',
    isIndexed: true,
  },
  {
    what: 'the rows whose document contains another',
    document: `{ readings(${page}, where: { attributes: { contains: { power: { volts: 77 }, site: 37 } } }) { nodes { level } } }`,
    byHand: `select level, id from events.reading where attributes @> '{"power": {"volts": 77}, "site": 37}' order by id limit 21`,
    isIndexed: true,
  },
  {
    what: 'the rows with a great number at a path of their document',
    document: `{ readingsAggregate(where: { attributes: { at: { path: ["power", "volts"], number: { gt: "490" } } } }) { count } }`,
    byHand: `select count(*) from events.reading where (attributes #>> '{power,volts}')::numeric > 490`,
    isIndexed: false,
  },
  {
    what: 'the nearest places',
    document: `{ sites(${page}, orderBy: [{ place: { distanceTo: { type: "Point", coordinates: [3, 4] } } }]) { edges { distance } } }`,
    byHand: `select id, place <-> 'POINT(3 4)'::geography from events.site order by 2 limit 21`,
    needs: 'postgis',
    isIndexed: true,
    ties: 5,
  },
  {
    what: 'the nearest vectors',
    document: `{ sites(${page}, orderBy: [{ embedding: { distanceTo: [1, 2, 3] } }]) { edges { distance } } }`,
    byHand: `select id, embedding <-> '[1,2,3]' from events.site order by 2 limit 21`,
    needs: 'vector',
    isIndexed: true,
    ties: 5,
  },
  {
    what: 'groups by parts of a time',
    document: `{ readingsGroupedAggregate(where: { ${day} }, groupBy: { at: { parts: [HOUR_OF_DAY] } }) { parts { hourOfDay } count } }`,
    byHand: `select extract(hour from at at time zone 'UTC')::int, count(*) from events.reading
      where at >= '2026-01-08Z' and at < '2026-01-09Z' group by 1 order by 1`,
    isIndexed: true,
  },
  {
    what: 'measures of a day and of the day before',
    document: `{ readingsAggregate(where: { ${day} }) { of { level { max } } previous { of { level { max } } } } }`,
    byHand: `select (select max(level) from events.reading where at >= '2026-01-08Z' and at < '2026-01-09Z'),
      (select max(level) from events.reading where at >= '2026-01-07Z' and at < '2026-01-08Z')`,
    isIndexed: true,
  },
  {
    what: 'the hours of a day that grew most',
    document: `{ readingsGroupedAggregate(where: { ${day} }, groupBy: { at: { every: "1h" } },
      orderBy: [{ level: { difference: { sum: DESC_NULLS_LAST } } }], first: 3) { bucket } }`,
    byHand: `select bucket, sum - lag(sum) over (order by bucket) from (
        select date_trunc('hour', at) as bucket, sum(level) from events.reading
        where at >= '2026-01-08Z' and at < '2026-01-09Z' group by 1) h
      order by 2 desc nulls last limit 3`,
    isIndexed: true,
  },
];

/** Returns the only statement of a document. */
async function statementOf(document: string): Promise<Sql> {
  await api.query(document);
  const [statement, ...others] = api.queries;
  if (!statement || others.length > 0) throw new Error(`There were ${api.queries.length} statements`);
  return statement;
}

for (const { what, document, byHand, needs, isIndexed, ties = 0 } of reads) {
  const name = `${what} cost no more than with SQL by hand${needs ? `, with ${needs}` : ''}`;
  test.skipIf(needs && !isExtended)(name, async () => {
    const [ours, theirs] = [await costOf(api.db, await statementOf(document)), await costOf(api.db, trusted(byHand))];
    expect(ours.rows, JSON.stringify({ ours, theirs })).toBeLessThanOrEqual(theirs.rows + ties);
    expect(ours.blocks, JSON.stringify({ ours, theirs })).toBeLessThanOrEqual(theirs.blocks + 10);
    if (isIndexed) expect(ours.scans.filter((scan) => scan.startsWith('Seq Scan'))).toEqual([]);
  });
}
