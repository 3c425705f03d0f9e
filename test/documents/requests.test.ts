import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { DefinitionNode } from 'graphql';
import { Kind, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../src/documents/store.ts';
import { createTestApi, type TestApi } from '../support/api.ts';
import { runs } from '../support/property.ts';
import { setUp, setUpApi, setUpIssuer } from '../support/setUp.ts';

const file = 'test.json';
const devices =
  'query Devices($first: Int = 2) { devices(first: $first, orderBy: [{ serial: ASC }]) { nodes { serial } } }';
const two = 'query A { devices(first: 1) { totalCount } } query B { sites(first: 1) { totalCount } }';
const invalid = '{ nothing }';
const unreadable = '{ ';
const mutation = 'mutation M { __typename }';
const md5 = createHash('md5').update(devices).digest('hex');
const documents = [
  { id: md5, text: devices, file },
  { id: `sha256:${sha256(devices)}`, text: devices, file },
  { id: 'two', text: two, file },
  { id: 'invalid', text: invalid, file },
  { id: 'unreadable', text: unreadable, file },
  { id: 'rename', text: mutation, file },
];

const issuer = await setUpIssuer();
const { database, api } = await setUp({ documents });

const graphqlJson = 'application/graphql-response+json';
const endpoint = 'http://localhost/graphql';

interface Sent {
  readonly accept?: string;
  readonly headers?: Record<string, string>;
  readonly on?: TestApi;
}

const post = async (body: unknown, { accept = graphqlJson, headers, on = api }: Sent = {}) =>
  on.app.fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, ...headers },
    body: JSON.stringify(body),
  });

const get = async (rest: string, { accept = graphqlJson, headers, on = api }: Sent = {}) =>
  on.app.fetch(`${endpoint}${rest}`, { headers: { accept, ...headers } });

/** Returns the headers of a caller with these roles. */
const as = async (...roles: string[]) => ({ authorization: `Bearer ${await issuer.sign({ roles })}` });

const data = { devices: { nodes: [{ serial: 'SN-000001' }, { serial: 'SN-000002' }] } };

/** Returns the data, or the status and the first error's code. */
async function answer(sent: Promise<Response>) {
  const response = await sent;
  const { data, errors } = await response.json();
  return errors ? { status: response.status, code: errors[0].extensions.code } : data;
}

const hash = sha256(devices);
const apollo = { extensions: { persistedQuery: { version: 1, sha256Hash: hash } } };

describe('a document runs by its id', () => {
  test.each([
    ['documentId, with its prefix', { documentId: `sha256:${hash}` }],
    ['documentId, the hash alone', { documentId: hash }],
    ['documentId, as in the manifest', { documentId: md5 }],
    ["Relay's doc_id", { doc_id: md5 }],
    ["Relay's id", { id: md5 }],
    ["Apollo's extension", apollo],
    ['two names of one id', { id: md5, documentId: md5 }],
    ['with the document', { documentId: md5, query: devices }],
    ["with the document, in Apollo's form", { ...apollo, query: devices }],
    ['an empty operationName', { documentId: md5, operationName: '' }],
  ])('a document runs by its id in a POST: %s', async (_, body) => {
    expect(await answer(post(body))).toEqual(data);
  });

  test.each([
    ['documentId', `?documentId=sha256:${hash}`],
    ['documentId, encoded', `?documentId=sha256%3A${hash}`],
    ['the path', `/sha256:${hash}`],
    ['the path, encoded', `/sha256%3A${hash}`],
    ['the path, as in the manifest', `/${md5}`],
    ["Relay's doc_id", `?doc_id=${md5}`],
    ["Apollo's extension", `?extensions=${encodeURIComponent(JSON.stringify(apollo.extensions))}`],
    ['an empty operationName', `/${md5}?operationName=`],
  ])('a document runs by its id in a GET: %s', async (_, rest) => {
    expect(await answer(get(rest))).toEqual(data);
  });

  test('a document runs by its id with its variables', async () => {
    const one = { devices: { nodes: [{ serial: 'SN-000001' }] } };
    expect(await answer(post({ documentId: md5, variables: { first: 1 } }))).toEqual(one);
    expect(await answer(get(`/${md5}?variables=${encodeURIComponent('{"first":1}')}`))).toEqual(one);
  });

  test('a document runs by its id and the name of one of its operations', async () => {
    expect(await answer(post({ documentId: 'two', operationName: 'A' }))).toEqual({ devices: { totalCount: 40 } });
    expect(await answer(post({ documentId: 'two' }))).toEqual({ status: 400, code: 'BAD_USER_INPUT' });
  });

  test('a document that runs by its id is neither parsed nor validated again', async () => {
    const own = await createTestApi(database.connection, { documents: [{ id: 'own', text: '{ __typename }', file }] });
    const document = own.api.documents.find('own')?.document;
    const definitions = document?.definitions as DefinitionNode[];
    // A server that parsed again would not see this change, and one that validated again would reject the fragment.
    definitions.splice(0, 1, ...parse('{ changed: __typename }').definitions);
    definitions.push(...parse('fragment Unused on Query { nothing }').definitions);
    expect(definitions.map(({ kind }) => kind)).toEqual([Kind.OPERATION_DEFINITION, Kind.FRAGMENT_DEFINITION]);
    expect(await answer(post({ documentId: 'own' }, { on: own }))).toEqual({ changed: 'Query' });
    await own.close();
  });
});

