import { describe, expect, test } from 'vitest';
import { createExtendedDatabase, hasExtensions } from '../support/database.ts';
import { costOf } from '../support/plans.ts';
import { idsOf, serveTables, walkIds } from '../support/tables.ts';

describe.skipIf(!hasExtensions('citext'))('citext in a schema that is not on the search_path', () => {
  const served = serveTables(
    `create schema ext;
     create extension citext schema ext;
     grant usage on schema ext to public;
     create table account (account_id int primary key, email ext.citext not null unique);
     insert into account values (1, 'Ann@X.org'), (2, 'bob@x.org'), (3, 'Carl@x.org'), (4, 'ANNA@x.org'), (5, 'dora@x.org'),
       (6, 'Zed@x.org'), (7, 'abe@x.org');
     create table letter (letter_id int primary key, email ext.citext references account (email));
     insert into letter values (1, 'ann@x.org'), (2, 'ANN@X.ORG'), (3, 'bob@x.org');`,
    () => createExtendedDatabase(),
  );

  test('citext is compared in its own sense by filters and lookups', async () => {
    const answer = await served.api.query(`{
      eq: accounts(where: { email: { eq: "ann@x.org" } }) { nodes { accountId } }
      ne: accounts(where: { email: { ne: "ANN@x.org" } }) { nodes { accountId } }
      in: accounts(where: { email: { in: ["ann@x.org", "BOB@x.org"] } }) { nodes { accountId } }
      gt: accounts(where: { email: { gt: "B" } }, orderBy: [{ email: ASC }]) { nodes { accountId } }
      some: accounts(where: { lettersByEmail: { some: { letterId: { gt: 0 } } } }) { nodes { accountId } }
      like: accounts(where: { email: { like: "ann%" } }) { nodes { accountId } }
      startsWith: accounts(where: { email: { startsWith: "A" } }, orderBy: [{ accountId: ASC }]) { nodes { accountId } }
    }`);
    expect(idsOf(answer, 'accountId')).toEqual({
      eq: [1],
      ne: [2, 3, 4, 5, 6, 7],
      in: [1, 2],
      gt: [2, 3, 5, 6],
      some: [1, 2],
      like: [1, 4],
      startsWith: [1, 4, 7],
    });
    expect(await served.api.query('{ accountByEmail(email: "ann@x.org") { accountId } }')).toEqual({
      accountByEmail: { accountId: 1 },
    });
  });

  test.each([
    ['ASC', [7, 1, 4, 2, 3, 5, 6]],
    ['DESC', [6, 5, 3, 2, 4, 1, 7]],
  ])('citext is walked %s in its own order', async (direction, expected) => {
    const order = `[{ email: ${direction} }]`;
    const ids = await walkIds(served, { list: 'accounts', id: 'accountId', order, size: 2 });
    expect(ids).toEqual(expected);
  });

  test('a citext key leads to related rows, in both directions', async () => {
    expect(
      await served.api.query(`{
        letters(orderBy: [{ letterId: ASC }]) { nodes { letterId account: accountByEmail { accountId } } }
        account(accountId: 1) { lettersByEmail { nodes { letterId } totalCount } lettersByEmailAggregate { count } }
        groups: lettersGroupedAggregate(groupBy: { accountByEmail: { columns: [ACCOUNT_ID] } }) {
          key { accountByEmail { accountId } } count
        }
      }`),
    ).toEqual({
      letters: { nodes: [1, 1, 2].map((accountId, i) => ({ letterId: i + 1, account: { accountId } })) },
      account: {
        lettersByEmail: { nodes: [{ letterId: 1 }, { letterId: 2 }], totalCount: 2 },
        lettersByEmailAggregate: { count: 2 },
      },
      groups: [
        { key: { accountByEmail: { accountId: 1 } }, count: 2 },
        { key: { accountByEmail: { accountId: 2 } }, count: 1 },
      ],
    });
  });

  test('a citext key finds the row of an upsert', async () => {
    const { createAccounts } = await served.api.query(`mutation {
      createAccounts(inputs: [{ accountId: 8, email: "ABE@x.org" }], onConflict: { do: UPDATE, on: EMAIL }) {
        createdCount updatedCount accounts { accountId email }
      }
    }`);
    expect(createAccounts).toEqual({
      createdCount: 0,
      updatedCount: 1,
      accounts: [{ accountId: 8, email: 'abe@x.org' }],
    });
  });
});

/** Operators of extensions' types, each with its condition in plain SQL. */
const ofExtensions: readonly (readonly [column: string, operator: string, argument: unknown, condition: string])[] = [
  ['path', 'descendantOf', 'top.a', `path = 'top.a' or path::text like 'top.a.%'`],
  ['path', 'ancestorOf', 'top.a.b', `'top.a.b' = path::text or 'top.a.b' like path::text || '.%'`],
  ['path', 'matches', '*.b', `path::text ~ '(^|\\.)b$'`],
  ['path', 'eq', 'top.a', `path::text = 'top.a'`],
  ['path', 'gt', 'top.a', `path::text collate "C" > 'top.a'`],
  ['tags', 'hasKey', 'x', `akeys(tags) @> '{x}'`],
  ['tags', 'contains', { x: '1' }, `tags->'x' = '1'`],
  ['tags', 'eq', { y: '2', x: '1' }, `tags::text = '"x"=>"1", "y"=>"2"'`],
  ['tags', 'ne', { x: 1 }, `tags::text <> '"x"=>"1"'`],
  ['code', 'eq', 'ab', `lower(code::text) = 'ab'`],
  ['code', 'gt', 'AB', `lower(code::text) > 'ab'`],
  ['code', 'like', 'A_', `lower(code::text) like 'a_'`],
  ['code', 'ilike', 'a_', `lower(code::text) like 'a_'`],
  ['code', 'startsWith', 'aB', `lower(code::text) like 'ab%'`],
  ['code', 'endsWith', 'C', `lower(code::text) like '%c'`],
  ['code', 'contains', 'B', `lower(code::text) like '%b%'`],
  ['volume', 'eq', '(1, 2)', `volume::text = '(1, 2)'`],
  ['spot', 'ne', { type: 'Point', coordinates: [1, 1] }, `st_astext(spot) <> 'POINT(1 1)'`],
  ['spot', 'eq', { type: 'Point', coordinates: [1, 1] }, `st_astext(spot) = 'POINT(1 1)'`],
];

