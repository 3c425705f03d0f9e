import { NetworkError } from 'graphql-sse';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../../src/documents/store.ts';
import { createTestApi, type TestApiOptions } from '../support/api.ts';
import { createEmptyDatabase } from '../support/database.ts';
import { stayInThisMinute } from '../support/minute.ts';
import { createOwnedNotes, isOwn } from '../support/ownedNotes.ts';
import { setUpDatabase, setUpIssuer } from '../support/setUp.ts';
import { serveStreams, withoutLooks } from '../support/streams.ts';

const document =
  'subscription ($after: String) { added: notesAdded(after: $after) { cursor end edges { node { body } } } }';

const stops: (() => Promise<void>)[] = [];

const issuer = await setUpIssuer();
const database = await setUpDatabase({
  database: createEmptyDatabase,
  prepare: `${createOwnedNotes}
    alter table events.note enable row level security;
    create policy own on events.note using (${isOwn})`,
});

afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
});

async function start(config: TestApiOptions['config'] = {}, documents: TestApiOptions['documents'] = []) {
  const api = await createTestApi(database.connection, { config: { ...config, auth: issuer.config }, documents });
  const server = await serveStreams(api);
  stops.push(async () => {
    api.tails.stop();
    await server.drain(1000);
    await api.close();
  });
  return { api, ...server };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
/** Returns the headers of a caller who may read, with a new token each time. */
const as = async (oid: string, claims = {}) => bearer(await issuer.sign({ oid, roles: ['Events.Read'], ...claims }));
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
/** Returns the `exp` of a token that is accepted for this long; a minute of clock difference is tolerated. */
const refusedIn = (seconds: number) => inSeconds(seconds - 60);
const add = (owner: string, ...bodies: string[]) =>
  database.admin('insert into events.note (owner, body) select $1, unnest($2::text[])', [owner, bodies]);
const bodiesOf = (nodes: readonly { body: string }[]) => nodes.map(({ body }) => body);

/** Returns the status and the code with which the server refuses to begin a stream. */
async function refusal(url: string, headers: Record<string, string>, body: object = { query: document }) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    body: JSON.stringify(body),
  });
  return [response.status, /"code":"(\w+)"/.exec(await response.text())?.[1]];
}

describe('the beginning of a stream', () => {
  let server: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    server = await start();
  });

  test('a stream begins only with a valid token that gives the permission to read', async () => {
    expect(await refusal(server.url, {})).toEqual([401, 'UNAUTHENTICATED']);
    expect(await refusal(server.url, bearer(await issuer.sign({ exp: 1 })))).toEqual([401, 'UNAUTHENTICATED']);
    const strange = await issuer.sign({ roles: ['Events.Read'] }, await issuer.strange());
    expect(await refusal(server.url, bearer(strange))).toEqual([401, 'UNAUTHENTICATED']);
    const writer = bearer(await issuer.sign({ roles: ['Events.Write', 'Events.Explore'] }));
    expect(await refusal(server.url, writer)).toEqual([403, 'FORBIDDEN']);
    await expect(server.subscribe(document, {}, writer).next()).rejects.toThrow(NetworkError);
    expect(server.api.tails.stats()).toEqual([]);
  });

  test('a stream ends with its token, after which another one continues without a gap', async () => {
    const stream = server.subscribe<{ body: string }>(document, {}, await as('anna', { exp: refusedIn(3) }));
    await stream.next();
    await add('anna', 'before');
    expect(bodiesOf(await stream.nodes(1))).toEqual(['before']);
    expect(await stream.next()).toEqual({ cursor: expect.any(String), end: 'TOKEN_EXPIRED', edges: [] });
    await expect(stream.next()).rejects.toThrow('The stream is over');
    await add('anna', 'between');
    const next = server.subscribe<{ body: string }>(document, { after: stream.cursor() }, await as('anna'));
    await add('anna', 'after');
    expect(bodiesOf(await next.nodes(2))).toEqual(['between', 'after']);
    await next.stop();
  });

  test('a stream begins with every token with which a query is answered, even one that has just expired', async () => {
    const expired = await as('anna', { exp: inSeconds(-5) });
    const ask = (query: string) => ({
      method: 'POST',
      headers: { 'content-type': 'application/json', ...expired },
      body: JSON.stringify({ query }),
    });
    expect(await (await fetch(server.url, ask('{ notes { totalCount } }'))).json()).toMatchObject({ data: {} });
    const stream = server.subscribe<{ body: string }>(document, {}, expired);
    await stream.next();
    await add('anna', 'within the leeway');
    expect(bodiesOf(await stream.nodes(1))).toEqual(['within the leeway']);
    await stream.stop();
  });
});

