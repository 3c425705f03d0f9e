import type { ApolloClient } from '@apollo/client';
import type { TypedDocumentNode, Client as UrqlClient } from '@urql/core';
import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery } from 'graphql';
import { pino } from 'pino';
import type { Environment } from 'relay-runtime';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createApp } from '../../src/server/app.ts';
import { listen } from '../../src/server/listen.ts';
import { appConfig } from '../support/config.ts';
import { setUp, setUpServer } from '../support/setUp.ts';
import { compileRelay, generateTypes, linkArtifacts, stage } from './frontEnd.ts';

type Where = Readonly<Record<string, unknown>>;

interface Overview {
  readonly devices?: number | null;
  readonly incidents?: number | null;
  readonly codes: readonly unknown[];
}

/** The interface that the modules of Apollo and of urql share. */
interface Module<Client> {
  readonly createClient: (url: string) => Client;
  readonly findDevices: (client: Client, where: Where) => Promise<string[] | undefined>;
  readonly overview: (client: Client) => Promise<Overview>;
  readonly codesOf: (error: unknown) => unknown[];
}

interface ApolloModule extends Module<ApolloClient> {
  readonly watchDevices: (
    client: ApolloClient,
    show: (serials: string[], hasMore: boolean) => void,
  ) => { readonly more: () => Promise<unknown> };
}

interface UrqlModule extends Module<UrqlClient> {
  readonly allDevices: (client: UrqlClient) => Promise<string[] | undefined>;
}

interface RelayModule {
  readonly loadDevices: (environment: Environment, variables: object) => Promise<unknown>;
  readonly allDevices: (environment: Environment) => Promise<string[] | undefined>;
}

const web = await stage('web');
const relay = await stage('relay', ['web/src/patientFetch.ts', 'web/src/follow.ts']);
afterAll(() => Promise.all([web.remove(), relay.remove()]));
/** The document that a front end's build would put into a manifest. */
const tail = 'subscription ($after: String) { eventsAdded(after: $after) { edges { node { eventId } } cursor end } }';
const { database, api } = await setUp({
  prepare: "create table events.note (id int primary key, body text); insert into events.note values (7, 'seven')",
  documents: [{ id: 'tail', text: tail, file: 'test' }],
});
const { url } = await setUpServer(api);
await Promise.all([generateTypes(web, ['aggregates', 'devices', 'events', 'overview', 'tail']), compileRelay(relay)]);

/** Returns the serials in an order, as the server answers without a client's cache. */
async function serials(orderBy: string, where = '{}'): Promise<string[]> {
  const { devices } = await api.query<{ devices: { nodes: { serial: string }[] } }>(
    `{ devices(first: 1000, where: ${where}, orderBy: ${orderBy}) { nodes { serial } } }`,
  );
  return devices.nodes.map(({ serial }) => serial);
}

/** Runs `work` while the role may not read a table that the API still has. */
async function withoutAccess(table: string, work: () => Promise<void>): Promise<void> {
  const { user } = database.connection;
  await database.admin(`revoke select on events.${table} from ${user}`);
  try {
    await work();
  } finally {
    await database.admin(`grant select on events.${table} to ${user}`);
    await api.served.check();
  }
}

test('the output of the code generator compiles with the snippets, and has the documented types', async () => {
  await web.typeCheck();
});

test('a generator that reads the schema from the server learns of @oneOf when it asks', async () => {
  const answer = await api.query<IntrospectionQuery>(getIntrospectionQuery({ oneOf: true }));
  expect(buildClientSchema(answer).getType('DeviceOrderBy')).toMatchObject({ isOneOf: true });
});

describe.each(['apollo', 'urql'])('%s', (name) => {
  const load = () => web.load<Module<unknown>>(`src/${name}.ts`);

  test('a typed query filters and orders', async () => {
    const { createClient, findDevices } = await load();
    const found = await findDevices(createClient(url), { status: { eq: 'ACTIVE' }, siteId: { lte: 3 } });
    expect(found).toEqual(
      await serials('[{ siteId: ASC }, { serial: ASC }]', '{ status: { eq: ACTIVE }, siteId: { lte: 3 } }'),
    );
    expect(found?.length).toBeGreaterThan(3);
  });

  test('an error has its code', async () => {
    const { createClient, findDevices, codesOf } = await load();
    const error = await findDevices(createClient(url), { serial: { eq: null } }).catch((e: unknown) => e);
    expect(codesOf(error)).toEqual(['BAD_USER_INPUT']);
  });

  test('a field that fails leaves the other fields their data', async () => {
    const { createClient, overview } = await load();
    await withoutAccess('incident', async () => {
      expect(await overview(createClient(url))).toEqual({ devices: 40, incidents: null, codes: ['FORBIDDEN'] });
    });
    expect(await overview(createClient(url))).toMatchObject({
      devices: 40,
      incidents: expect.any(Number),
      codes: [],
    });
  });
});

