import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEmptyDatabase } from '../support/database.ts';
import { patience, runs } from '../support/property.ts';
import { setUp, setUpIssuer } from '../support/setUp.ts';

// Row security hides others' teams and tasks. Grants by columns hide one column of a team, and missing grants hide all
// salaries.

const issuer = await setUpIssuer();
const { database, api } = await setUp({
  database: createEmptyDatabase,
  async prepare(database) {
    await database.admin(`
      create schema events;
      create table events.team (team_id int primary key, owner text, name text, secret int, parent_id int references events.team);
      create table events.member (member_id int primary key, team_id int references events.team);
      create table events.task (task_id int primary key, member_id int references events.member, owner text, weight int);
      create table events.salary (member_id int primary key references events.member, amount int);
      create index on events.task (member_id);
      insert into events.team select n, (array['anna', 'ben'])[1 + n % 2], 'team ' || n, n, nullif(n / 2, 0) from generate_series(1, 8) n;
      insert into events.member select n, nullif(n % 9, 0) from generate_series(1, 30) n;
      insert into events.task select n, 1 + n * n % 30, (array['anna', 'ben', 'cleo'])[1 + n % 3], n * 7 % 11 from generate_series(1, 90) n;
      insert into events.salary select member_id, member_id * 17 % 31 from events.member;
      alter table events.team enable row level security;
      alter table events.task enable row level security;
      create policy own on events.team using (owner = current_setting('request.jwt.claims', true)::json ->> 'oid');
      create policy own on events.task using (owner = current_setting('request.jwt.claims', true)::json ->> 'oid')`);
    await database.grantAll(database.connection);
    const { user } = database.connection;
    await database.admin(`
      revoke select on events.team, events.salary from ${user};
      grant select (team_id, owner, name, parent_id) on events.team to ${user}`);
  },
  config: { auth: issuer.config },
});

const roles = ['Events.Read', 'Events.Explore'];
const tokens = { anna: await issuer.sign({ oid: 'anna', roles }), ben: await issuer.sign({ oid: 'ben', roles }) };

async function ask(caller: keyof typeof tokens, query: string, variables: object = {}): Promise<string> {
  const response = await api.app.fetch('http://localhost/graphql', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      authorization: `Bearer ${tokens[caller]}`,
    },
    body: JSON.stringify({ query, variables }),
  });
  return response.text();
}

const keys = [
  ...[
    'team: { name: D }',
    'team: { owner: D }',
    'team: { parent: { name: D } }',
    'team: { parent: { parent: { owner: D } } }',
  ],
  ...[
    'tasksAggregate: { count: D }',
    'tasksAggregate: { weight: { max: D } }',
    'tasksAggregate: { weight: { avg: D } }',
  ],
  'tasksAggregate: { weight: { percentile: { p: 0.5, direction: D } } }',
  ...['team: { membersAggregate: { count: D } }', 'team: { parent: { teamsByParentIdAggregate: { count: D } } }'],
];

const orders = fc.array(
  fc
    .tuple(fc.constantFrom(...keys), fc.constantFrom('ASC', 'DESC', 'ASC_NULLS_FIRST', 'DESC_NULLS_LAST'))
    .map(([key, direction]) => `{ ${key.replace(/\bD\b/, direction)} }`),
  { minLength: 1, maxLength: 3 },
);

/** Reads all pages of the members in an order, as a caller. */
async function pages(
  caller: keyof typeof tokens,
  orderBy: readonly string[],
  where: string,
): Promise<readonly string[]> {
  const query = `query ($after: String) {
    members(first: 12, after: $after, orderBy: [${orderBy.join(', ')}], where: ${where}) {
      edges { cursor node { memberId } } pageInfo { hasNextPage endCursor }
    }
  }`;
  const answers: string[] = [];
  let after: string | undefined;
  do {
    const answer = await ask(caller, query, { after });
    answers.push(answer);
    const { pageInfo } = JSON.parse(answer).data.members;
    after = pageInfo.hasNextPage ? pageInfo.endCursor : undefined;
  } while (after !== undefined);
  return answers;
}

/** Values that are given to hidden rows and columns; hidden rows are also added and removed. */
const changes = fc.record({
  name: fc.string({ unit: 'grapheme-ascii' }),
  number: fc.integer(),
  share: fc.integer({ min: 1, max: 9 }),
});

async function change(owner: string, { name, number, share }: { name: string; number: number; share: number }) {
  const others = 'where owner <> $1';
  await database.admin(`update events.team set name = $2 || team_id % $3, parent_id = null ${others}`, [
    owner,
    name,
    share,
  ]);
  await database.admin(
    `update events.task set weight = $2::int / 2 + task_id % $3, member_id = 1 + (task_id * $3) % 30 ${others}`,
    [owner, number, share],
  );
  await database.admin('update events.team set secret = $1::int / 2 + team_id % $2', [number, share]);
  await database.admin('update events.salary set amount = ($1::int / 2 + member_id) % $2', [number, share]);
  await database.admin('delete from events.task where owner = $1 and task_id % $2 = 0', ['cleo', share]);
}

test('no order tells anything about rows and columns that the caller may not read', { timeout: patience }, async () => {
  let differing = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(orders, { minLength: 4, maxLength: 4 }),
      fc.constantFrom('{}', '{ memberId: { gt: 4 } }'),
      changes,
      async (asked, where, changed) => {
        const all = async () =>
          Promise.all(asked.flatMap((order) => [pages('anna', order, where), pages('ben', order, where)]));
        const before = await all();
        await change('anna', changed);
        const after = await all();
        for (const i of asked.keys()) expect([asked[i], after[2 * i]]).toEqual([asked[i], before[2 * i]]);
        // Ben may read the changed rows.
        differing += asked.filter(
          (_, i) => JSON.stringify(after[2 * i + 1]) !== JSON.stringify(before[2 * i + 1]),
        ).length;
      },
    ),
    runs(15),
  );
  expect(differing).toBeGreaterThan(0);
});

test('an order cannot name a column or table that the role may not read', async () => {
  for (const item of [
    '{ team: { secret: ASC } }',
    '{ salary: { amount: ASC } }',
    '{ team: { parent: { secret: ASC } } }',
  ]) {
    const answer = await ask('anna', `{ members(orderBy: [${item}]) { nodes { memberId } } }`);
    expect(answer).toContain('GRAPHQL_VALIDATION_FAILED');
  }
  for (const item of ['secret: { max: ASC }', 'secret: { percentile: { p: 0.5, direction: ASC } }']) {
    const answer = await ask(
      'anna',
      `{ teams(orderBy: [{ teamsByParentIdAggregate: { ${item} } }]) { nodes { teamId } } }`,
    );
    expect(answer).toContain('GRAPHQL_VALIDATION_FAILED');
  }
});

test('a hidden row orders like a missing one, whoever may read it', async () => {
  const order = 'orderBy: [{ team: { name: DESC_NULLS_LAST } }, { memberId: ASC }]';
  const query = `{ members(${order}) { nodes { team { owner name } } } }`;
  for (const caller of ['anna', 'ben'] as const) {
    const { nodes } = JSON.parse(await ask(caller, query)).data.members as {
      nodes: { team: { owner: string; name: string } | null }[];
    };
    const teams = nodes.map(({ team }) => team);
    const seen = teams.flatMap((team) => team ?? []);
    expect(new Set(seen.map(({ owner }) => owner))).toEqual(new Set([caller]));
    expect(teams).toEqual([...seen, ...teams.filter((team) => team === null)]);
    expect(seen.length).toBeLessThan(teams.length);
  }
});