describe('errors, by media type', () => {
  const apolloUnknown = { extensions: { persistedQuery: { version: 1, sha256Hash: sha256('x') } } };

  test.each([
    ['an unknown id', { documentId: 'nowhere' }, 'PERSISTED_DOCUMENT_NOT_FOUND', 404, 200],
    ['an unknown hash', { documentId: `sha256:${sha256('x')}` }, 'PERSISTED_DOCUMENT_NOT_FOUND', 404, 200],
    ["an unknown hash in Apollo's form", apolloUnknown, 'PERSISTED_QUERY_NOT_FOUND', 404, 200],
    ['an invalid document', { documentId: 'invalid' }, 'PERSISTED_DOCUMENT_INVALID', 400, 200],
    ['a document that does not parse', { documentId: 'unreadable' }, 'PERSISTED_DOCUMENT_INVALID', 400, 200],
    ['a document that is not that of the id', { documentId: md5, query: '{ a }' }, 'BAD_USER_INPUT', 400, 400],
    ['a document that is not that of the hash', { ...apolloUnknown, query: '{ a }' }, 'BAD_USER_INPUT', 400, 400],
    ['an unknown id that cannot be checked', { id: 'x', query: '{ a }' }, 'PERSISTED_DOCUMENT_NOT_FOUND', 404, 200],
    ['two ids', { documentId: md5, id: 'two' }, 'BAD_USER_INPUT', 400, 400],
    ['an invalid id', { documentId: 5 }, 'BAD_USER_INPUT', 400, 400],
    ['an empty id', { documentId: '' }, 'BAD_USER_INPUT', 400, 400],
    ['an invalid persistedQuery', { extensions: { persistedQuery: { version: 2 } } }, 'BAD_USER_INPUT', 400, 400],
    ['neither id nor document', {}, 'BAD_USER_INPUT', 400, 200],
  ])('%s', async (_, body, code, status, jsonStatus) => {
    expect(await answer(post(body))).toEqual({ status, code });
    expect(await answer(post(body, { accept: 'application/json' }))).toEqual({ status: jsonStatus, code });
  });

  test("Apollo's message is the one that its link expects", async () => {
    const body = await (await post(apolloUnknown)).json();
    expect(body).toMatchObject({ errors: [{ message: 'PersistedQueryNotFound' }] });
  });

  test('a document that is no longer in a manifest runs by its hash if any document may run', async () => {
    const query = '{ __typename }';
    const extensions = { persistedQuery: { version: 1, sha256Hash: sha256(query) } };
    expect(await answer(post({ query, extensions }))).toEqual({ __typename: 'Query' });
    expect(await answer(post({ query, documentId: `sha256:${sha256(query)}` }))).toEqual({ __typename: 'Query' });
    // The previous request registered it for Apollo's link.
    expect(await answer(post({ extensions }))).toEqual({ __typename: 'Query' });
    expect(await answer(post({ documentId: sha256(query) }))).toMatchObject({ code: 'PERSISTED_DOCUMENT_NOT_FOUND' });
  });

  test('the log, but not the client, learns why a document does not fit', async () => {
    const body = await (await post({ documentId: 'invalid' })).text();
    expect(body).not.toMatch(/Cannot query|nothing/);
    expect(api.log).toContainEqual(
      expect.objectContaining({
        msg: 'Persisted documents do not fit the schema',
        documents: expect.arrayContaining([
          { ids: ['invalid'], problems: ['Cannot query field "nothing" on type "Query".'] },
        ]),
      }),
    );
    expect(api.log).toContainEqual(expect.objectContaining({ documents: 5, invalidDocuments: 2 }));
  });

  test.each(['/rename', '?documentId=rename'])('a mutation by GET %s is a 405', async (rest) => {
    const response = await get(rest);
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
    expect((await get(rest, { accept: 'application/json' })).status).toBe(405);
  });

  test.each(['/%', '/a/b'])('the path %s names no document', async (rest) => {
    expect([400, 404]).toContain((await get(rest)).status);
  });
});

