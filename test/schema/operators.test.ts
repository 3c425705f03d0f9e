import type { GraphQLInputObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkSchema } from '../../src/commands/doctor/schema.ts';
import { createTestApi, type TestApi } from '../support/api.ts';
import { appConfig } from '../support/config.ts';
import { createEmptyDatabase, createExtendedDatabase, hasExtensions, type TestDatabase } from '../support/database.ts';
import { costOf } from '../support/plans.ts';

/** Makes the schema `events` with these tables, in `database` or one with nothing in it, and serves it. */
function serve(tables: string, open: () => Promise<TestDatabase> = createEmptyDatabase) {
  const served = {} as { database: TestDatabase; api: TestApi };
  beforeAll(async () => {
    served.database = await open();
    await served.database.admin(`create schema events; set search_path = events, public; ${tables}`);
    await served.database.grantAll(served.database.connection);
    served.api = await createTestApi(served.database.connection);
  });
  afterAll(async () => {
    await served.api.close();
    await served.database.drop();
  });
  return served;
}

interface AccountPage {
  readonly accounts: {
    readonly nodes: readonly { readonly accountId: number }[];
    readonly pageInfo: { readonly endCursor: string; readonly hasNextPage: boolean };
  };
}

interface ThingPage {
  readonly things: {
    readonly nodes: readonly { readonly thingId: number }[];
    readonly pageInfo: { readonly endCursor: string; readonly hasNextPage: boolean };
  };
}

/** The answers to fields of the same list, as the ids of the rows. */
const idsOf = (answer: Readonly<Record<string, unknown>>, id: string) =>
  Object.fromEntries(
    Object.entries(answer).map(([name, list]) => [
      name,
      (list as { readonly nodes: readonly Record<string, unknown>[] }).nodes.map((node) => node[id]),
    ]),
  );

describe('an operator that somebody made in a schema of the search_path', () => {
  const served = serve(`
    create type mood as enum ('low', 'mid', 'high');
    create table thing (thing_id int primary key, mood mood not null unique, moods mood[]);
    insert into thing values (1, 'low', '{low}'), (2, 'high', '{high}'), (3, 'mid', null);
    create table public.stolen (who text);
    grant insert on public.stolen to public;
    create function public.steal(events.mood, events.mood) returns bool language plpgsql
      as 'begin insert into public.stolen values (current_user); return true; end';
    create operator public.= (leftarg = events.mood, rightarg = events.mood, function = public.steal);
    create operator public.<> (leftarg = events.mood, rightarg = events.mood, function = public.steal);
    create operator public.> (leftarg = events.mood, rightarg = events.mood, function = public.steal);`);

  test('is not run', async () => {
    const answer = await served.api.query(`{
      eq: things(where: { mood: { eq: LOW } }) { nodes { thingId } }
      ne: things(where: { mood: { ne: LOW } }) { nodes { thingId } }
      in: things(where: { mood: { in: [LOW] } }) { nodes { thingId } }
      notIn: things(where: { mood: { notIn: [LOW] } }) { nodes { thingId } }
      gt: things(where: { mood: { gt: LOW } }) { nodes { thingId } }
      contains: things(where: { moods: { contains: [HIGH] } }) { nodes { thingId } }
    }`);
    expect(idsOf(answer, 'thingId')).toEqual({
      eq: [1],
      ne: [2, 3],
      in: [1],
      notIn: [2, 3],
      gt: [2, 3],
      contains: [2],
    });
    const { first } = await served.api.query<{ first: { pageInfo: { endCursor: string } } }>(
      '{ first: things(first: 1, orderBy: [{ mood: ASC }]) { pageInfo { endCursor } } }',
    );
    const after = await served.api.query(
      'query ($after: String) { next: things(after: $after, orderBy: [{ mood: ASC }]) { nodes { thingId } } }',
      { after: first.pageInfo.endCursor },
    );
    expect(idsOf(after, 'thingId')).toEqual({ next: [3, 2] });
    expect(await served.api.query('{ thingByMood(mood: HIGH) { thingId } }')).toEqual({ thingByMood: { thingId: 2 } });
    const { rows } = await served.database.admin('select * from public.stolen');
    expect(rows).toEqual([]);
  });
});

