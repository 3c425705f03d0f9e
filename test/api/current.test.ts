import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createApiSource } from '../../src/api/api.ts';
import { createServedApi } from '../../src/api/current.ts';
import { createTestApi, type TestApi } from '../support/api.ts';
import { appConfig } from '../support/config.ts';
import { heldOf } from '../support/garbage.ts';
import { setUp } from '../support/setUp.ts';
import { serveStreams } from '../support/streams.ts';

/** Documents of every kind for which the server caches something. */
const documents = [
  '{ devices(first: 2) { totalCount nodes { id serial site { name } events(first: 2) { nodes { severity } } } } }',
  '{ events(first: 2) { liveCursor nodes { severity } } }',
  '{ eventsAggregate { count of { severity { max } } } }',
  '{ eventsGroupedAggregate(groupBy: { columns: [SEVERITY] }) { key { severity } count } }',
  'query Named { __schema { types { name fields { name } } } }',
  'fragment f on Site { name } { a: sites { nodes { ...f } } b: sites { edges { node { ...f } } } }',
];

const silent = pino({ level: 'silent' });

const { database, api } = await setUp({ config: { schemaPollMs: 300 }, apartMs: 0 });

const typeNames = () => Object.keys(api.served.current()?.schema.getTypeMap() ?? {});

describe('when the schema of the database changes', () => {
  test('a new table is served after the next comparison, and its rows can be queried', async () => {
    await database.admin('create table events.note (note_id int primary key, body text not null)');
    await database.admin(`grant select on events.note to ${database.connection.user}`);
    await database.admin("insert into events.note values (1, 'first')");
    await api.served.check();
    expect(await api.query('{ notes { nodes { noteId body } } }')).toEqual({
      notes: { nodes: [{ noteId: 1, body: 'first' }] },
    });
  });

  test('a statement that was prepared before a column changed its type is repeated', async () => {
    await api.query('{ notes { nodes { noteId } } }');
    await database.admin('alter table events.note alter note_id type bigint');
    expect(await api.query('{ notes { nodes { noteId } } }')).toEqual({ notes: { nodes: [{ noteId: 1 }] } });
  });

  test('an error caused by it starts a comparison at once', async () => {
    await database.admin('alter table events.note drop body');
    const before = api.served.current();
    const { errors } = await api.send('{ notes { nodes { body } } }');
    expect(errors?.map((error) => error.extensions?.['code'])).toEqual(['DATABASE_UNAVAILABLE']);
    await vi.waitFor(() => expect(api.served.current()).not.toBe(before));
    expect((await api.send('{ notes { nodes { body } } }')).errors?.[0]?.extensions?.['code']).toBe(
      'GRAPHQL_VALIDATION_FAILED',
    );
  });

  test('a table that is no longer granted disappears', async () => {
    await database.admin(`revoke select on events.note from ${database.connection.user}`);
    await api.served.check();
    expect(typeNames()).not.toContain('Note');
  });

  test('the API stays as it is if nothing would be left to serve', async () => {
    await database.admin(`revoke usage on schema events from ${database.connection.user}`);
    await api.served.check();
    expect(typeNames()).toContain('Device');
    expect(api.log.some(({ msg }) => msg.startsWith('Could not check for a schema change, or apply it'))).toBe(true);
    await database.admin(`grant usage on schema events to ${database.connection.user}`);
  });
});

