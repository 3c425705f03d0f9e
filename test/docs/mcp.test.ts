import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { snippetsOf } from '../clients/snippets.ts';
import { setUp } from '../support/setUp.ts';

const page = await readFile(new URL('../../docs/mcp.md', import.meta.url), 'utf8');
const text = snippetsOf(page).find(({ language }) => language === 'graphql')?.text ?? '';
const id = createHash('sha256').update(text).digest('hex');

const { api } = await setUp({
  documents: [{ id, text, file: 'persisted-query-manifest.json' }],
  config: { documents: { paths: [], persistedOnly: true, strict: true } },
});

test('documents that an MCP server sends from a manifest are answered', async () => {
  const clientLibrary = { name: 'mcp', version: '1.0.0' };
  const response = await api.app.fetch('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      variables: { first: 2 },
      extensions: { persistedQuery: { version: 1, sha256Hash: id }, clientLibrary },
    }),
  });
  expect(await response.json()).toMatchObject({ data: { incidents: { nodes: [{}, {}] } } });
});
