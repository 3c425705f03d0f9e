import { readFile } from 'node:fs/promises';
import { buildSchema, parse, validate } from 'graphql';
import { expect, test } from 'vitest';

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
const schema = buildSchema(await read('schema.graphql'));
const page = await read('docs/migration.md');

/** The complete documents in the right column of the tables. */
const documents = [...page.matchAll(/^\| `.*? \| (.*) \|$/gm)].flatMap(([, cell = '']) =>
  [...cell.matchAll(/`((?:\{|query |mutation |subscription )[^`]*)`/g)].map(([, document = '']) => document),
);

test('the page has documents of every kind', () => {
  for (const kind of ['{', 'query', 'mutation', 'subscription'])
    expect(documents.filter((document) => document.startsWith(kind))).not.toEqual([]);
});

test.each([...new Set(documents)])('%s fits the schema', (document) => {
  expect(validate(schema, parse(document))).toEqual([]);
});