test('sixteen clients that query while the schema changes under them see no unexpected error', async () => {
  const done = new AbortController();
  const codes = new Set<unknown>();
  let answered = 0;
  const client = async () => {
    while (!done.signal.aborted) {
      const fields = api.served.current()?.schema.getType('Churn') ? 'churns { nodes { __typename } totalCount }' : '';
      const { errors } = await api.send(`{ devices(first: 2) { nodes { serial site { name } } } ${fields} }`);
      for (const error of errors ?? []) codes.add(error.extensions?.['code']);
      answered++;
    }
  };
  const clients = Array.from({ length: 16 }, client);
  for (let round = 0; round < 10; round++) {
    await database.admin('create table events.churn (churn_id int primary key, a text, b int)');
    await database.admin(`grant select on events.churn to ${database.connection.user}`);
    await database.admin('insert into events.churn select n, n, n from generate_series(1, 20) n');
    await api.served.check();
    await database.admin('alter table events.churn drop a');
    await database.admin('alter table events.churn add c timestamptz default now()');
    await database.admin('alter table events.churn alter b type text');
    await database.admin("alter table events.device add extra text not null default 'x'");
    await api.served.check();
    await database.admin('alter table events.device drop extra');
    await database.admin('drop table events.churn');
  }
  done.abort();
  await Promise.all(clients);
  expect(answered).toBeGreaterThan(16);
  // A recreated table is without grants for a moment.
  const expected = ['DATABASE_UNAVAILABLE', 'GRAPHQL_VALIDATION_FAILED', 'FORBIDDEN'];
  expect([...codes].filter((code) => !expected.includes(String(code)))).toEqual([]);
});

test('however many errors request a comparison, one runs at once and the next only after the interval', async () => {
  let comparisons = 0;
  const source = createApiSource({ db: api.db, schemaName: 'events', limits: appConfig.limits, log: silent });
  const readFingerprint = () => {
    comparisons++;
    return source.readFingerprint();
  };
  const served = createServedApi(api.api, {
    ...{ source: { ...source, readFingerprint }, pollMs: 3_600_000, apartMs: 3_600_000, log: silent },
  });
  onTestFinished(served.stop);
  for (let i = 0; i < 100; i++) served.checkSoon(new Error(`error ${i}`));
  await vi.waitFor(() => expect(comparisons).toBe(1));
  for (let i = 0; i < 100; i++) served.checkSoon(new Error(`error ${i}`));
  await served.check(); // its own, after whichever of theirs there was
  expect(comparisons).toBe(2);
});

test('the catalog is read between the fingerprint that noticed a change and a second one', async () => {
  let fingerprints = 0;
  const rows: typeof api.db.rows = (query) => {
    if (query.text.join('').includes(' as fingerprint')) fingerprints++;
    return api.db.rows(query);
  };
  const source = createApiSource({
    ...{ db: { ...api.db, rows }, schemaName: 'events', limits: appConfig.limits, log: silent },
  });
  const served = createServedApi(api.api, { source, pollMs: 3_600_000, log: silent });
  onTestFinished(served.stop);
  await database.admin('alter table events.site add noticed int');
  await served.check();
  expect(fingerprints).toBe(2);
  await database.admin('alter table events.site drop noticed');
});

test('the memory of a replaced API is freed, whatever was requested from it', async () => {
  const stored = { id: 'sites', text: '{ sites { nodes { name } } }', file: 'test.json' };
  const own = await createTestApi(database.connection, { documents: [stored] });
  const { subscribe, drain } = await serveStreams(own);
  /** Uses the current API in every way, has it replaced, and returns weak references to its parts. */
  async function replace(): Promise<Readonly<Record<string, WeakRef<object>>>> {
    const served = own.served.current();
    if (!served) throw new Error('There is no API');
    for (const document of documents) await own.query(document);
    expect((await own.send('{ nothing }')).status).toBe(400);
    await own.app.fetch('http://localhost/graphql/sites');
    const stream = subscribe('subscription { added: eventsAdded { cursor end edges { node { device { serial } } } } }');
    await stream.next();
    await database.admin('alter table events.site add of_another_schema int');
    await own.served.check();
    expect(await stream.next()).toMatchObject({ end: 'SCHEMA_CHANGED' });
    await stream.stop();
    await own.send('{ __typename }'); // Yoga holds the schema of the last request
    return { api: new WeakRef(served), schema: new WeakRef(served.schema), catalog: new WeakRef(served.catalog) };
  }
  // The test itself still refers to the first API.
  await database.admin('alter table events.site add of_this_schema int');
  await own.served.check();
  expect(await heldOf(await replace())).toEqual([]);
  own.tails.stop();
  await drain(1000);
  await own.close();
  await database.admin('alter table events.site drop of_this_schema, drop of_another_schema');
});