test('Apollo continues from a cursor, and has all rows in one list', async () => {
  const { createClient, watchDevices } = await web.load<ApolloModule>('src/apollo.ts');
  let shown: readonly string[] = [];
  let hasMore = true;
  const list = watchDevices(createClient(url), (serials, more) => {
    [shown, hasMore] = [serials, more];
  });
  await expect.poll(() => shown.length).toBe(15);
  await list.more();
  await expect.poll(() => shown.length).toBe(30);
  await list.more();
  await expect.poll(() => hasMore).toBe(false);
  expect(shown).toEqual(await serials('[{ serial: ASC }]'));
});

test('urql continues from a cursor, and has all rows in one list', async () => {
  const { createClient, allDevices } = await web.load<UrqlModule>('src/urql.ts');
  expect(await allDevices(createClient(url))).toEqual(await serials('[{ serial: ASC }]'));
});

describe('Relay', () => {
  let environment: Environment;
  let list: RelayModule;

  beforeAll(async () => {
    await relay.typeCheck();
    await linkArtifacts(relay, 'src/DeviceList.ts');
    list = await relay.load<RelayModule>('src/DeviceList.ts');
    const { createEnvironment } = await relay.load<{ createEnvironment: (url: string) => Environment }>(
      'src/environment.ts',
    );
    environment = createEnvironment(url);
  });

  test('Relay continues from a cursor, and has all rows in one connection', async () => {
    expect(await list.allDevices(environment)).toEqual(await serials('[{ serial: ASC }]'));
  });

  test('an error has its code in Relay, too', async () => {
    const where = { serial: { eq: null } };
    await expect(list.loadDevices(environment, { count: 5, where })).rejects.toMatchObject({
      codes: ['BAD_USER_INPUT'],
    });
  });

  test('a failed field is an error in Relay if the query says so', async () => {
    await withoutAccess('site', async () => {
      await expect(list.loadDevices(environment, { count: 6 })).rejects.toThrow('Unexpected response payload');
    });
  });
});

describe('aggregates, which have no id, in caches', () => {
  const variables = { serial: 'SN-000001' };
  type Queries = Record<'meanQuery' | 'rangeQuery' | 'bySeverityQuery', TypedDocumentNode>;
  const both = { deviceBySerial: { eventsAggregate: { of: { value: expect.anything() } } } };

  /** Runs `work`; counts its requests and keeps the warnings that clients write to the console. */
  async function watched(work: () => Promise<void>) {
    const consoles = (['warn', 'error'] as const).map((name) => vi.spyOn(console, name).mockImplementation(() => {}));
    const sent = vi.spyOn(globalThis, 'fetch');
    try {
      await work();
      return { requests: sent.mock.calls.length, warnings: consoles.flatMap((spy) => spy.mock.calls) };
    } finally {
      for (const spy of [...consoles, sent]) spy.mockRestore();
    }
  }

  test('Apollo keeps the measures of two queries', async () => {
    const { createClient } = await web.load<ApolloModule>('src/apollo.ts');
    const { meanQuery, rangeQuery } = await web.load<Queries>('src/aggregates.ts');
    const client = createClient(url);
    const found = await watched(async () => {
      for (const query of [meanQuery, rangeQuery, meanQuery, rangeQuery])
        expect((await client.query({ query, variables })).data).toMatchObject(both);
    });
    expect(found).toEqual({ requests: 2, warnings: [] });
  });

  test('urql keeps the measures of two queries, too, and warns about nothing', async () => {
    const { createClient } = await web.load<UrqlModule>('src/urql.ts');
    const { meanQuery, rangeQuery, bySeverityQuery } = await web.load<Queries>('src/aggregates.ts');
    const client = createClient(url);
    const found = await watched(async () => {
      for (const query of [meanQuery, rangeQuery, meanQuery, rangeQuery])
        expect((await client.query(query, variables)).data).toMatchObject(both);
      expect((await client.query(bySeverityQuery, {})).data?.eventsGroupedAggregate.length).toBeGreaterThan(1);
    });
    expect(found).toEqual({ requests: 3, warnings: [] });
  });
});

