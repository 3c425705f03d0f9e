import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ApolloClient, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { expect, test } from 'vitest';
import { readManifests } from '../../src/documents/manifest.ts';
import { appConfig } from '../support/config.ts';
import { setUp, setUpApi } from '../support/setUp.ts';

const manifests = new URL('manifests', import.meta.url).pathname;

const { entries } = await readManifests([manifests]);
const { database, api } = await setUp({ documents: entries });

/** Creates a client that sends hashes; `sent` records its requests. */
function createClient(options: { readonly useGETForHashedQueries?: boolean } = {}, { app } = api) {
  const sent: { method: string; url: string; body: string }[] = [];
  const fetch = (async (url: string, init: RequestInit) => {
    sent.push({ method: init.method ?? 'GET', url, body: String(init.body ?? '') });
    return app.fetch(url, init);
  }) as typeof globalThis.fetch;
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const link = new PersistedQueryLink({ sha256, ...options }).concat(
    new HttpLink({ uri: 'http://localhost/graphql', fetch }),
  );
  return { client: new ApolloClient({ link, cache: new InMemoryCache() }), sent };
}

const grid = gql(await readFile(`${manifests}/folder/DeviceGrid.graphql`, 'utf8'));

test.each([false, true])("Apollo's link runs a document by the hash in its manifest (by GET: %s)", async (isGet) => {
  const { client, sent } = createClient({ useGETForHashedQueries: isGet });
  const { data } = await client.query({ query: grid, variables: { offset: 30 } });
  expect(data).toMatchObject({ devices: { totalCount: 40, nodes: { length: 10 } } });
  expect(sent).toHaveLength(1);
  expect(sent[0]?.method).toBe(isGet ? 'GET' : 'POST');
  expect(sent[0]?.body + (sent[0]?.url ?? '')).not.toContain('GridRow');
});

/** Documents that are in no manifest. */
const unknown = ['A', 'B', 'C'].map((name) => gql(`query ${name} { devices(first: 1) { totalCount } }`));

test.each([false, true])("Apollo's link registers a document once (by GET: %s)", async (isGet) => {
  const on = await setUpApi(database.connection);
  const visit = async ({ client, sent }: ReturnType<typeof createClient>) => {
    const before = sent.length;
    for (const query of unknown) {
      const { data } = await client.query({ query, fetchPolicy: 'network-only' });
      expect(data).toEqual({ devices: { __typename: 'DeviceConnection', totalCount: 40 } });
    }
    return sent.length - before;
  };
  const browser = createClient({ useGETForHashedQueries: isGet }, on);
  const another = createClient({ useGETForHashedQueries: isGet }, on);
  expect([await visit(browser), await visit(browser), await visit(another)]).toEqual([6, 3, 3]);
});

test("if nothing can be registered, Apollo's link stops trying and runs the agreed documents", async () => {
  const config = { documents: { ...appConfig.documents, persistedOnly: true } };
  const { client, sent } = createClient({}, await setUpApi(database.connection, { documents: entries, config }));
  const refused = await client
    .query({ query: gql('query Unknown { sites(first: 1) { totalCount } }') })
    .catch((error: unknown) => error);
  expect(CombinedGraphQLErrors.is(refused) && refused.errors).toMatchObject([
    { extensions: { code: 'PERSISTED_DOCUMENT_REQUIRED' } },
  ]);
  for (const offset of [0, 10, 20]) {
    const { data } = await client.query({ query: grid, variables: { offset } });
    expect(data).toMatchObject({ devices: { totalCount: 40 } });
  }
  const hashes = sent.map(({ body }) => body.includes('sha256Hash'));
  expect(hashes).toEqual([true, false, false, false, false]);
});

test('the documents of all manifests run by their own ids', async () => {
  const { entries } = await readManifests([manifests]);
  expect(entries).toHaveLength(10);
  for (const { id, text } of entries) {
    const variables = { count: 5, serial: 'SN-000001' };
    const response = await api.app.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
      body: JSON.stringify({ documentId: id, variables }),
    });
    expect(await response.json(), text).toEqual({ data: expect.any(Object) });
  }
});