describe('whatever is sent as an id', () => {
  const id = fc.oneof(
    fc.constantFrom(md5, 'two', 'nowhere', sha256(devices), sha256('{ __typename }'), '__proto__', ''),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.jsonValue({ maxDepth: 1 }),
  );
  const text = fc.oneof(fc.constantFrom(devices, two, '{ __typename }', '{', ''), fc.jsonValue({ maxDepth: 1 }));
  const extensions = fc.oneof(
    fc.record({ persistedQuery: fc.record({ version: fc.constantFrom(1, 2), sha256Hash: id }, { requiredKeys: [] }) }),
    fc.record({ persistedQuery: fc.jsonValue({ maxDepth: 1 }) }),
    fc.jsonValue({ maxDepth: 1 }),
  );
  const body = fc.record(
    { documentId: id, doc_id: id, id, query: text, extensions, operationName: text },
    { requiredKeys: [] },
  );
  const classified = expect.stringMatching(/^(BAD_USER_INPUT|(GRAPHQL|PERSISTED)_[A-Z_]+)$/);

  async function isAnswered(response: Response) {
    const { data, errors = [] } = await response.json();
    expect(response.status).toBeLessThan(500);
    expect(response.status === 200).toBe(data !== undefined);
    for (const { extensions } of errors) expect(extensions.code).toEqual(classified);
  }

  test('whatever is sent as an id by POST is answered with data or a code', async () => {
    await fc.assert(
      fc.asyncProperty(body, async (sent) => isAnswered(await post(sent))),
      runs(400),
    );
  });

  test('whatever is sent as an id by GET is answered with data or a code', async () => {
    // A URL drops these, so that its path is another.
    const segments = fc.webSegment().filter((segment) => !/^(\.|%2e){1,2}$/i.test(segment));
    await fc.assert(
      fc.asyncProperty(body, segments, async (sent, segment) => {
        const values = Object.entries(sent).map(([name, value]): [string, string] => [
          name,
          typeof value === 'string' ? value : JSON.stringify(value),
        ]);
        await isAnswered(await get(`/${segment}?${new URLSearchParams(values)}`));
      }),
      runs(400),
    );
  });
});

