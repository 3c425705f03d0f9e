import { readFile } from 'node:fs/promises';
import { isEnumType } from 'graphql';
import type pg from 'pg';
import { expect, test } from 'vitest';
import { findScans } from '../../src/commands/check/scans.ts';
import { checkSchema } from '../../src/commands/doctor/schema.ts';
import { checkClock, checkConnections, checkVersion } from '../../src/commands/doctor/server.ts';
import { checkRole } from '../../src/commands/doctor/session.ts';
import { apply } from '../../src/commands/grant/apply.ts';
import { plan } from '../../src/commands/grant/plan.ts';
import { readRoleSpec } from '../../src/commands/grant/roleSpec.ts';
import { readState } from '../../src/commands/grant/state.ts';
import { sql } from '../../src/db/sql/sql.ts';
import { groupingsOf, measuresOf } from '../support/aggregates.ts';
import { appConfig, unlimited } from '../support/config.ts';
import { createEmptyDatabase } from '../support/database.ts';
import { documentOf, type Question, servedLists } from '../support/everyField.ts';
import { everyFilter, everyMeasure, everyRelation, samplesOf } from '../support/everyOperator.ts';
import { setUp } from '../support/setUp.ts';
import { serveStreams } from '../support/streams.ts';

type Row = Readonly<Record<string, unknown>>;

/** Number of questions asked at once; more would exceed the pool's waiting room. */
const most = 50;

const path = 'twins, pg_catalog, odd, elsewhere, public';

const rows = new Map<string, readonly Row[]>();

const { database, api } = await setUp({
  database: createEmptyDatabase,
  prepare: async (database) => {
    const { connection, admin } = database;
    await admin(await readFile(new URL('oddities.sql', import.meta.url), 'utf8'));
    await admin(`
      create table odd.arrived (arrived_id int primary key generated always as identity, at timestamptz, day date, local timestamp);
      insert into odd.arrived (at, day, local) values ('2026-01-01', '2026-01-01', '2026-01-01'), ('2026-01-05', '2026-01-05', '2026-01-05');
      create type odd.halves as (a int, b text);
      create function odd.later(since timestamptz default '-infinity', pair odd.halves default null, tags text[] default '{}') returns setof odd.arrived
        language sql stable begin atomic select * from odd.arrived where at >= since order by at; end;
      create function odd.pairs(n int) returns table (a int, b date) language sql stable begin atomic select n, current_date; end;
      create function odd.shown(a odd.arrived, mark text default '') returns text language sql stable return a.day || mark;
      create function odd.others(a odd.arrived) returns setof odd.arrived language sql stable
        begin atomic select o.* from odd.arrived o where o.arrived_id <> a.arrived_id; end;
      create function odd.arrive(day date) returns odd.arrived language sql
        begin atomic insert into odd.arrived (day) values (day) returning *; end;
      comment on function odd.later is '@expose'; comment on function odd.pairs is '@expose';
      comment on function odd.shown is E'@expose\n@filterable\n@sortable'; comment on function odd.others is '@expose';
      comment on function odd.arrive is '@expose'`);
    await admin(await readFile(new URL('../support/twins.sql', import.meta.url), 'utf8'));
    await database.grantAll(connection, 'odd');
    await admin(`
      grant usage on schema elsewhere to ${connection.user};
      alter role ${connection.user} in database ${connection.database} set search_path = ${path}`);
  },
  schema: 'odd',
  config: { requestLimits: unlimited },
});
const lists = servedLists(api.api.schema);

/**
 * Asks all questions in batches; values that JSON cannot express, or that another column's type does not have, are
 * allowed.
 */
async function ask(questions: readonly Question[]): Promise<readonly unknown[]> {
  if (questions.length === 0) return [];
  if (questions.length > most) return [...(await ask(questions.slice(0, most))), ...(await ask(questions.slice(most)))];
  const { document, variables } = documentOf(questions);
  const { data, errors = [] } = await api.send(document, variables);
  const isHarmless = (code: unknown) => code === 'VALUE_NOT_REPRESENTABLE';
  expect(errors.filter(({ extensions }) => !isHarmless(extensions?.['code']))).toEqual([]);
  return questions.map((_, i) => data?.[`q${i}`]);
}