describe.skipIf(!hasExtensions('ltree', 'hstore', 'citext', 'cube', 'postgis'))('types of extensions', () => {
  const served = serveTables(
    `create schema ext;
     grant usage on schema ext to public;
     create extension ltree schema ext;
     create extension hstore schema ext;
     create extension citext schema ext;
     create extension cube schema ext;
     create extension postgis schema ext;
     set search_path = events, ext;
     create table thing (
       thing_id int primary key, path ltree unique, tags hstore, code citext, volume cube, spot geometry(Point, 4326)
     );
     insert into thing values
       (1, 'top', 'x=>1', 'ab', '(1,2)', 'SRID=4326;POINT(1 1)'),
       (2, 'top.a', 'x=>2', 'AB', '(2,1)', 'SRID=4326;POINT(2 1)'),
       (3, 'top.a.b', 'y=>2,x=>1', 'abc', '(1,2),(3,4)', 'SRID=4326;POINT(1 2)'),
       (4, 'top.ab', 'z=>null', 'C', '(0)', 'SRID=4326;POINT(0 0)'),
       (5, null, null, null, null, null);`,
    () => createExtendedDatabase(),
  );

  test.each(ofExtensions)('%s %s %s matches the same rows as SQL', async (column, operator, argument, condition) => {
    const answer = await served.api.query(
      'query ($where: ThingWhere) { things(where: $where, orderBy: [{ thingId: ASC }]) { nodes { thingId } } }',
      { where: { [column]: { [operator]: argument } } },
    );
    const { rows } = await served.database.admin<{ thing_id: number }>(
      `select thing_id from events.thing where ${condition} order by thing_id`,
    );
    const { things: ids } = idsOf(answer, 'thingId');
    expect(ids).toEqual(rows.map(({ thing_id }) => thing_id));
    expect([1, 2, 3]).toContain(ids?.length);
  });

  test.each(['path', 'tags', 'code', 'volume'])('a walk in the order of %s meets every row once', async (column) => {
    for (const direction of ['ASC', 'DESC']) {
      const order = `[{ ${column}: ${direction} }]`;
      const ids = await walkIds(served, { list: 'things', id: 'thingId', order, size: 2 });
      const { rows } = await served.database.admin<{ thing_id: number }>(
        `select thing_id from events.thing order by ${column} ${direction}, thing_id ${direction}`,
      );
      expect([direction, ids]).toEqual([direction, rows.map(({ thing_id }) => thing_id)]);
    }
  });

  test("the measures of extensions' types are computed", async () => {
    const { thingsAggregate } = await served.api.query(`{
      thingsAggregate { of { path { min max countDistinct } tags { countDistinct } code { max countDistinct } volume { max } spot { countDistinct } } }
    }`);
    expect(thingsAggregate).toMatchObject({
      of: { path: { min: 'top', max: 'top.ab', countDistinct: 4 }, code: { max: 'C', countDistinct: 3 } },
    });
  });
});

describe.skipIf(!hasExtensions('citext'))('an index on a type of another schema or a domain', () => {
  const served = serveTables(
    `create schema ext;
     grant usage on schema ext to public;
     create extension citext schema ext;
     create type e as enum ('a', 'b', 'c');
     create domain state as e;
     create table entry (entry_id int primary key, code ext.citext not null, kind ext.citext not null, state state not null);
     insert into entry
     select n, 'Code' || n, 'Kind' || n % 7, (array['a', 'b', 'c'])[1 + n % 3]::e from generate_series(1, 5000) n;
     create index on entry (code);
     create index on entry (kind, entry_id);
     create index on entry (state, entry_id);
     analyze entry;`,
    () => createExtendedDatabase(),
  );

  test.each(['code', 'kind', 'state'])('an index serves the pages in the order of %s', async (column) => {
    const page = `query ($after: String) { entries(first: 10, after: $after, orderBy: [{ ${column}: ASC }]) { nodes { entryId } pageInfo { endCursor } } }`;
    const { entries } = await served.api.query<{ entries: { pageInfo: { endCursor: string } } }>(page);
    await served.api.query(page, { after: entries.pageInfo.endCursor });
    const [statement] = served.api.queries;
    if (!statement) throw new Error('No statement was run');
    const { scans, rows } = await costOf(served.api.db, statement);
    expect(scans.filter((scan) => scan.startsWith('Seq Scan'))).toEqual([]);
    expect(rows).toBeLessThan(40);
  });

  test.each(['{ code: { eq: "code7" } }', '{ code: { in: ["CODE7", "code8"] } }', '{ code: { gt: "code999" } }'])(
    'an index serves the filter %s',
    async (where) => {
      await served.api.query(`{ entries(first: 10, where: ${where}) { nodes { entryId } } }`);
      const [statement] = served.api.queries;
      if (!statement) throw new Error('No statement was run');
      expect((await costOf(served.api.db, statement)).scans).toContainEqual(expect.stringMatching(/entry_code_idx/));
    },
  );
});
