import { isInputObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '../support/api.ts';
import { createExtendedDatabase, hasExtensions, type TestDatabase } from '../support/database.ts';
import { createReader, type Edge, type Read } from '../support/lists.ts';

const extensions = ['postgis', 'ltree', 'hstore', 'citext', 'pg_partman'];

describe.skipIf(!hasExtensions(...extensions))('with extensions', () => {
  let database: TestDatabase;
  let api: TestApi;

  beforeAll(async () => {
    database = await createExtendedDatabase(...extensions);
    await database.admin(`
      create schema events;
      create table events.place (
        place_id int primary key, position geometry(Point, 4326), area geography(Point, 4326),
        path ltree, tags hstore, code citext
      );
      insert into events.place
      select n, st_setsrid(st_makepoint(n, n % 3), 4326), st_makepoint(n % 5, n % 7),
        ('top.region' || n % 4 || '.site' || n)::ltree, hstore('n', (n % 3)::text), case when n % 2 = 0 then 'code-' else 'CODE-' end || n
      from generate_series(1, 23) n
      union all select 24, null, null, null, null, null;
      create table events.reading (at timestamptz not null, value int not null) partition by range (at);
      select create_parent('events.reading', 'at', 'native', 'daily');
      insert into events.reading select now() - n * interval '6 hours', n from generate_series(0, 9) n`);
    await database.grantAll(database.connection);
    api = await createTestApi(database.connection);
  });

  afterAll(async () => {
    await api.close();
    await database.drop();
  });

  test('values are those that PostgreSQL writes as text or JSON', async () => {
    const { place } = await api.query('{ place(placeId: 5) { position area path tags code } }');
    const { rows } = await database.admin(
      `select st_asgeojson(position)::json as position, st_asgeojson(area)::json as area, path::text, tags::json, code::text
       from events.place where place_id = 5`,
    );
    expect(place).toEqual(rows[0]);
  });

  test('only the text among them can be changed relative to its value', () => {
    const change = api.api.schema.getType('UpdatePlaceChange');
    expect(isInputObjectType(change) && Object.keys(change.getFields())).toEqual(['code']);
  });

  test.each(['path', 'code'])('a walk in the order of %s meets every row once, in that order', async (column) => {
    const read = createReader(api, { list: 'places', type: 'Place', fields: ['placeId'] });
    for (const direction of ['ASC', 'DESC']) {
      const ids = (await walk(read, { [column]: direction })).map(({ node }) => node['placeId']);
      const { rows } = await database.admin<{ place_id: number }>(
        `select place_id from events.place order by ${column} ${direction}, place_id`,
      );
      expect(ids).toEqual(rows.map((row) => row.place_id));
    }
  });

  test('the partitions of pg_partman are one type, and its bookkeeping has none', async () => {
    const { readings } = await api.query<{ readings: { totalCount: number; nodes: readonly { value: number }[] } }>(
      '{ readings(orderBy: [{at: DESC}]) { totalCount nodes { value } } }',
    );
    expect(readings.totalCount).toBe(10);
    expect(readings.nodes.map(({ value }) => value)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(api.api.catalog.tables.map(({ name }) => name)).toEqual(['place', 'reading']);
  });
});

/** Reads all rows, in pages of 5. */
async function walk(read: Read, order: Readonly<Record<string, string>>): Promise<readonly Edge[]> {
  const edges: Edge[] = [];
  for (let after: string | null = null; ; ) {
    const page = await read({ first: 5, after, orderBy: [order] });
    edges.push(...page.edges);
    if (!page.pageInfo.hasNextPage) return edges;
    after = page.pageInfo.endCursor;
  }
}
