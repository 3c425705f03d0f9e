import { readdirSync, readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { snippetsOf } from '../clients/snippets.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const schema = buildSchema(read('schema.graphql'));

/** Documents on the sample's tables. Those of extending.md need its extensions, and those with a title other tables. */
const documents = readdirSync(new URL('docs', root))
  .filter((name) => name.endsWith('.md') && name !== 'extending.md')
  .flatMap((name) =>
    snippetsOf(read(`docs/${name}`))
      .filter(({ language, source }) => language === 'graphql' && source === '')
      .map(({ text }) => [name, text] as const),
  );

test('the pages have documents', () => expect(documents.length).toBeGreaterThan(50));

test.each(documents)('a document on the page %s fits the schema: %s', (_, text) => {
  expect(validate(schema, parse(text))).toEqual([]);
});
