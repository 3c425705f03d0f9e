import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { expect, test } from 'vitest';
import { readManifests } from '../../src/documents/manifest.ts';
import { setUp } from '../support/setUp.ts';

const manifests = new URL('manifests', import.meta.url).pathname;

const { entries } = await readManifests([manifests]);
const { api } = await setUp({ documents: entries });

/** A client that sends hashes, and all that it sent. */
function createClient(options: { readonly useGETForHashedQueries?: boolean } = {}) {
  const sent: { method: string; url: string; body: string }[] = [];
  const fetch = (async (url: string, init: RequestInit) => {
    sent.push({ method: init.method ?? 'GET', url, body: String(init.body ?? '') });
    return api.app.fetch(url, init);
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

test("Apollo's link sends a document that the manifest does not have after its hash", async () => {
  const { client, sent } = createClient();
  const query = gql('query Unknown { devices(first: 1) { totalCount } }');
  expect((await client.query({ query })).data).toMatchObject({ devices: { totalCount: 40 } });
  expect(sent.map(({ body }) => body.includes('"query"'))).toEqual([false, true]);
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