describe('a tail', () => {
  interface TailModule<Client> {
    readonly createClient: (url: string) => Client;
    readonly followEvents: (client: Client, after: string | null, onEvent: (eventId: string) => void) => () => void;
  }

  const add = (count: number) =>
    database.admin(
      `insert into events.event (occurred_at, device_id, event_type_id)
        select now(), device_id, event_type_id from events.event limit $1`,
      [count],
    );
  const now = async () => {
    const { events } = await api.query<{ events: { liveCursor: string } }>('{ events(first: 1) { liveCursor } }');
    return events.liveCursor;
  };
  const added = async (after: string) => {
    const {
      rows: [row],
    } = await database.admin<{ ids: string[] | null }>(
      'select array_agg(event_id::text order by event_id) as ids from events.event where event_id > $1',
      [after],
    );
    return row?.ids ?? [];
  };

  /** Checks that rows come once and in order, even if the server ends the stream in between. */
  async function isFollowed(followEvents: (after: string, onEvent: (eventId: string) => void) => () => void) {
    const seen: string[] = [];
    const {
      rows: [last],
    } = await database.admin<{ max: string }>('select max(event_id)::text from events.event');
    const stop = followEvents(await now(), (eventId) => seen.push(eventId));
    for (const count of [3, 2]) {
      await add(count);
      const expected = await added(last?.max ?? '');
      await expect.poll(() => seen, { timeout: 20_000 }).toEqual(expected);
      await database.admin(`comment on table events.note is '${expected.length} of ${last?.max}'`);
      await api.served.check();
    }
    stop();
    expect(seen).toHaveLength(5);
  }

  test.each(['apollo', 'urql'])('a tail is followed by %s, also when a stream ends', async (name) => {
    const { createClient, followEvents } = await web.load<TailModule<unknown>>(`src/${name}Tail.ts`);
    const client = createClient(url);
    await isFollowed((after, onEvent) => followEvents(client, after, onEvent));
  });

  test('a tail is followed by Relay, also when a stream ends', async () => {
    await linkArtifacts(relay, 'src/EventTail.ts');
    const { createTailEnvironment, followEvents } = await relay.load<
      Pick<TailModule<Environment>, 'followEvents'> & { createTailEnvironment: (url: string) => Environment }
    >('src/EventTail.ts');
    const environment = createTailEnvironment(url);
    await isFollowed((after, onEvent) => followEvents(environment, after, onEvent));
  });

  test('a tail is followed without a framework, also when a stream ends', async () => {
    interface Message {
      readonly edges: readonly { readonly node: { readonly eventId: string } }[];
    }
    const { followEvents } = await web.load<{
      followEvents: (url: string, query: string, after: string | null) => AsyncGenerator<Message>;
    }>('src/plainTail.ts');
    await isFollowed((after, onEvent) => {
      const messages = followEvents(url, tail, after);
      const end = (async () => {
        for await (const { edges } of messages) for (const { node } of edges) onEvent(node.eventId);
      })();
      return () => void Promise.all([messages.return(undefined), end]).catch(() => {});
    });
  });

  test('a tail runs by the id of a persisted document', async () => {
    interface Tail {
      readonly eventsAdded: { readonly edges: readonly unknown[] };
    }
    const { openPersisted } = await web.load<{
      openPersisted: <Data>(
        url: string,
        id: string,
        variables: object,
      ) => AsyncIterableIterator<{ data?: Data | null }>;
    }>('src/persistedTail.ts');
    const stream = openPersisted<Tail>(url, 'tail', { after: await now() });
    await add(1);
    for (let rows = 0; rows === 0; ) rows = (await stream.next()).value?.data?.eventsAdded.edges.length ?? Number.NaN;
    await stream.return?.();
  });
});