describe("documents that Apollo's link registers", async () => {
  const config = { auth: issuer.config, documents: { paths: [], persistedOnly: false, strict: false } };
  const on = await setUpApi(database.connection, { documents, config });
  const caller = async (sub: string, ...roles: string[]) => ({
    on,
    headers: { authorization: `Bearer ${await issuer.sign({ oid: sub, sub, roles: ['Events.Read', ...roles] })}` },
  });
  const hashOf = (query: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: sha256(query) } } });
  const register = (query: string, sent: Sent) => answer(post({ query, ...hashOf(query) }, sent));
  const unknown = { status: 404, code: 'PERSISTED_QUERY_NOT_FOUND' };
  const long = (name: string) => `{ ${name}: __typename } # ${'x'.repeat(60_000)}`;

  test('registered documents can be used by everyone who may send them, by GET too', async () => {
    const query = '{ known: __typename }';
    await register(query, await caller('first'));
    expect(await answer(post(hashOf(query), await caller('second')))).toEqual({ known: 'Query' });
    const rest = `?extensions=${encodeURIComponent(JSON.stringify(hashOf(query).extensions))}`;
    expect(await answer(get(rest, await caller('second')))).toEqual({ known: 'Query' });
  });

  test("registered documents only evict the same caller's, the least recently used first", async () => {
    await register('{ other: __typename }', await caller('quiet'));
    for (const name of ['a', 'b', 'c']) await register(long(name), await caller('loud'));
    expect(await answer(post(hashOf(long('a')), await caller('quiet')))).toEqual({ a: 'Query' });
    for (const name of ['d', 'e']) await register(long(name), await caller('loud'));
    expect(await answer(post(hashOf(long('b')), await caller('quiet')))).toEqual(unknown);
    expect(await answer(post(hashOf(long('e')), await caller('quiet')))).toEqual({ e: 'Query' });
    expect(await answer(post(hashOf('{ other: __typename }'), await caller('loud')))).toEqual({ other: 'Query' });
  });

  test('registered documents are limited in number and size', async () => {
    const names = Array.from({ length: 500 }, (_, i) => `{ f${i}: __typename }`);
    for (const query of names) await register(query, await caller('many'));
    const found = await Promise.all(
      names.map(async (query) => 'status' in (await answer(post(hashOf(query), await caller('many'))))),
    );
    expect(found.filter((isUnknown) => !isUnknown).length).toBeLessThan(400);
    expect(found.at(-1)).toBe(false);
  });

  test('registered documents give no one more permissions', async () => {
    const rename = 'mutation { __typename }';
    await register(rename, await caller('writer', 'Events.Write'));
    expect(await answer(post(hashOf(rename), await caller('reader')))).toEqual({ status: 403, code: 'FORBIDDEN' });
    expect(
      (
        await get(
          `?extensions=${encodeURIComponent(JSON.stringify(hashOf(rename).extensions))}`,
          await caller('writer', 'Events.Write'),
        )
      ).status,
    ).toBe(405);
  });

  test('registered documents with a wrong hash are not kept', async () => {
    const lie = { query: '{ lie: __typename }', ...hashOf('{ truth: __typename }') };
    expect(await answer(post(lie, await caller('liar')))).toEqual({ status: 400, code: 'BAD_USER_INPUT' });
    expect(await answer(post(hashOf('{ truth: __typename }'), await caller('liar')))).toEqual(unknown);
  });
});

describe('caches', () => {
  test('an answer to a GET has an ETag, with which it is revalidated', async () => {
    const first = await get(`/${md5}`);
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]{43}"$/);
    expect(first.headers.get('cache-control')).toBe('no-cache');
    expect(first.headers.get('vary')).toBe('Accept');
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await get(`/${md5}`, { headers: { 'if-none-match': known } });
      expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag]);
    }
    expect((await get(`/${md5}`, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
    expect((await get(`/${md5}`, { accept: 'application/json' })).headers.get('etag')).not.toBe(etag);
  });

  test('a document that is sent with its id is cached the same way', async () => {
    expect((await get(`?query=${encodeURIComponent('{ __typename }')}`)).headers.get('etag')).not.toBeNull();
  });

  test('an answer for a caller is private to that caller', async () => {
    const on = await createTestApi(database.connection, { documents, config: { auth: issuer.config } });
    const response = await get(`/${md5}`, { on, headers: await as('Events.Read') });
    expect(response.headers.get('cache-control')).toBe('private, no-cache');
    expect(response.headers.get('vary')).toBe('Accept, Authorization');
    await on.close();
  });

  test.each(['/nowhere', '/rename', '?query={a}', `/${md5}?variables={"first":-1}`])(
    'an error is not stored: %s',
    async (rest) => {
      const response = await get(rest);
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(response.headers.get('etag')).toBeNull();
    },
  );

  test('an answer to a POST is not stored', async () => {
    const { headers } = await post({ documentId: md5 });
    expect([headers.get('etag'), headers.get('cache-control')]).toEqual([null, 'no-store']);
  });

  test('Cache-Control is configurable; for callers it omits what shared caches may keep, and CORS keeps its Vary', async () => {
    const config = {
      cacheControl: 'public, s-maxage=60, max-age=10',
      corsOrigins: ['https://a.example', 'https://b.example'],
    };
    const on = await createTestApi(database.connection, { documents, config });
    const headers = { origin: 'https://a.example' };
    const open = await get(`/${md5}`, { on, headers });
    expect(open.headers.get('cache-control')).toBe('public, s-maxage=60, max-age=10');
    expect(open.headers.get('vary')).toBe('Origin, Accept');
    await on.close();
    const closed = await createTestApi(database.connection, { documents, config: { ...config, auth: issuer.config } });
    const own = await get(`/${md5}`, { on: closed, headers: { ...headers, ...(await as('Events.Read')) } });
    expect(own.headers.get('cache-control')).toBe('private, max-age=10');
    expect(own.headers.get('access-control-allow-origin')).toBe('https://a.example');
    await closed.close();
  });
});

