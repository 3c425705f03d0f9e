import { getIntrospectionQuery, graphqlSync } from 'graphql';
import { expect, test, vi } from 'vitest';
import { createEmptyDatabase } from '../support/database.ts';
import { setUp } from '../support/setUp.ts';

const { api } = await setUp({
  database: createEmptyDatabase,
  prepare: `
    create schema events;
    do $$ begin
      for n in 1..150 loop
        execute format('create table events.item_%s (
          item_%1$s_id int primary key, other_id int references events.item_%s, at timestamptz, value numeric)', n, greatest(1, n - 1));
      end loop;
    end $$`,
  config: { requestLimits: { cost: 1000, bytes: 100_000 } },
});

const ask = (query: string, headers: Readonly<Record<string, string>> = {}) =>
  api.app.fetch('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });

const standard = getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true, oneOf: true });

test('introspection is never too expensive or too long, however many tables there are', async () => {
  const response = await ask(standard);
  const text = await response.text();
  expect(text.length).toBeGreaterThan(1_000_000);
  expect(JSON.parse(text).data.__schema.types.length).toBeGreaterThan(2000);
});

test.each([
  standard,
  '{ a: __schema { of: types { name } queryType { name interfaces { name } } } b: __typename }',
  '{ __schema { types { name } again: types { kind } } }',
  '{ __type(name: "Item1") { interfaces { name } possibleTypes { name } fields { name } } }',
  '{ __type(name: "IntWhere") { enumValues { name } inputFields { name } } __schema { types { name possibleTypes { name } } } }',
  '{ __schema { directives { name } } }',
])('execution in parts gives the same answer as execution at once: %#', async (query) => {
  const { schema } = api.api;
  expect(await (await ask(query)).json()).toEqual(JSON.parse(JSON.stringify(graphqlSync({ schema, source: query }))));
});

test('introspection is sent compressed to clients that accept gzip, and uncompressed to others', async () => {
  const compressed = await ask(standard, {
    'accept-encoding': 'gzip, br',
    accept: 'application/graphql-response+json',
  });
  expect(Object.fromEntries(compressed.headers)).toMatchObject({
    'content-type': 'application/graphql-response+json; charset=utf-8',
    'content-encoding': 'gzip',
  });
  const body = compressed.body?.pipeThrough(new DecompressionStream('gzip'));
  const plain = await ask(standard);
  expect(plain.headers.get('content-encoding')).toBeNull();
  const refusing = await ask(standard, { 'accept-encoding': 'br, gzip;q=0, *;q=0.5' });
  expect(refusing.headers.get('content-encoding')).toBeNull();
  const text = await plain.text();
  expect(text.length).toBeGreaterThan(1_000_000);
  expect(await new Response(body).text()).toBe(text);
});

test('introspection by GET has an ETag, like every answer', async () => {
  const url = `http://localhost/graphql?query=${encodeURIComponent('{ __type(name: "Item1") { name } }')}`;
  const first = await api.app.fetch(url, { headers: { 'accept-encoding': 'gzip' } });
  const again = await api.app.fetch(url, {
    headers: { 'accept-encoding': 'gzip', 'if-none-match': first.headers.get('etag') ?? '' },
  });
  expect([first.status, first.headers.get('content-encoding'), again.status]).toEqual([200, 'gzip', 304]);
});

test('the cached answer to introspection depends on the variables', async () => {
  const query = 'query ($name: String!) { __type(name: $name) { name } }';
  expect(await api.query(query, { name: 'Item1' })).toEqual({ __type: { name: 'Item1' } });
  expect(await api.query(query, { name: 'Item2' })).toEqual({ __type: { name: 'Item2' } });
});

test.each([
  [
    'in circles',
    '{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }',
  ],
  [
    'again and again',
    `{ ${Array.from({ length: 20 }, (_, i) => `a${i}: __schema { types { fields { args { name } } } }`).join(' ')} }`,
  ],
  ['next to rows', `{ item1s { totalCount } __schema { types { fields { args { name } } } } }`],
])('introspection %s is rejected', async (_, query) => {
  expect(await (await ask(query)).json()).toMatchObject({ errors: [{ extensions: { code: 'QUERY_TOO_COMPLEX' } }] });
});

test('the bytes of introspection count as in flight, however little it selects', async () => {
  const others = api.inFlight.open('others');
  others.add(256 * 2 ** 20);
  const asking = ask('{ __schema { types { name description } } }');
  await expect.poll(() => api.inFlight.waiting).toBe(1);
  others.release();
  expect((await asking).status).toBe(200);
});

test.each(['getQueryType', 'description'] as const)(
  'an introspection that fails unexpectedly runs again: %s',
  async (key) => {
    const broken = new Proxy(api.api.wholeSchema(), {
      get(schema, name) {
        if (name === key) throw new Error('a defect');
        const value: unknown = Reflect.get(schema, name);
        return typeof value === 'function' ? value.bind(schema) : value;
      },
    });
    vi.spyOn(api.api, 'wholeSchema').mockReturnValueOnce(broken);
    const query = `{ __schema { description queryType { ${key}: name } } }`;
    const failed = await ask(query, { accept: 'application/graphql-response+json' });
    expect(failed.status).toBe(500);
    const error = { message: 'Unexpected error', extensions: { code: 'INTERNAL_SERVER_ERROR' } };
    expect(await failed.json()).toMatchObject({ errors: [error] });
    expect(await (await ask(query)).json()).toEqual({
      data: { __schema: { description: null, queryType: { [key]: 'Query' } } },
    });
  },
);

test('an introspection with a wrong variable has a code', async () => {
  expect(await (await ask('query ($name: String!) { __type(name: $name) { name } }')).json()).toMatchObject({
    errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
  });
});
