import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '../support/api.ts';
import { createExtendedDatabase, hasExtensions, type TestDatabase } from '../support/database.ts';
import { costOf } from '../support/plans.ts';
import { patience, runs } from '../support/property.ts';
import { createTwoWays, differenceOf } from '../support/twoWays.ts';

interface Found {
  readonly cursor: string;
  readonly distance: number | null;
  readonly node: { readonly rowId: number };
}

interface Page {
  readonly edges: readonly Found[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly hasPreviousPage: boolean };
}

const directions = { ASC: 'asc', DESC: 'desc', ASC_NULLS_FIRST: 'asc nulls first', DESC_NULLS_LAST: 'desc nulls last' };
type Direction = keyof typeof directions;
const anyDirection = fc.constantFrom(...(Object.keys(directions) as Direction[]));

/** Reads all ids in the order of a distance with SQL, with the distances; -0 becomes 0, since JSON has no -0. */
async function inSql(database: TestDatabase, table: string, distance: string, direction: Direction) {
  const { rows } = await database.admin<{ id: number; distance: number | null }>(
    `select id, ${distance} as distance from events.${table}
     order by distance ${directions[direction]}, id ${direction.startsWith('DESC') ? 'desc' : 'asc'}`,
  );
  return rows.map(({ id, distance }) => ({ distance: distance === null ? null : distance + 0, node: { rowId: id } }));
}

/** Returns a function that reads pages of a list in an order by distance. */
const reader =
  (api: TestApi, list: string, type: string) => (orderBy: object, args: Readonly<Record<string, unknown>>) =>
    api
      .query<{ list: Page }>(
        `query ($orderBy: [${type}OrderBy!], $first: Int, $after: String, $last: Int, $before: String) {
          list: ${list}(orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
            edges { cursor distance node { rowId } }
            pageInfo { hasNextPage hasPreviousPage }
          }
        }`,
        { orderBy: [orderBy], ...args },
      )
      .then((answer) => answer.list);

/** Walks a list page by page from either end; returns the edges in reading order. */
async function walk(read: ReturnType<typeof reader>, orderBy: object, size: number, backward = false) {
  const edges: Found[] = [];
  for (let cursor: string | null = null; ; ) {
    const page: Page = await read(orderBy, backward ? { last: size, before: cursor } : { first: size, after: cursor });
    if (backward) edges.unshift(...page.edges);
    else edges.push(...page.edges);
    if (!page.pageInfo[backward ? 'hasPreviousPage' : 'hasNextPage']) break;
    cursor = page.edges.at(backward ? 0 : -1)?.cursor ?? '';
  }
  return edges.map(({ distance, node }) => ({ distance, node }));
}

