import pg, { DatabaseError } from 'pg';
import { expect, inject, test } from 'vitest';
import { difference } from '../../scripts/battery/compare.ts';
import type { Endpoint } from '../../scripts/battery/endpoint.ts';
import { readLists } from '../../scripts/battery/lists.ts';
import { createQuestions } from '../../scripts/battery/questions.ts';
import { walk, walksOf } from '../../scripts/battery/walks.ts';
import { checkSchema } from '../../src/commands/doctor/schema.ts';
import { checkVersion } from '../../src/commands/doctor/server.ts';
import { grant } from '../../src/commands/grant/command.ts';
import { defaultPageLimits as limits } from '../../src/config/limits.ts';
import { fromPostgres } from '../../src/db/postgresErrors.ts';
import { sql } from '../../src/db/sql/sql.ts';
import { createDice } from '../hostile/dice.ts';
import type { TestApi } from '../support/api.ts';
import { unlimited } from '../support/config.ts';
import { distribute } from '../support/engines.ts';
import { patience } from '../support/property.ts';
import { setUp, setUpDatabase } from '../support/setUp.ts';

const placement = {
  ...{ site: null, event_type: null, device_group: null, device_group_member: null, device: null },
  ...{ event: 'device_id', incident: 'device_id' },
};
const extra = `
  create table events.log (at timestamptz not null, device_id uuid not null, message text);
  insert into events.log select '2026-01-01', md5((n % 7)::text)::uuid, 'message ' || n % 5 from generate_series(1, 90) n;
  create table events.reading (device_id uuid, n int, value real, primary key (device_id, n));
  create collation events.loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
  create table events.sample (tag text collate events.loose not null, n int)`;
const config = { requestLimits: unlimited };
const plain = await setUp({ prepare: extra, config });
const cluster = await setUp({
  config,
  prepare: async (database) => {
    await database.admin(extra);
    await database.grantAll(database.connection);
    await distribute(database, { ...placement, log: 'device_id', reading: 'device_id', sample: 'tag' });
  },
});

const endpointOf = ({ send, api }: TestApi): Endpoint => ({
  ask: async ({ query, variables }) => {
    const { data, errors } = await send(query, { ...variables });
    return JSON.parse(JSON.stringify({ data, errors })) as object;
  },
  schema: async () => api.schema,
});
const [left, right] = [endpointOf(plain.api), endpointOf(cluster.api)];
const lists = await readLists(plain.api.api.schema, left);

test('the statements for Citus and for PostgreSQL give the same answers', { timeout: patience }, async () => {
  const next = createQuestions(plain.api.api.schema, lists, createDice(7));
  let answered = 0;
  for (let i = 0; i < 60; i++) {
    const question = next();
    const [first, second] = [await left.ask(question), await right.ask(question)];
    expect(difference(first, second), JSON.stringify(question)).toBeNull();
    if (first.data) answered++;
  }
  expect(answered).toBeGreaterThan(50);
});

test('walks through lists meet the same rows, those of keyless tables in any order', {
  timeout: patience,
}, async () => {
  for (const steps of walksOf(lists, createDice(3)).filter((_, i) => i % 3 === 0))
    expect(difference(await walk(left, steps), await walk(right, steps)), JSON.stringify(steps)).toBeNull();
});

test('no statement has a form that Citus answers once per shard, or rejects', async () => {
  await cluster.api.query(`{
    eventType(eventTypeId: "alarm") { events(first: 2) { nodes { eventId } totalCount } eventsAggregate { count } }
    devices(first: 3, where: {events: {some: {severity: {eq: INFO}}}, site: {code: {eq: "RTM"}}}) {
      nodes { serial site { name } events(first: 2) { nodes { device { serial } } totalCount } incidentsAggregate { of { severity { min } } } }
    }
    logs(first: 2) { nodes { message } approximateCount }
  }`);
  for (const statement of cluster.api.statements)
    expect(statement).not.toMatch(/exists|ctid|cross join lateral|reltuples|catalog\.min/);
});

test('the number of parents causes few different statements', async () => {
  const texts = new Set<string>();
  for (let first = 5; first <= 8; first++) {
    await cluster.api.query(`{ devices(first: ${first}) { nodes { events(first: 1) { totalCount } } } }`);
    texts.add(cluster.api.statements.at(-1) ?? '');
  }
  expect(texts.size).toBe(1);
});

test('live tails, estimates and updates of the distribution column are not offered', async () => {
  const { schema } = cluster.api.api;
  expect(schema.getSubscriptionType()).toBeUndefined();
  const { errors } = await cluster.api.send(
    'mutation { updateIncident(incidentId: 1, patch: {deviceId: "00000000-0000-4000-8000-000000000000"}) { incident { title } } }',
  );
  expect(errors?.[0]?.message).toMatch(/Field "deviceId" is not defined by type "UpdateIncidentPatch"/);
  expect(await cluster.api.query('{ devices { approximateCount } }')).toEqual({ devices: { approximateCount: null } });
});

const id = (n: number) => `d0000000-0000-4000-8000-00000000000${n}`;