test('a reverted change still counts: what failed in between may be retried', async () => {
  const source = createApiSource({ db: api.db, schemaName: 'events', limits: appConfig.limits, log: silent });
  const served = createServedApi(api.api, { source, pollMs: 3_600_000, apartMs: 0, log: silent });
  onTestFinished(served.stop);
  await served.check();
  const before = performance.now();
  await database.admin('alter table events.device rename serial to other');
  await database.admin('alter table events.device rename other to serial');
  expect(await served.hasChanged(before, new Error('column serial does not exist'))).toBe(true);
  expect(await served.hasChanged(performance.now(), new Error('column nothing does not exist'))).toBe(false);
});

describe('a dropped column', () => {
  let own: TestApi;
  let server: Awaited<ReturnType<typeof serveStreams>>;
  beforeAll(async () => {
    await database.admin(`create table events.memo (
      memo_id bigint generated always as identity primary key, kept text, read text, written text, followed text)`);
    await database.grantAll(database.connection);
    own = await createTestApi(database.connection, { apartMs: 0 });
    server = await serveStreams(own);
  });
  afterAll(async () => {
    own.tails.stop();
    await server.drain(1000);
    await own.close();
    await database.admin('drop table events.memo');
  });

  const unavailable = [{ extensions: { code: 'DATABASE_UNAVAILABLE' } }];
  /** Returns PostgreSQL's errors in the log. */
  const logged = () => own.log.map(({ err }) => JSON.stringify(err ?? null)).join('\n');

  test('a read of a dropped column fails with an error that may be retried', async () => {
    await database.admin('alter table events.memo drop read');
    expect(await own.send('{ memos { nodes { read } } }')).toMatchObject({ status: 200, errors: unavailable });
    expect(await own.send('{ memos { nodes { read } } }')).toMatchObject({ status: 400 });
    expect(logged()).toMatch(/column .*read.* does not exist/);
  });

  test('a write to a dropped column fails with an error that may be retried, and nothing is written', async () => {
    const create = 'mutation { createMemo(input: { kept: "x", written: "y" }) { memo { memoId } } }';
    await database.admin('alter table events.memo drop written');
    expect(await own.send(create)).toMatchObject({ status: 200, errors: unavailable });
    expect(await own.query('{ memos { totalCount } }')).toEqual({ memos: { totalCount: 0 } });
    expect(await own.send(create)).toMatchObject({ status: 400 });
    expect(logged()).toMatch(/column .*written.* does not exist/);
  });

  test('a stream of a dropped column ends with a cursor, from which a valid document continues', async () => {
    const document = (selection: string) =>
      `subscription ($after: String) { added: memosAdded(after: $after) { cursor end edges { node { ${selection} } } } }`;
    const stream = server.subscribe(document('kept followed'));
    await stream.next();
    await database.admin('alter table events.memo drop followed');
    await database.admin("insert into events.memo (kept) values ('after it')");
    expect(await stream.next()).toMatchObject({ end: 'SCHEMA_CHANGED', edges: [] });
    const next = server.subscribe(document('kept'), { after: stream.cursor() });
    expect(await next.nodes(1)).toEqual([{ kept: 'after it' }]);
    await next.stop();
    expect(logged()).toMatch(/column .*followed.* does not exist/);
  });
});

test('a change is noticed within the interval, without an error that reveals it', async () => {
  await database.admin('create table events.later (later_id int primary key)');
  await database.admin(`grant select on events.later to ${database.connection.user}`);
  await expect.poll(typeNames, { timeout: 5000 }).toContain('Later');
});