describe('the form for a search', () => {
  test.each([
    [{ serial: 'SN-00001', statuses: ['ACTIVE'] }, '{ serial: { startsWith: "SN-00001" }, status: { in: [ACTIVE] } }'],
    [{ serial: '', site: '', statuses: [] }, '{}'],
  ])('a search for %j becomes a filter', async (search, where) => {
    const { createClient, findDevices } = await web.load<ApolloModule>('src/apollo.ts');
    const { whereOf } = await web.load<{ whereOf: (search: object) => Where }>('src/filters.ts');
    expect(await findDevices(createClient(url), whereOf(search))).toEqual(
      await serials('[{ siteId: ASC }, { serial: ASC }]', where),
    );
  });

  test('a null in place of a filter is rejected', async () => {
    for (const name of ['where', 'orderBy']) {
      const document = `query ($${name}: ${name === 'where' ? 'DeviceWhere' : '[DeviceOrderBy!]'}) {
        devices(${name}: $${name}) { totalCount } }`;
      expect((await api.send(document, { [name]: null })).errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
      expect((await api.send(document)).errors).toBeUndefined();
    }
  });
});

test('page numbers use an offset', async () => {
  const { createClient } = await web.load<UrqlModule>('src/urql.ts');
  const { deviceGridQuery } = await web.load<{ deviceGridQuery: TypedDocumentNode }>('src/devices.ts');
  const { data } = await createClient(url).query(deviceGridQuery, { offset: 25 });
  expect(data).toMatchObject({ devices: { nodes: { length: 15 }, totalCount: 40 } });
});

describe('values', () => {
  test('values have the documented form', async () => {
    const { createClient } = await web.load<UrqlModule>('src/urql.ts');
    const { lastEventsQuery } = await web.load<{ lastEventsQuery: TypedDocumentNode }>('src/events.ts');
    const { data } = await createClient(url).query(lastEventsQuery, { serial: 'SN-000001' });
    const event = {
      eventId: expect.stringMatching(/^\d+$/),
      occurredAt: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z$/),
    };
    expect(data).toMatchObject({
      deviceBySerial: {
        samplingInterval: expect.stringMatching(/^PT/),
        events: { nodes: [event, event], totalCount: expect.any(Number) },
      },
    });
  });

  test('times are ordered as the database orders them', async () => {
    const { compareTimes } = await web.load<{ compareTimes: (a: string, b: string) => number }>('src/values.ts');
    const { events } = await api.query<{ events: { nodes: { occurredAt: string }[] } }>(
      '{ events(first: 1000, orderBy: [{ occurredAt: ASC }]) { nodes { occurredAt } } }',
    );
    const times = events.nodes.map(({ occurredAt }) => occurredAt);
    expect(times.toSorted().toSorted(compareTimes)).toEqual(times);
    const close = [
      '-infinity',
      '2026-03-29T01:30:00Z',
      '2026-03-29T01:30:00.12Z',
      '2026-03-29T01:30:00.123456Z',
      'infinity',
    ];
    expect(close.toReversed().toSorted(compareTimes)).toEqual(close);
  });

  test('id is the global id, and the column of that name is rowId', async () => {
    const { note } = await api.query<{ note: { id: string } }>('{ note(rowId: 7) { id rowId body } }');
    expect(note).toEqual({ id: expect.any(String), rowId: 7, body: 'seven' });
    expect(await api.query('query ($id: ID!) { node(id: $id) { ... on Note { rowId } } }', { id: note.id })).toEqual({
      node: { rowId: 7 },
    });
  });
});

describe('while the database is unreachable', () => {
  /** Creates a server that has an API from the n-th request on. */
  async function startingServer(n: number) {
    let requests = 0;
    const served = { ...api.served, current: () => (++requests < n ? null : api.served.current()) };
    const app = createApp({
      ...{ config: appConfig, served, tails: api.tails, probe: api.probe },
      log: pino({ level: 'silent' }),
    });
    const { port, drain } = await listen(app, '127.0.0.1', 0);
    const stop = async () => {
      await drain(0);
      await app.dispose();
    };
    return { url: `http://127.0.0.1:${port}/graphql`, requests: () => requests, stop };
  }

  test('queries are retried while the database is unreachable', async () => {
    const server = await startingServer(2);
    const { createClient, findDevices } = await web.load<ApolloModule>('src/apollo.ts');
    expect(await findDevices(createClient(server.url), {})).toHaveLength(40);
    await server.stop();
  });

  test('queries with partial data are retried while the database is unreachable', async () => {
    const { user } = database.connection;
    await database.admin(`alter role ${user} nologin`);
    await database.admin('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [user]);
    const { patientFetch } = await web.load<{ patientFetch: typeof fetch }>('src/patientFetch.ts');
    const body = JSON.stringify({ query: '{ __typename devices { totalCount } }' });
    const logged = () => api.log.filter(({ code }) => code === 'DATABASE_UNAVAILABLE');
    const answer = patientFetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    await expect.poll(logged, { timeout: 5000 }).not.toEqual([]);
    await database.admin(`alter role ${user} login`);
    expect(await (await answer).json()).toEqual({ data: { __typename: 'Query', devices: { totalCount: 40 } } });
  });

  test('mutations are not retried while the database is unreachable', async () => {
    const server = await startingServer(Infinity);
    const { patientFetch } = await web.load<{ patientFetch: typeof fetch }>('src/patientFetch.ts');
    const body = JSON.stringify({ query: 'mutation Rename { __typename }' });
    const headers = { 'content-type': 'application/json' };
    const response = await patientFetch(server.url, { method: 'POST', headers, body });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'DATABASE_UNAVAILABLE' } }] });
    expect(server.requests()).toBe(1);
    await server.stop();
  });
});
