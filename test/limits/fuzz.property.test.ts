import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { requestsOf } from '../support/fuzz.ts';
import { patience, runs } from '../support/property.ts';
import { type GeneratedRequest, generateRequest } from '../support/requests.ts';
import { setUp, setUpServer } from '../support/setUp.ts';

const { api } = await setUp({ config: { maxBodyBytes: 3_000_000, limits: { defaultSize: 5, maxSize: 20 } } });
const server = await setUpServer(api);

/** Codes of errors that a client can cause; all others would be faults of the server. */
const clientCodes = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'FORBIDDEN',
  'CONFLICT',
  'QUERY_TOO_COMPLEX',
  'PAYLOAD_TOO_LARGE',
  'RESPONSE_TOO_LARGE',
  'VALUE_NOT_REPRESENTABLE',
]);

/** Checks that an answer has data, or errors that name the client's mistake. */
async function checkAnswer(response: Response, sent: unknown): Promise<void> {
  const text = await response.text();
  const shown = () => `${JSON.stringify(sent).slice(0, 3000)}\n${response.status} ${text.slice(0, 3000)}`;
  const { data, errors = [] } = JSON.parse(text) as { data?: unknown; errors?: { extensions?: { code?: string } }[] };
  expect(data !== undefined || errors.length > 0, shown()).toBe(true);
  expect(response.status, shown()).toBeLessThan(500);
  for (const { extensions } of errors) expect(clientCodes.has(extensions?.code ?? 'none'), shown()).toBe(true);
}

const post = (body: BodyInit): [string, RequestInit] => {
  const headers = { 'content-type': 'application/json', accept: 'application/graphql-response+json' };
  return ['/graphql', { method: 'POST', headers, body }];
};
const get = ({ query, variables }: GeneratedRequest): [string, RequestInit] => [
  `/graphql?${new URLSearchParams({ query, variables: JSON.stringify(variables) })}`,
  { headers: { accept: 'application/graphql-response+json' } },
];

afterEach(() => {
  const { open, idle, waiting, counts } = api.pool.stats();
  expect({ idle, waiting, lost: counts.lost }).toEqual({ idle: open, waiting: 0, lost: 0 });
  expect(api.log.filter(({ level }) => level >= 50)).toEqual([]);
});

describe('every request is answered with data or with what was wrong with it', () => {
  test("documents that are mostly valid, with values that are mostly not, are answered with data or a client's error", {
    timeout: patience,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (g) => {
        const request = generateRequest(g, api.api.schema);
        const [path, init] = post(JSON.stringify(request));
        await checkAnswer(await api.app.fetch(`http://localhost${path}`, init), request);
      }),
      runs(requestsOf.documents),
    );
  });

  test("mostly valid documents at a socket are answered with data or a client's error, by GET too", {
    timeout: patience,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), fc.boolean(), async (g, byGet) => {
        const request = generateRequest(g, api.api.schema);
        // Node.js itself rejects longer URLs, without a body.
        const isShort = JSON.stringify(request).length < 2000;
        const [path, init] =
          byGet && isShort && request.query.startsWith('query') ? get(request) : post(JSON.stringify(request));
        // Server and client share a thread. If it stalls for longer than a connection is kept alive, the server closes
        // a connection that the client is about to use.
        const headers = { ...init.headers, connection: 'close' };
        await checkAnswer(await fetch(`http://127.0.0.1:${server.port}${path}`, { ...init, headers }), request);
      }),
      runs(requestsOf.atSocket),
    );
  });

  test("addresses that are no request are answered with a client's error", { timeout: patience }, async () => {
    const search = fc.dictionary(
      fc.constantFrom('query', 'variables', 'extensions', 'operationName', 'other'),
      fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.constant('{ __typename }')),
    );
    await fc.assert(
      fc.asyncProperty(search, async (params) => {
        const url = `http://localhost/graphql?${new URLSearchParams(params)}`;
        const headers = { accept: 'application/graphql-response+json' };
        await checkAnswer(await api.app.fetch(url, { headers }), params);
      }),
      runs(requestsOf.addresses),
    );
  });

  test("bodies that are no request are answered with a client's error", { timeout: patience }, async () => {
    const bodies = fc.oneof(
      fc.uint8Array(),
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc
        .record({
          query: fc.anything(),
          variables: fc.anything(),
          operationName: fc.anything(),
          extensions: fc.anything(),
        })
        .map((value) => JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item))),
    );
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        const [path, init] = post(body);
        await checkAnswer(await api.app.fetch(`http://localhost${path}`, init), body);
      }),
      runs(requestsOf.bodies),
    );
  });
});

test('bytes that are not HTTP end a connection, and the server continues', { timeout: patience }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1 }), async (bytes) => {
      const socket = connect(server.port, '127.0.0.1')
        .on('error', () => undefined)
        .resume();
      socket.end(bytes);
      await once(socket, 'close');
    }),
    runs(100),
  );
  expect((await fetch(`http://127.0.0.1:${server.port}/health/ready`)).status).toBe(200);
});

describe('large values', () => {
  const large = (length: number) => 'x'.repeat(length);
  const many = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item);
  const where = 'query ($w: DeviceWhere) { devices(where: $w) { totalCount } }';

  test.each([
    ['a text', where, { w: { serial: { eq: large(1_000_000) } } }],
    ['a pattern', where, { w: { serial: { like: '%a'.repeat(200_000) } } }],
    [
      'a number of a million digits',
      'query ($w: EventWhere) { events(where: $w) { totalCount } }',
      { w: { value: { eq: `${'1'.repeat(1_000_000)}x` } } },
    ],
    ['a list of values', where, { w: { serial: { in: many(200_000, 'a') } } }],
    [
      'as many conditions as a statement has parameters, and more',
      where,
      { w: { or: many(70_000, { serial: { eq: 'a' } }) } },
    ],
    [
      'conditions within conditions',
      where,
      { w: many(180, 0).reduce<object>((inner) => ({ not: inner }), { serial: { eq: 'a' } }) },
    ],
    [
      'an order by more columns than a statement has',
      'query ($o: [DeviceOrderBy!]) { devices(orderBy: $o) { nodes { serial } } }',
      { o: many(5000, { serial: 'ASC' }) },
    ],
    ['an id', 'query ($i: ID!) { node(id: $i) { id } }', { i: large(1_000_000) }],
    ['a cursor', 'query ($c: String) { devices(after: $c) { totalCount nodes { serial } } }', { c: large(1_000_000) }],
    ['the name of an operation', where, {}, large(1_000_000)],
  ])('a request with a large value is answered: %s', async (_, query, variables, operationName?: string) => {
    const [path, init] = post(JSON.stringify({ query, variables, operationName }));
    await checkAnswer(await api.app.fetch(`http://localhost${path}`, init), { query });
  });
});