test('rows that are created at once come back in the order of the inputs, whichever fields each has', async () => {
  const inputs = [1, 2, 1, 3, 2, 2].map((device, n) => ({
    deviceId: id(device),
    n,
    ...(n % 2 === 0 && { value: n / 2 }),
  }));
  const document = `mutation ($inputs: [CreateReadingInput!]!) {
    createReadings(inputs: $inputs) { readings { deviceId n value } createdCount }
  }`;
  expect(await cluster.api.query(document, { inputs })).toEqual(await plain.api.query(document, { inputs }));
  const { errors } = await cluster.api.send(document, { inputs: [{ deviceId: id(4), n: 1 }, { n: 2 }] });
  expect(errors).toMatchObject([{ message: expect.stringMatching(/deviceId/) }]);
});

test('rows whose distribution column has equal values keep the order of the inputs', async () => {
  const inputs = ['a', 'A', 'b', 'a', 'B'].map((tag, n) => ({ tag, n }));
  const document = `mutation ($inputs: [CreateSampleInput!]!) {
    createSamples(inputs: $inputs) { samples { tag n } createdCount }
  }`;
  expect(await cluster.api.query(document, { inputs })).toEqual({
    createSamples: { samples: inputs, createdCount: inputs.length },
  });
});

test('rows are created, updated and ignored, and counted', async () => {
  const document = (action: string) => `mutation ($inputs: [CreateReadingInput!]!) {
    createReadings(inputs: $inputs, onConflict: { do: ${action}, on: DEVICE_ID_N }) {
      readings { deviceId n value } createdCount updatedCount ignoredCount
    }
  }`;
  const row = (device: number, n: number, value: number) => ({ deviceId: id(device), n, value });
  for (const inputs of [[row(7, 1, 1)], [row(8, 1, 2), row(7, 1, 3), row(6, 1, 4)]])
    for (const action of ['UPDATE', 'IGNORE'])
      expect(await cluster.api.query(document(action), { inputs })).toEqual(
        await plain.api.query(document(action), { inputs }),
      );
});

test('a change with an expectation says whether the row exists, and is as expected', async () => {
  const documents = ['"RTM"', '"XXX"'].flatMap((code) =>
    [1, 99_999].map(
      (siteId) =>
        `mutation { updateSite(siteId: ${siteId}, patch: { name: "n" }, expect: { code: { eq: ${code} } }) { site { name code } } }`,
    ),
  );
  for (const document of documents)
    expect((await cluster.api.send(document)).errors?.[0]?.extensions).toEqual(
      (await plain.api.send(document)).errors?.[0]?.extensions,
    );
});

test('callers have their own claims on every node, also after an error and if a statement is gone', async () => {
  const { db } = cluster.api;
  const askAs = (name: string) =>
    db.within({ claims: { name } }).rows(sql`select current_setting('request.jwt.claims') as claims`);
  await expect(db.within({ claims: {} }).rows(sql`select 1 / 0`)).rejects.toMatchObject({
    message: 'division by zero',
  });
  for (const name of ['anna', 'it\'s "b\\en"'])
    expect(JSON.parse((await askAs(name))[0]?.['claims'] ?? '')).toEqual({ name });
  await Promise.all(Array.from({ length: 4 }, () => db.rows(sql`deallocate all`)));
  expect(await askAs('clara')).toHaveLength(1);
  expect(await db.rows(sql`select coalesce(current_setting('request.jwt.claims', true), '') as claims`)).toMatchObject([
    { claims: '' },
  ]);
});

test('doctor says what is distributed, and that some ports lead to any node', async () => {
  const { user } = cluster.database.connection;
  const { details } = await checkSchema(cluster.api.db, user, { schema: 'events', limits, extensions: null });
  expect(details).toEqual(
    expect.arrayContaining([
      'event: shown, distributed by device_id',
      'site: shown, complete on each node of the cluster',
    ]),
  );
  const client = new pg.Client(cluster.database.connection);
  await client.connect();
  expect(await checkVersion(client, { port: 5432 })).toMatchObject({
    status: 'ok',
    message: expect.stringMatching(/Citus 13/),
  });
  expect(await checkVersion(client, { port: 7432 })).toMatchObject({
    status: 'warning',
    remedy: expect.stringMatching(/5432/),
  });
  await client.end();
});

test('grant works through the shards of a cluster one after the other', async () => {
  const { host, port, user, password } = inject('postgres').admin;
  const { database } = cluster.database.connection;
  const out: string[] = [];
  await grant(
    {
      PGHOST: host,
      PGPORT: String(port),
      PGUSER: user,
      PGPASSWORD: password,
      PGDATABASE: database,
      PG_AUTH: 'password',
    },
    ['--role', 'app', '--plain', '--print'],
    { out: (text) => void out.push(text), err: () => {} },
  );
  expect(out.join('')).toContain(
    `in the database "${database}":\nSET citus.multi_shard_modify_mode TO 'sequential';\n`,
  );
});

test("a query that Citus cannot plan is the client's to change, not a temporary error", () => {
  const refusal = new DatabaseError('complex joins are only supported when ...', 0, 'error');
  expect(
    fromPostgres(Object.assign(refusal, { code: '0A000', file: 'query_pushdown_planning.c' }), 'read'),
  ).toMatchObject({
    code: 'QUERY_TOO_COMPLEX',
    message: expect.stringMatching(/rows of different nodes/),
  });
});

test('a worker is not served, because it lacks the comments', async () => {
  const database = await setUpDatabase({
    prepare: async (worker) => {
      await worker.grantAll(worker.connection);
      await distribute(worker, placement, 3);
    },
  });
  await expect(setUp({ database: async () => database })).rejects.toThrow(/worker.*coordinator/);
});