describe('persisted documents only', async () => {
  const config = { documents: { paths: [], persistedOnly: true, strict: false } };
  const open = await setUpApi(database.connection, { documents, config });
  const closed = await setUpApi(database.connection, { documents, config: { ...config, auth: issuer.config } });

  const introspection = { query: '{ __schema { queryType { name } } }' };
  const refused = { status: 403, code: 'PERSISTED_DOCUMENT_REQUIRED' };

  test.each([
    ['nobody', null],
    ['a caller who may read and write', ['Events.Read', 'Events.Write']],
  ])('%s runs persisted documents and no other', async (_, roles) => {
    const sent = roles ? { on: closed, headers: await as(...roles) } : { on: open };
    expect(await answer(post({ documentId: md5 }, sent))).toEqual(data);
    expect(await answer(post({ documentId: md5, query: devices }, sent))).toEqual(data);
    expect(await answer(post({ query: '{ __typename }' }, sent))).toEqual(refused);
    expect(await answer(get('?query={__typename}', sent))).toEqual(refused);
    expect(await answer(post(introspection, sent))).toEqual(refused);
    expect(await answer(post({ query: '{ __typename }', documentId: sha256('{ __typename }') }, sent))).toEqual(
      refused,
    );
    expect(await answer(post({ query: '{ a' }, sent))).toEqual(refused);
    expect(await answer(post({ query: devices }, sent))).toEqual(data);
    expect(await answer(post(introspection, { ...sent, accept: 'application/json' }))).toEqual({
      ...refused,
      status: 200,
    });
  });

  test('a caller who may explore runs any document', async () => {
    const sent = { on: closed, headers: await as('Events.Read', 'Events.Explore') };
    expect(await answer(post(introspection, sent))).toEqual({ __schema: { queryType: { name: 'Query' } } });
    expect(await answer(post({ documentId: md5 }, sent))).toEqual(data);
  });
});

test('when the schema changes, documents are validated anew', async () => {
  const text = '{ notes { nodes { body } } }';
  const on = await createTestApi(database.connection, { documents: [{ id: 'notes', text, file }] });
  expect(await answer(post({ documentId: 'notes' }, { on }))).toMatchObject({ code: 'PERSISTED_DOCUMENT_INVALID' });
  await database.admin('create table events.note (note_id int primary key, body text)');
  await database.admin(`grant select on events.note to ${database.connection.user}`);
  await on.served.check();
  expect(await answer(post({ documentId: 'notes' }, { on }))).toEqual({ notes: { nodes: [] } });
  await on.close();
});

test('with STRICT_DOCUMENTS, there is no API if a document does not fit', async () => {
  const config = { documents: { paths: [], persistedOnly: false, strict: true } };
  await expect(createTestApi(database.connection, { documents, config })).rejects.toThrow(
    'STRICT_DOCUMENTS: 2 of 5 persisted documents do not fit the schema',
  );
});
