import { type DocumentNode, GraphQLError } from 'graphql';
import { createSchema, createYoga, type Plugin } from 'graphql-yoga';
import { describe, expect, test } from 'vitest';
import { tooComplex } from '../../src/errors.ts';
import { createDocumentCache, useDocumentCache } from '../../src/http/useDocumentCache.ts';

const schema = createSchema({ typeDefs: 'type Query { a: Int b: Int c: Int }' });
const long = `{ ${'a '.repeat(40)}}`;

/** Creates a server that caches documents of up to this many tokens; `parsed` lists the texts that it parsed. */
function serve(maxTokens: number, refusal: Plugin = {}) {
  const parsed: string[] = [];
  const counting: Plugin = {
    onParse({ parseFn, setParseFn }) {
      setParseFn((source, options): DocumentNode => {
        parsed.push(String(source));
        return parseFn(source, options);
      });
    },
  };
  const yoga = createYoga({
    schema,
    logging: false,
    parserAndValidationCache: { documentCache: nothingKept, errorCache: nothingKept },
    plugins: [counting, useDocumentCache(createDocumentCache(maxTokens)), refusal],
  });
  const send = async (...texts: readonly string[]) => {
    parsed.length = 0;
    for (const query of texts) {
      const body = JSON.stringify({ query });
      await yoga.fetch('http://localhost/graphql', {
        ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body },
      });
    }
    return parsed;
  };
  return { send };
}

function refuse(): never {
  throw tooComplex('too dear');
}

const nothingKept = { get: () => undefined, set: () => {} };

test('the most recently used parsed documents are kept, up to a number of tokens', async () => {
  const { send } = serve(30);
  expect(await send('{ a }', '{ b }', '{ a }', '{ b }')).toEqual(['{ a }', '{ b }']);
  expect(await send('{ a }', '{ c }')).toEqual(['{ c }']);
  expect(await send('{ a }', '{ c }', '{ b }')).toEqual(['{ b }']);
});

test.each([
  ['many tokens', long],
  ['many comments', `{ b } ${'#\n'.repeat(40)}`],
  ['a long comment', `{ b } #${'x'.repeat(6000)}`],
])('a document that would evict all others is not kept: %s', async (_, text) => {
  const { send } = serve(40);
  expect(await send('{ a }', text, text, '{ a }')).toEqual(['{ a }', text, text]);
});

describe('rejected documents', () => {
  test.each<{ readonly by: string; readonly text: string; readonly refusal?: Plugin }>([
    { by: 'the parser', text: '{ a' },
    { by: 'validation', text: '{ d }' },
    {
      by: 'its shape',
      text: '{ a }',
      refusal: { onValidate: ({ setResult }) => setResult([new GraphQLError('too deep')]) },
    },
    { by: 'its price', text: '{ a }', refusal: { onValidate: refuse } },
  ])('a document that was rejected by $by is not kept', async ({ text, refusal }) => {
    const { send } = serve(1000, refusal);
    expect(await send(text, text)).toEqual([text, text]);
  });
});