describe('a domain', () => {
  const served = serve(`
    create type e as enum ('a b', 'c', 'd');
    create domain st as e;
    create domain dee as st;
    create domain des as e[];
    create domain dj as jsonb check (jsonb_typeof(value) = 'object');
    create domain p1 as int check (value > 0);
    create domain p2 as p1 check (value < 100);
    create domain span as int4range;
    create type pair as (x int, y int);
    create domain dpair as pair;
    create table job (
      job_id int primary key, st dee unique not null, sts des, js dj, pos p2, span span, pair dpair,
      at timestamptz default '2020-01-01'
    );
    insert into job values (1, 'a b', '{"a b",c}', '{"k":1}', 2, '[1,5)', '(1,2)'), (2, 'c', '{}', '{}', 3, '[5,9)', '(1,3)');`);

  test('has the operators of what it is based on', async () => {
    const filters = {
      eq: '{ st: { eq: A_B } }',
      ne: '{ st: { ne: A_B } }',
      in: '{ st: { in: [A_B, D] } }',
      notIn: '{ st: { notIn: [A_B] } }',
      gt: '{ st: { gt: A_B } }',
      lte: '{ st: { lte: C } }',
      isNull: '{ st: { isNull: false } }',
      contains: '{ sts: { contains: [A_B] } }',
      equalList: '{ sts: { eq: [A_B, C] } }',
      at: '{ js: { at: { path: ["k"], eq: 1 } } }',
      number: '{ pos: { in: [2, 99] } }',
      element: '{ span: { contains: "5" } }',
      range: '{ span: { overlaps: "[4,6)" } }',
      row: '{ pair: { lt: "(1,3)" } }',
    };
    const fields = Object.entries(filters).map(([name, where]) => `${name}: jobs(where: ${where}) { nodes { jobId } }`);
    expect(idsOf(await served.api.query(`{ ${fields.join(' ')} }`), 'jobId')).toEqual({
      eq: [1],
      ne: [2],
      in: [1],
      notIn: [2],
      gt: [2],
      lte: [1, 2],
      isNull: [1, 2],
      contains: [1],
      equalList: [1],
      at: [1],
      number: [1],
      element: [2],
      range: [1, 2],
      row: [1],
    });
  });

  test('has the order and the measures of what it is based on', async () => {
    for (const column of ['st', 'sts', 'span', 'pair']) {
      const ordered = `orderBy: [{ ${column}: DESC }]`;
      const { jobs } = await served.api.query<{
        jobs: { pageInfo: { endCursor: string }; nodes: { jobId: number }[] };
      }>(`{ jobs(first: 1, ${ordered}) { nodes { jobId } pageInfo { endCursor } } }`);
      const rest = await served.api.query(
        `query ($after: String) { rest: jobs(after: $after, ${ordered}) { nodes { jobId } } }`,
        { after: jobs.pageInfo.endCursor },
      );
      const [first, second] = column === 'sts' ? [1, 2] : [2, 1];
      expect([column, jobs.nodes, idsOf(rest, 'jobId')]).toEqual([column, [{ jobId: first }], { rest: [second] }]);
    }
    expect(
      await served.api.query(`{
        groups: jobsGroupedAggregate(groupBy: { columns: [ST] }, orderBy: [{ key: { st: DESC } }]) {
          key { st } count last(by: AT) { jobId }
        }
        jobsAggregate { of { st { min max countDistinct } pos { sum max } span { min max } pair { max } } }
        jobBySt(st: C) { jobId }
      }`),
    ).toEqual({
      groups: [
        { key: { st: 'C' }, count: 1, last: { jobId: 2 } },
        { key: { st: 'A_B' }, count: 1, last: { jobId: 1 } },
      ],
      jobsAggregate: {
        of: {
          st: { min: 'A_B', max: 'C', countDistinct: 2 },
          pos: { sum: '5', max: 3 },
          span: { min: '[1,5)', max: '[5,9)' },
          pair: { max: '(1,3)' },
        },
      },
      jobBySt: { jobId: 2 },
    });
  });

  test('is written, found and checked by mutations', async () => {
    expect(
      await served.api.query(`mutation {
        createJobs(inputs: [{ jobId: 9, st: C, at: "2021-01-01T00:00:00Z" }], onConflict: { do: UPDATE, on: ST }) { createdCount }
        updateJob(jobId: 1, patch: { st: D }, expect: { st: { eq: A_B } }) { job { st } }
        createJob(input: { jobId: 3, st: A_B, sts: [C, A_B], js: { k: 2 }, pos: 3, span: "[1,2]", pair: "(,)" }) {
          job { st sts js pos span pair }
        }
      }`),
    ).toEqual({
      createJobs: { createdCount: 0 },
      updateJob: { job: { st: 'D' } },
      createJob: { job: { st: 'A_B', sts: ['C', 'A_B'], js: { k: 2 }, pos: 3, span: '[1,3)', pair: '(,)' } },
    });
    const { errors } = await served.api.send(
      'mutation { createJob(input: { jobId: 4, st: C, pos: -3 }) { job { st } } }',
    );
    expect(errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
  });
});

describe('a type that has less than others', () => {
  const served = serve(`
    create type pair as (x int, y text);
    create type mixed as (x int, y json);
    create collation loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
    create table thing (
      thing_id int primary key, pair pair, mixed mixed, place point, box box, boxes box[], doc json, docs json[], xid xid,
      word text collate loose, numbers int[]
    );
    insert into thing values
      (1, '(1,a)', '(1,"{}")', '(1,2)', '(1,1),(0,0)', '{(1,1),(0,0);(2,2),(0,0)}', '{"a": 1}', '{"{\\"a\\": 1}"}', '7', 'Ab', '{1,null}'),
      (2, '(,)', '(,)', '(2,1)', '(1,2),(0,0)', '{}', '{}', '{}', '8', 'aB', '{1}'),
      (3, null, null, null, null, null, null, null, null, 'b', null);`);

  const idsWhere = async (where: string) =>
    idsOf(await served.api.query(`{ things(where: ${where}) { nodes { thingId } } }`), 'thingId')['things'];

  test.each([
    ['{ pair: { isNull: true } }', [3]],
    ['{ pair: { isNull: false } }', [1, 2]],
    ['{ pair: { eq: "(1,a)" } }', [1]],
    ['{ pair: { gt: "(1,a)" } }', [2]],
    ['{ mixed: { isNull: false } }', [1, 2]],
    ['{ mixed: { eq: "(1,{})" } }', [1]],
    ['{ place: { eq: "(1.0, 2)" } }', [1]],
    ['{ place: { notIn: ["(1,2)"] } }', [2]],
    ['{ box: { in: ["(0,0),(1,1)", "(9,9),(8,8)"] } }', [1]],
    ['{ box: { ne: "(1,1),(0,0)" } }', [2]],
    ['{ boxes: { contains: ["(2,2),(0,0)"] } }', [1]],
    ['{ doc: { eq: { a: 1.0 } } }', [1]],
    ['{ docs: { eq: [{ a: 1 }] } }', [1]],
    ['{ xid: { eq: "7" } }', [1]],
    ['{ xid: { notIn: ["7"] } }', [2]],
    ['{ word: { eq: "AB" } }', [1, 2]],
    ['{ word: { like: "A%" } }', [1]],
    ['{ word: { ilike: "A%" } }', [1, 2]],
    ['{ word: { contains: "B" } }', [2]],
    ['{ numbers: { eq: [1, null] } }', [1]],
    ['{ numbers: { ne: [1, null] } }', [2]],
  ])('finds by %s', async (where, ids) => {
    expect(await idsWhere(where)).toEqual(ids);
  });

  test('is offered what it has', () => {
    const { schema } = served.api.api;
    const operators = (name: string) => Object.keys((schema.getType(name) as GraphQLInputObjectType).getFields());
    const equality = ['eq', 'ne', 'in', 'notIn', 'isNull'];
    const inequality = ['lt', 'lte', 'gt', 'gte'];
    const typeOf = (column: string) =>
      String((schema.getType('ThingWhere') as GraphQLInputObjectType).getFields()[column]?.type);
    expect(Object.fromEntries(['pair', 'mixed', 'place', 'box', 'xid'].map((name) => [name, typeOf(name)]))).toEqual({
      pair: 'OrderedTextWhere',
      mixed: 'EqualTextWhere',
      place: 'EqualTextWhere',
      box: 'EqualTextWhere',
      xid: 'EqualTextWhere',
    });
    expect(operators('OrderedTextWhere').toSorted()).toEqual([...equality, ...inequality].toSorted());
    expect(operators('EqualTextWhere').toSorted()).toEqual(equality.toSorted());
    expect(operators('ThingOrderBy').toSorted()).toEqual(['numbers', 'pair', 'thingId', 'word']);
  });

  test.each(['pair', 'word'])('is walked in the order of %s, and a row without values is no null', async (column) => {
    for (const direction of ['ASC', 'DESC', 'ASC_NULLS_FIRST']) {
      const ids: unknown[] = [];
      for (let after: string | null = null; ids.length < 9; ) {
        const { things }: ThingPage = await served.api.query(
          `query ($after: String) { things(first: 1, after: $after, orderBy: [{ ${column}: ${direction} }, { thingId: ASC }]) {
            nodes { thingId } pageInfo { endCursor hasNextPage } } }`,
          { after },
        );
        ids.push(...things.nodes.map(({ thingId }) => thingId));
        if (!things.pageInfo.hasNextPage) break;
        after = things.pageInfo.endCursor;
      }
      const nulls = direction === 'ASC_NULLS_FIRST' ? 'asc nulls first' : direction;
      const { rows } = await served.database.admin<{ thing_id: number }>(
        `select thing_id from events.thing order by ${column} ${nulls}, thing_id`,
      );
      expect([direction, ids]).toEqual([direction, rows.map(({ thing_id }) => thing_id)]);
    }
  });
});

describe('a type in a schema that the role may not use', () => {
  const served = serve(`
    create schema hidden;
    create type hidden.mood as enum ('low', 'high');
    create table thing (thing_id int primary key, mood hidden.mood not null unique, moods hidden.mood[], word text);
    insert into thing values (1, 'low', '{low}', 'a'), (2, 'high', '{}', 'b');`);

  test('is read, but neither compared nor written', async () => {
    const { schema } = served.api.api;
    expect(await served.api.query('{ things(where: { mood: { isNull: false } }) { nodes { mood moods } } }')).toEqual({
      things: {
        nodes: [
          { mood: 'LOW', moods: ['LOW'] },
          { mood: 'HIGH', moods: [] },
        ],
      },
    });
    const fieldsOf = (name: string) => Object.keys((schema.getType(name) as GraphQLInputObjectType).getFields());
    expect(fieldsOf('MoodWhere')).toEqual(['isNull']);
    expect(fieldsOf('MoodListWhere')).toEqual(['isNull']);
    expect(fieldsOf('ThingOrderBy')).toEqual(['thingId', 'word']);
    expect(fieldsOf('UpdateThingPatch')).toEqual(['thingId', 'word']);
    expect(Object.keys(schema.getQueryType()?.getFields() ?? {})).not.toContain('thingByMood');
    await served.api.query('{ thingsAggregate { of { mood { count countDistinct } } } }');
  });

  test('is what doctor names the grant for', async () => {
    const { user } = served.database.connection;
    const { details } = await checkSchema(served.api.db, user, {
      schema: 'events',
      limits: appConfig.limits,
      extensions: null,
    });
    expect(details).toContainEqual(
      expect.stringMatching(`^thing\\.mood: .*GRANT USAGE ON SCHEMA hidden TO "${user}";$`),
    );
  });
});

describe.skipIf(!hasExtensions('intarray'))('intarray in public', () => {
  const served = serve(
    `create table thing (thing_id int primary key, numbers int[]);
     insert into thing values (1, '{1,2}'), (2, '{1,null}'), (3, '{3}');`,
    () => createExtendedDatabase('intarray'),
  );

  test('does not take over the operators of arrays, and arrays with nulls are found', async () => {
    const answer = await served.api.query(`{
      contains: things(where: { numbers: { contains: [1] } }) { nodes { thingId } }
      overlaps: things(where: { numbers: { overlaps: [1] } }) { nodes { thingId } }
      containedBy: things(where: { numbers: { containedBy: [1, 2, 3] } }) { nodes { thingId } }
    }`);
    expect(idsOf(answer, 'thingId')).toEqual({ contains: [1, 2], overlaps: [1, 2], containedBy: [1, 3] });
  });
});

describe.skipIf(!hasExtensions('citext'))('citext in a schema that is not on the search_path', () => {
  const served = serve(
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

  test('is compared in its own sense by filters and lookups', async () => {
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
  ])('is walked %s in its own order', async (direction, expected) => {
    const ids: unknown[] = [];
    for (let after: string | null = null; ids.length <= expected.length; ) {
      const { accounts }: AccountPage = await served.api.query(
        `query ($after: String) { accounts(first: 2, after: $after, orderBy: [{ email: ${direction} }]) {
          nodes { accountId } pageInfo { endCursor hasNextPage } } }`,
        { after },
      );
      ids.push(...accounts.nodes.map(({ accountId }) => accountId));
      if (!accounts.pageInfo.hasNextPage) break;
      after = accounts.pageInfo.endCursor;
    }
    expect(ids).toEqual(expected);
  });

  test('leads to what is related, in both directions', async () => {
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

  test('finds the row that an upsert is about', async () => {
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

/** Operators of types that extensions bring, each with what it says in plain SQL. */
const ofExtensions: readonly (readonly [column: string, operator: string, argument: string, condition: string])[] = [
  ['path', 'descendantOf', 'top.a', `path = 'top.a' or path::text like 'top.a.%'`],
  ['path', 'ancestorOf', 'top.a.b', `'top.a.b' = path::text or 'top.a.b' like path::text || '.%'`],
  ['path', 'matches', '*.b', `path::text ~ '(^|\\.)b$'`],
  ['path', 'eq', 'top.a', `path::text = 'top.a'`],
  ['path', 'gt', 'top.a', `path::text collate "C" > 'top.a'`],
  ['tags', 'hasKey', 'x', `akeys(tags) @> '{x}'`],
  ['tags', 'contains', 'x=>1', `tags->'x' = '1'`],
  ['tags', 'eq', 'y=>2,x=>1', `tags::text = '"x"=>"1", "y"=>"2"'`],
  ['tags', 'ne', 'x=>1', `tags::text <> '"x"=>"1"'`],
  ['code', 'eq', 'ab', `lower(code::text) = 'ab'`],
  ['code', 'gt', 'AB', `lower(code::text) > 'ab'`],
  ['code', 'like', 'A_', `lower(code::text) like 'a_'`],
  ['code', 'ilike', 'a_', `lower(code::text) like 'a_'`],
  ['code', 'startsWith', 'aB', `lower(code::text) like 'ab%'`],
  ['code', 'endsWith', 'C', `lower(code::text) like '%c'`],
  ['code', 'contains', 'B', `lower(code::text) like '%b%'`],
  ['volume', 'eq', '(1, 2)', `volume::text = '(1, 2)'`],
  ['spot', 'ne', 'SRID=4326;POINT(1 1)', `st_astext(spot) <> 'POINT(1 1)'`],
  ['spot', 'eq', 'SRID=4326;POINT(1 1)', `st_astext(spot) = 'POINT(1 1)'`],
];

describe.skipIf(!hasExtensions('ltree', 'hstore', 'citext', 'cube', 'postgis'))('types of extensions', () => {
  const served = serve(
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

  test.each(ofExtensions)('%s %s %s says what SQL says', async (column, operator, argument, condition) => {
    const { things } = await served.api.query<ThingPage>(
      `query ($where: ThingWhere) { things(where: $where, orderBy: [{ thingId: ASC }]) { nodes { thingId } pageInfo { endCursor hasNextPage } } }`,
      { where: { [column]: { [operator]: argument } } },
    );
    const { rows } = await served.database.admin<{ thing_id: number }>(
      `select thing_id from events.thing where ${condition} order by thing_id`,
    );
    const ids = things.nodes.map(({ thingId }) => thingId);
    expect(ids).toEqual(rows.map(({ thing_id }) => thing_id));
    expect([1, 2, 3]).toContain(ids.length);
  });

  test.each(['path', 'tags', 'code', 'volume', 'spot'])(
    'a walk in the order of %s meets every row once',
    async (column) => {
      for (const direction of ['ASC', 'DESC']) {
        const ids: unknown[] = [];
        for (let after: string | null = null; ids.length < 9; ) {
          const { things }: ThingPage = await served.api.query(
            `query ($after: String) { things(first: 2, after: $after, orderBy: [{ ${column}: ${direction} }]) {
            nodes { thingId } pageInfo { endCursor hasNextPage } } }`,
            { after },
          );
          ids.push(...things.nodes.map(({ thingId }) => thingId));
          if (!things.pageInfo.hasNextPage) break;
          after = things.pageInfo.endCursor;
        }
        const { rows } = await served.database.admin<{ thing_id: number }>(
          `select thing_id from events.thing order by ${column} ${direction}, thing_id ${direction}`,
        );
        expect([direction, ids]).toEqual([direction, rows.map(({ thing_id }) => thing_id)]);
      }
    },
  );

  test('their measures are computed', async () => {
    const { thingsAggregate } = await served.api.query(`{
      thingsAggregate { of { path { min max countDistinct } tags { min countDistinct } code { max countDistinct } volume { max } spot { countDistinct } } }
    }`);
    expect(thingsAggregate).toMatchObject({
      of: { path: { min: 'top', max: 'top.ab', countDistinct: 4 }, code: { max: 'C', countDistinct: 3 } },
    });
  });
});

describe.skipIf(!hasExtensions('citext'))('an index on a type of another schema or a domain', () => {
  const served = serve(
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

  test.each(['code', 'kind', 'state'])('serves the pages in the order of %s', async (column) => {
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
    'serves the filter %s',
    async (where) => {
      await served.api.query(`{ entries(first: 10, where: ${where}) { nodes { entryId } } }`);
      const [statement] = served.api.queries;
      if (!statement) throw new Error('No statement was run');
      expect((await costOf(served.api.db, statement)).scans).toContainEqual(expect.stringMatching(/entry_code_idx/));
    },
  );
});
