import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { snippetsOf } from '../clients/snippets.ts';
import { setUp } from '../support/setUp.ts';

const page = await readFile(new URL('../../docs/mcp.md', import.meta.url), 'utf8');
const text = snippetsOf(page).find(({ language }) => language === 'graphql')?.text ?? '';
const file = 'tools/OpenIncidents.graphql';

const { api } = await setUp({
  documents: [{ id: 'OpenIncidents', text, file }],
  config: { documents: { paths: [], persistedOnly: true, strict: true } },
});

const send = (query: string) =>
  api.app.fetch('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      variables: { first: 2 },
      query,
      extensions: { clientLibrary: { name: 'mcp', version: '1.0.0' } },
      operationName: 'OpenIncidents',
    }),
  });

test('the text that an MCP server sends from a file is answered', async () => {
  const response = await send(text);
  expect(await response.json()).toMatchObject({ data: { incidents: { nodes: [{}, {}] } } });
});

test('a text that an agent changed is refused', async () => {
  const response = await send(text.replace('severity', 'severity openedBy: incidentId'));
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'PERSISTED_DOCUMENT_REQUIRED' } }] });
});