test('there is a twin of everything that a statement can name, and it raises', async () => {
  const { rows: missing } = await database.admin(`
    select p.oid::regprocedure::text as name from pg_proc p
    where p.pronamespace = 'pg_catalog'::regnamespace and p.prokind <> 'p'
      and not ('cstring'::regtype = any (p.proargtypes) or 'internal'::regtype = any (p.proargtypes)) and not exists (
      select from pg_proc t where t.pronamespace = 'twins'::regnamespace and t.proname = p.proname and t.proargtypes = p.proargtypes)
    union all
    select o.oid::regoperator::text from pg_operator o
    where o.oprnamespace = 'pg_catalog'::regnamespace and not exists (
      select from pg_operator t where t.oprnamespace = 'twins'::regnamespace and t.oprname = o.oprname
        and t.oprleft = o.oprleft and t.oprright = o.oprright)`);
  expect(missing).toEqual([]);
  const client = await twinned();
  for (const text of ['select 1 = 1', `select 'a'::text`, 'select count(*)', `select lower('a')`, 'table pg_class'])
    await expect(client.query(text), text).rejects.toThrow();
  await client.end();
});

/** Opens a session of the owner in which the twins come first. */
async function twinned(): Promise<pg.Client> {
  const client = await database.connect();
  await client.query(`set search_path = ${path}`);
  return client;
}

test('no twin is called when every value, relation and count is read', async () => {
  for (const list of lists) {
    const [answer] = await ask([
      { field: () => `${list.name} { totalCount nodes { ${list.everything} } }`, variables: {} },
    ]);
    rows.set(list.name, (answer as { nodes: readonly Row[] }).nodes);
  }
});

test('no twin is called when every operator of every filter is used', async () => {
  for (const list of lists) {
    const samples = samplesOf(rows.get(list.name) ?? []);
    await ask([...everyFilter(api.api.schema, list, samples), ...everyRelation(api.api.schema, list)]);
  }
});

test('no twin is called when every list is walked in every order, forward and backward, and every key is looked up', async () => {
  for (const list of lists) {
    for (const order of list.orders) {
      const page = `edges { cursor } pageInfo { endCursor }`;
      const [first] = await ask([
        { field: () => `${list.name}(first: 1, orderBy: ${order('DESC_NULLS_LAST')}) { ${page} }`, variables: {} },
      ]);
      const cursor = (first as { pageInfo: { endCursor: string | null } }).pageInfo.endCursor;
      await ask(
        ['first: 5, after', 'last: 5, before'].map((way) => ({
          field: ({ cursor = '' }) =>
            `${list.name}(${way}: ${cursor}, where: { not: { or: [] } }, orderBy: ${order('DESC_NULLS_LAST')}) { ${page} }`,
          variables: { cursor: ['String', cursor] as const },
        })),
      );
    }
    const columns = api.api.schema.getType(`${list.type.name}Column`);
    const distinct = isEnumType(columns) ? columns.getValues().map(({ name }) => name) : [];
    await ask(
      distinct.map((column) => ({
        field: () =>
          `${list.name}(distinctOn: [${column}], orderBy: ${list.orders[0]?.('ASC')}) { totalCount edges { cursor } }`,
        variables: {},
      })),
    );
    const [row] = rows.get(list.name) ?? [];
    await ask(
      [...list.lookups].flatMap(([lookup, args]) => {
        const variables = Object.fromEntries([...args].map(([name, type]) => [name, [type, row?.[name]] as const]));
        const isWhole = [...args.keys()].every((name) => row?.[name] != null);
        const given = (values: Row) => [...args.keys()].map((name) => `${name}: ${values[name]}`).join(', ');
        return isWhole
          ? [{ field: (values: Row) => `${lookup}(${given(values)}) { ${list.everything} }`, variables }]
          : [];
      }),
    );
  }
});

test('no twin is called when every aggregate is computed, grouped and filtered', async () => {
  const { schema } = api.api;
  for (const list of lists) {
    const measures = measuresOf(schema, list.type.name);
    const groupings = groupingsOf(schema, list.type.name).filter(
      ({ selected }) => list.name !== 'extremes' || !selected.startsWith('bucket'),
    );
    await ask([
      { field: () => `${list.name}Aggregate { ${measures} }`, variables: {} },
      ...groupings.map(({ groupBy, selected }) => ({
        field: () => `${list.name}GroupedAggregate(groupBy: { ${groupBy} }) { ${selected} ${measures} }`,
        variables: {},
      })),
      ...everyMeasure(schema, list),
    ]);
  }
});