test('callers see only their own rows, and share reads with nobody whose claims differ', async () => {
  const { api, subscribe } = await start();
  const [anna, ben] = [await as('anna'), await as('ben')];
  const streams = [anna, anna, ben].map((headers) => subscribe<{ body: string }>(document, {}, headers));
  for (const stream of streams) await stream.next();
  expect(api.tails.stats()).toMatchObject([{ table: 'note', streams: 3 }]);
  const since = api.statements.length;
  await add('anna', "anna's");
  for (const stream of streams.slice(0, 2)) expect(await stream.nodes(1)).toEqual([{ body: "anna's" }]);
  await add('ben', "ben's");
  expect(await streams[2]?.nodes(1)).toEqual([{ body: "ben's" }]); // and anna's would have come before
  // Her two streams share one statement, and his has another.
  expect(withoutLooks(api.statements.slice(since))).toHaveLength(2);
  await add('anna', 'again');
  for (const stream of streams.slice(0, 2)) expect(await stream.nodes(1)).toEqual([{ body: 'again' }]);
  for (const stream of streams) await stream.stop();
});

describe('where only persisted documents run', () => {
  let server: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    const documents = [{ id: sha256(document), text: document, file: 'test.json' }];
    server = await start({ documents: { paths: [], persistedOnly: true, strict: false } }, documents);
  });

  test('where only persisted documents run, a stream runs by the id of its document', async () => {
    const response = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...(await as('anna')) },
      body: JSON.stringify({ documentId: sha256(document) }),
    });
    let received = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      if (!received.includes('"cursor"') && (received + chunk).includes('"cursor"')) await add('anna', 'by its id');
      received += chunk;
      if (received.includes('by its id')) break;
    }
    expect(received).toMatch(/^data: {"data":{"added":{"cursor":"[\w-]+","end":null,"edges":\[\]}}}$/m);
    expect(received).toMatch(/^data: {"data":{"added":{.*"edges":\[{"node":{"body":"by its id"}}\]}}}$/m);
  });

  // The refusal is a message, because clients show more of a message than of a status.
  test('where only persisted documents run, any other stream is rejected, except for those who may explore', async () => {
    const other = { query: document.replace('end ', '') };
    expect(await refusal(server.url, await as('anna'), other)).toEqual([200, 'PERSISTED_DOCUMENT_REQUIRED']);
    const unknown = { documentId: sha256('x') };
    expect(await refusal(server.url, await as('anna'), unknown)).toEqual([200, 'PERSISTED_DOCUMENT_NOT_FOUND']);
    const explorer = await as('anna', { roles: ['Events.Read', 'Events.Explore'] });
    const stream = server.subscribe(other.query, {}, explorer);
    expect(await stream.next()).toMatchObject({ cursor: expect.any(String) });
    await stream.stop();
  });
});

describe('the limits of documents', () => {
  test.each([
    ['cost', { cost: 499 }, document],
    ['depth', { depth: 3 }, document],
    ['aliases', { aliases: 2 }, 'subscription { a: notesAdded { b: cursor c: end } }'],
    ['tokens', { tokens: 100 }, `subscription { notesAdded { edges { node { ${'body '.repeat(100)} } } } }`],
  ])('a stream is limited like any document: %s', async (_, requestLimits, query) => {
    const { url } = await start({ requestLimits });
    expect(await refusal(url, await as('anna'), { query })).toEqual([400, 'QUERY_TOO_COMPLEX']);
  });

  test('the number of requests is limited, to which a stream adds one, however many its messages', async () => {
    stayInThisMinute();
    const { url, subscribe } = await start({ requestLimits: { perMinute: 2 } });
    const stream = subscribe<{ body: string }>(document, {}, await as('anna'));
    await stream.next();
    for (const body of ['a', 'b', 'c']) {
      await add('anna', body);
      expect(bodiesOf(await stream.nodes(1))).toEqual([body]);
    }
    const second = subscribe(document, { after: stream.cursor() }, await as('anna'));
    await second.next();
    expect(await refusal(url, await as('anna'))).toEqual([429, 'RATE_LIMITED']);
    const other = subscribe(document, {}, await as('ben'));
    await other.next();
    for (const one of [stream, second, other]) await one.stop();
  });
});
