import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { snippetsOf } from '../clients/snippets.ts';

const root = new URL('../..', import.meta.url).pathname;

/** The calls that create a client of graphql-sse in the code of the pages. */
const clients = globSync('{*.md,{docs,examples}/**/*.md}', { cwd: root, exclude: ['**/node_modules'] })
  .flatMap((page) => snippetsOf(readFileSync(root + page, 'utf8')).map(({ text }) => [page, text] as const))
  .flatMap(([page, text]) => {
    const [, imported] = /import \{ createClient(?: as (\w+))?[^}]*\} from 'graphql-sse'/.exec(text) ?? [];
    const name = imported ?? (text.includes("from 'graphql-sse'") ? 'createClient' : null);
    return name === null
      ? []
      : [...text.matchAll(new RegExp(`\\b${name}\\([^)]*\\)`, 'g'))].map(([call]) => [page, call]);
  });

test('the pages create clients of graphql-sse', () => expect(clients.length).toBeGreaterThan(4));

test.each(clients)('a stream on the page %s is not retried from its first cursor: %s', (_, call) => {
  expect(call).toContain('retryAttempts: 0');
});