test('no twin is called when buckets of every kind are filled', async () => {
  const bounds: Readonly<Record<string, string>> = {
    AT: 'within: "P3D"',
    DAY: 'within: "P3D"',
    LOCAL: 'within: "P3D"',
  };
  await ask(
    Object.keys(bounds).flatMap((column) =>
      ['P1D', 'P1W', 'P1M', 'P5M', ...(column === 'DAY' ? [] : ['PT6H'])].flatMap((every) =>
        [
          '',
          `, where: { ${column.toLowerCase()}: { ${bounds[column]} } }`,
          `, where: { ${column.toLowerCase()}: { gt: "2026-01-01${column === 'DAY' ? '' : column === 'AT' ? 'T00:00:00Z' : 'T00:00:00'}", lt: "2026-02-01${column === 'DAY' ? '' : column === 'AT' ? 'T00:00:00Z' : 'T00:00:00'}" } }`,
        ].map((where) => ({
          field: () =>
            `arrivedsGroupedAggregate(groupBy: { ${column.toLowerCase()}: { every: "${every}", timeZone: "Europe/Berlin", fill: true } }${where}) { bucket count }`,
          variables: {},
        })),
      ),
    ),
  );
});

test('no twin is called when functions are called', async () => {
  const answer = await api.query(`{
    later(since: "2026-01-02T00:00:00Z", pair: { a: 1, b: "x" }, tags: ["a", "b"], where: { shown: { startsWith: "2026" } }, orderBy: { day: DESC }) {
      totalCount
      nodes { shown(mark: "!") others(first: 1) { totalCount nodes { shown } } }
    }
    laterAggregate(since: "2026-01-02T00:00:00Z") { count }
    pairs(n: 3) { a }
  }`);
  expect(answer).toEqual({
    later: {
      totalCount: 1,
      nodes: [{ shown: '2026-01-05!', others: { totalCount: 1, nodes: [{ shown: '2026-01-01' }] } }],
    },
    laterAggregate: { count: 1 },
    pairs: [{ a: 3 }],
  });
});

test('no twin is called when rows are created, changed and deleted', async () => {
  const answer = await api.query(`mutation {
    createArrived(input: { day: "2026-03-01" }) { arrived { arrivedId } }
    createArriveds(inputs: [{ day: "2026-03-01" }, { local: "2026-03-01T00:00:00" }]) { createdCount }
    updateArrived(arrivedId: 1, patch: { day: "2026-01-02" }, expect: { day: { eq: "2026-01-01" } }) { arrived { day } }
    deleteArrived(arrivedId: 2) { arrived { arrivedId } }
    arrive(day: "2026-03-02") { shown }
    createBuiltIns(inputs: [{ rowId: 1 }, { rowId: 99 }], onConflict: { do: IGNORE, on: ID }) { createdCount ignoredCount }
  }`);
  expect(answer).toEqual({
    createArrived: { arrived: { arrivedId: 3 } },
    createArriveds: { createdCount: 2 },
    updateArrived: { arrived: { day: '2026-01-02' } },
    deleteArrived: { arrived: { arrivedId: 2 } },
    arrive: { shown: '2026-03-02' },
    createBuiltIns: { createdCount: 1, ignoredCount: 1 },
  });
});

test('no twin is called when a list says where its live tail begins, and the tail delivers new rows', async () => {
  const streams = await serveStreams(api);
  const { arriveds } = await api.query<{ arriveds: { liveCursor: string; approximateCount: number } }>(
    '{ arriveds { liveCursor approximateCount } }',
  );
  const stream = streams.subscribe<{ arrivedId: number }>(
    'subscription ($after: String) { added: arrivedsAdded(after: $after, where: { day: { isNull: true } }) { cursor end edges { cursor node { arrivedId } } } }',
    { after: arriveds.liveCursor },
  );
  await stream.next();
  await database.admin('insert into odd.arrived (at) values (now())');
  expect(await stream.nodes(1)).toEqual([{ arrivedId: 7 }]);
  await stream.stop();
  await streams.drain(0);
});

test('no twin is called when doctor and check examine, and grant grants', async () => {
  const { connection } = database;
  const outcome = await checkSchema(api.db, connection.user, {
    schema: 'odd',
    limits: appConfig.limits,
    extensions: null,
  });
  expect(outcome.status).toMatch(/ok|warning/);
  expect(await findScans(api.db, sql`select from odd.arrived`)).toEqual([
    { table: 'odd.arrived', rows: expect.anything() },
  ]);
  const client = await twinned();
  for (const check of [
    checkVersion(client, { port: 5432 }),
    checkClock(client, () => Date.now()),
    checkConnections(client, { pooler: null }, { poolSize: 1, maxReplicas: 1, schema: 'odd' }),
    checkRole(client, 'odd'),
  ])
    expect(await check).toMatchObject({ status: expect.stringMatching(/ok|warning/) });
  const { spec } = readRoleSpec(['--role', connection.user, '--plain', '--write', '--delete', '--live'], {
    schema: 'odd',
    session: { statementTimeoutMs: 30_000 },
  });
  const changes = plan(await readState(client, client, spec), spec);
  expect(changes.length).toBeGreaterThan(3);
  expect(await apply(changes, () => client)).toEqual(new Map());
  await client.end();
});
