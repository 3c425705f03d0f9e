import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '../support/api.ts';
import { createEmptyDatabase, createExtendedDatabase, hasExtensions, type TestDatabase } from '../support/database.ts';

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
      some: accounts(where: { lettersByEmail: { some: {} } }) { nodes { accountId } }
    }`);
    expect(idsOf(answer, 'accountId')).toEqual({
      eq: [1],
      ne: [2, 3, 4, 5, 6, 7],
      in: [1, 2],
      gt: [2, 3, 5, 6],
      some: [1, 2],
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