describe.skipIf(!hasExtensions('postgis', 'vector'))('orders by distance', () => {
  let database: TestDatabase;
  let api: TestApi;

  beforeAll(async () => {
    database = await createExtendedDatabase('postgis', 'vector');
    await database.admin(`
      create schema events;
      create table events.region (id int primary key);
      insert into events.region select n from generate_series(1, 3) n;
      create table events.place (
        id int primary key, at geometry(Point, 4326), spot geography(Point, 4326), region_id int references events.region (id),
        name text);
      insert into events.place
      select n, p, p, 1 + n % 3 from generate_series(1, 3000) n cross join lateral (
        select case when n % 50 > 0 then st_setsrid(st_makepoint(n * 7 % 40 - 20, n * 3 % 37), 4326) end as p) p;
      create index on events.place using gist (at);
      create index on events.place using gist (spot);
      create table events.visit (id int primary key, place_id int references events.place (id));
      insert into events.visit select n, nullif(n % 41, 0) from generate_series(1, 200) n;
      create index on events.visit (place_id);
      create table events.few (id int primary key, embedding vector(3));
      insert into events.few
      select n, case when n % 9 > 0 then format('[%s,%s,%s]', 1 + n % 5, n % 3, n % 4 - 1)::vector end from generate_series(1, 120) n;
      create table events.site (site_id int primary key, code text, latitude double precision, longitude double precision);
      insert into events.site values (1, 'RTM', 51.9225, 4.4792), (2, 'ANR', 51.2194, 4.4025), (3, 'SIN', 1.3521, 103.8198);
      create table events.item (id int primary key, embedding vector(3), title text);
      insert into events.item
      select n, case when n % 9 > 0 then format('[%s,%s,%s]', sin(n), cos(n * 3), sin(n * 7))::vector end
      from generate_series(1, 5000) n;
      create index on events.item using hnsw (embedding vector_l2_ops);
      create index on events.item using hnsw (embedding vector_cosine_ops);
      create index on events.item using hnsw (embedding vector_ip_ops)`);
    const [, place = ''] =
      /gives each site its place:\n\n```sql\n(.*?)```/s.exec(await readFile('docs/decisions.md', 'utf8')) ?? [];
    await database.admin(place);
    await database.vacuum();
    await database.grantAll(database.connection);
    api = await createTestApi(database.connection);
  });

  afterAll(async () => {
    await api.close();
    await database.drop();
  });

  const anyPoint = fc.record({ x: fc.integer({ min: -20, max: 20 }), y: fc.integer({ min: 0, max: 37 }) });
  const pointOf = ({ x, y }: { x: number; y: number }) => ({ type: 'Point', coordinates: [x, y] });

  test('places are walked forward and backward in the order of a distance, like in SQL', {
    timeout: patience,
  }, async () => {
    const read = reader(api, 'places', 'Place');
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('at', 'spot'),
        anyPoint,
        anyDirection,
        fc.integer({ min: 150, max: 900 }),
        async (column, point, direction, size) => {
          const expected = await inSql(
            database,
            'place',
            `${column} <-> 'SRID=4326;POINT(${point.x} ${point.y})'`,
            direction,
          );
          const orderBy = { [column]: { distanceTo: pointOf(point), direction } };
          expect(await walk(read, orderBy, size)).toEqual(expected);
          expect(await walk(read, orderBy, size, true)).toEqual(expected);
        },
      ),
      runs(10),
    );
  });

  const metrics = { L2: '<->', COSINE: '<=>', INNER_PRODUCT: '<#>' };

  test('vectors are walked forward and backward in the order of a distance, like in SQL', {
    timeout: patience,
  }, async () => {
    const read = reader(api, 'fews', 'Few');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 3, maxLength: 3 }),
        fc.constantFrom(...(Object.keys(metrics) as (keyof typeof metrics)[])),
        anyDirection,
        fc.integer({ min: 5, max: 50 }),
        async (vector, metric, direction, size) => {
          const distance = `embedding ${metrics[metric]} '[${vector}]'`;
          const expected = await inSql(database, 'few', distance, direction);
          const orderBy = { embedding: { distanceTo: vector, metric, direction } };
          expect(await walk(read, orderBy, size)).toEqual(expected);
          expect(await walk(read, orderBy, size, true)).toEqual(expected);
        },
      ),
      runs(10),
    );
  });

  const statementOf = async (document: string) => {
    await api.query(document);
    return Promise.all(api.queries.map(async (query) => (await costOf(api.db, query)).scans.join()));
  };
  const point = '{ type: "Point", coordinates: [3, 4] }';

  test.each([
    [`places(first: 20, orderBy: [{ at: { distanceTo: ${point} } }])`, 'place_at_idx'],
    [`places(first: 20, orderBy: [{ spot: { distanceTo: ${point} } }])`, 'place_spot_idx'],
    ['items(first: 20, orderBy: [{ embedding: { distanceTo: [1, 2, 3] } }])', 'item_embedding_idx'],
    ['items(first: 20, orderBy: [{ embedding: { distanceTo: [1, 2, 3], metric: COSINE } }])', 'item_embedding_idx1'],
    [
      'items(first: 20, orderBy: [{ embedding: { distanceTo: [1, 2, 3], metric: INNER_PRODUCT } }])',
      'item_embedding_idx2',
    ],
  ])('%s is read from an index', async (list, index) => {
    expect(await statementOf(`{ ${list} { edges { distance node { rowId } } } }`)).toEqual([`Index Scan ${index}`]);
  });

  test('a page that an approximate index does not fill is read again without it', async () => {
    const orderBy = { embedding: { distanceTo: [1, 2, 3] } };
    const expected = await inSql(database, 'item', `embedding <-> '[1,2,3]'`, 'ASC');
    expect(await walk(reader(api, 'items', 'Item'), orderBy, 900)).toEqual(expected);
  });

  test('an order by the distance of related rows works too, and binds a cursor to its value', async () => {
    const orderBy = (x: number) => ({ place: { at: { distanceTo: pointOf({ x, y: 4 }) } } });
    const document = `query ($orderBy: [VisitOrderBy!], $after: String) {
      visits(first: 150, orderBy: $orderBy, after: $after) { nodes { rowId } pageInfo { endCursor } }
    }`;
    const { rows } = await database.admin<{ rowId: number }>(`select v.id as "rowId" from events.visit v
      left join events.place p on p.id = v.place_id order by p.at <-> 'SRID=4326;POINT(3 4)', v.id`);
    const { visits } = await api.query<{ visits: { nodes: unknown[]; pageInfo: { endCursor: string } } }>(document, {
      orderBy: [orderBy(3)],
    });
    const after = visits.pageInfo.endCursor;
    const rest = await api.query<{ visits: { nodes: unknown[] } }>(document, { orderBy: [orderBy(3)], after });
    expect([...visits.nodes, ...rest.visits.nodes]).toEqual(rows);
    const { errors } = await api.send(document, { orderBy: [orderBy(5)], after });
    expect(errors).toMatchObject([{ message: expect.stringMatching(/belongs to another/) }]);
  });

  test('an order by distance works in lists under several parents', async () => {
    const { regions } = await api.query(`{ regions { nodes { rowId
      places(first: 9, orderBy: [{ at: { distanceTo: ${point} } }]) { edges { distance node { rowId } } } } } }`);
    const { rows } = await database.admin(`
      select json_build_object('nodes', json_agg(json_build_object('rowId', r.id, 'places', json_build_object('edges', (
        select json_agg(json_build_object('distance', p.distance, 'node', json_build_object('rowId', p.id)))
        from (select id, at <-> 'SRID=4326;POINT(3 4)' as distance from events.place where region_id = r.id
          order by 2, 1 limit 9) p))) order by r.id)) as regions from events.region r`);
    expect([{ regions }]).toEqual(rows);
  });

  test('orders by distance are answered alike by plans and by the executor, also in the example of the docs', async () => {
    const [, example = ''] =
      /### Ordering by distance.*?```graphql places and items\n(.*?)```/s.exec(
        await readFile('docs/clients.md', 'utf8'),
      ) ?? [];
    const ask = createTwoWays(api);
    const unordered = '{ places(first: 1) { edges { distance } } }';
    for (const text of [example, unordered]) {
      const both = await ask({ text, variables: {} });
      expect(differenceOf(both)).toBeNull();
      expect(both).toMatchObject({ interpreter: 'plan', planned: { errors: [] } });
    }
    expect(await api.query(unordered)).toEqual({ places: { edges: [{ distance: null }] } });
    const { places, items } = await api.query<Readonly<Record<string, Page>>>(example);
    for (const list of [places, items]) {
      const distances = list?.edges.map(({ distance }) => distance) ?? [];
      expect(distances).toHaveLength(10);
      expect(distances).toEqual(distances.toSorted((one, other) => Number(one) - Number(other)));
    }
  });

  test('the sites of the sample have a place after the statements in the docs', async () => {
    const near = '{ type: "Point", coordinates: [4.4, 51.3] }';
    const { sites } = await api.query<{ sites: { edges: { distance: number; node: object }[] } }>(
      `{ sites(first: 2, orderBy: [{ place: { distanceTo: ${near} } }]) { edges { distance node { code place } } } }`,
    );
    expect(sites.edges.map(({ node }) => node)).toEqual([
      { code: 'ANR', place: { type: 'Point', coordinates: [4.4025, 51.2194] } },
      { code: 'RTM', place: { type: 'Point', coordinates: [4.4792, 51.9225] } },
    ]);
    expect(Math.round((sites.edges[0]?.distance ?? 0) / 1000)).toBe(9);
  });

  test.each([
    ['fews', 'embedding: { distanceTo: [1, 2] }', /different vector dimensions/],
    ['fews', 'embedding: { distanceTo: [] }', /at least 1 dimension/],
    ['places', 'at: { distanceTo: { type: "Point" } }', /not a GeoJSON/],
    ['places', 'at: { distanceTo: { type: "Point", coordinates: [1, 2], crs: null } }', /coordinate system/],
  ])('%s by { %s } is rejected', async (list, order, message) => {
    const { errors } = await api.send(`{ ${list}(orderBy: [{ ${order} }]) { nodes { rowId } } }`);
    expect(errors).toMatchObject([{ message: expect.stringMatching(message), extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});
