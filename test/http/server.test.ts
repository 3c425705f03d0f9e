import { describe, expect, test } from 'vitest';
import { setUp } from '../support/setUp.ts';

const { api } = await setUp({ config: { corsOrigins: ['https://app.example'], maxBodyBytes: 2000 } });

const post = (body: string, headers: Record<string, string> = {}) =>
  api.app.fetch('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
    body,
  });

describe('health', () => {
  test('health is live and ready while the database answers', async () => {
    expect((await api.app.fetch('http://localhost/health/live')).status).toBe(200);
    expect((await api.app.fetch('http://localhost/health/ready')).status).toBe(200);
  });

  test('health reveals nothing about the database', async () => {
    const response = await api.app.fetch('http://localhost/health/ready');
    expect(await response.json()).toEqual({ status: 'ready' });
  });
});

describe('CORS', () => {
  const preflight = (origin: string) =>
    api.app.fetch('http://localhost/graphql', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
    });

  test('CORS allows the listed origins', async () => {
    const response = await preflight('https://app.example');
    expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example');
  });

  test('CORS lets pages read when to retry', async () => {
    const response = await post('{"query":"{ __typename }"}', { origin: 'https://app.example' });
    expect(response.headers.get('access-control-expose-headers')).toBe('Retry-After');
  });

  test('CORS rejects other origins', async () => {
    const response = await preflight('https://evil.example');
    expect(response.headers.get('access-control-allow-origin')).not.toBe('https://evil.example');
    expect(response.headers.get('access-control-allow-origin')).not.toBe('*');
  });
});

describe('bodies', () => {
  test('a body beyond the limit is a 413 with a code', async () => {
    const response = await post(JSON.stringify({ query: '{ __typename }', variables: { padding: 'x'.repeat(3000) } }));
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'PAYLOAD_TOO_LARGE' } }] });
  });

  test('a body that exceeds the limit while streaming is rejected, too', async () => {
    const chunks = new ReadableStream({
      pull(controller) {
        controller.enqueue(new TextEncoder().encode(' '.repeat(1000)));
      },
    });
    const response = await api.app.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: chunks,
      duplex: 'half',
    } as RequestInit);
    expect(response.status).toBe(413);
  });
});

test("clients' mistakes do not fill the log", async () => {
  const before = api.log.length;
  for (const body of ['{}', '{', '[]', '{"query":"{"}', '{"query":"{a}","id":"x"}', '{"id":"x"}', '{"query":5}'])
    await post(body);
  await api.app.fetch('http://localhost/graphql?query={__typename}&variables={');
  expect(api.log.slice(before).filter(({ level }) => level > 30)).toEqual([]);
});

describe('errors have codes and statuses', () => {
  const code = async (document: string, variables?: Record<string, unknown>) => {
    const { status, errors, data } = await api.send(document, variables);
    return { status, codes: errors?.map((error) => error.extensions?.['code']), data };
  };

  test('a document that does not parse is GRAPHQL_PARSE_FAILED', async () => {
    expect(await code('{ devices ')).toMatchObject({ status: 400, codes: ['GRAPHQL_PARSE_FAILED'] });
  });

  test('a field that does not exist is GRAPHQL_VALIDATION_FAILED', async () => {
    expect(await code('{ nothing }')).toMatchObject({ status: 400, codes: ['GRAPHQL_VALIDATION_FAILED'] });
  });

  test('a variable with a wrong value is BAD_USER_INPUT', async () => {
    expect(await code('query ($n: Int) { devices(first: $n) { totalCount } }', { n: 'x' })).toMatchObject({
      status: 400,
      codes: ['BAD_USER_INPUT'],
    });
  });

  test('an ambiguous operation is BAD_USER_INPUT', async () => {
    expect(await code('query A { __typename } query B { __typename }')).toMatchObject({
      status: 400,
      codes: ['BAD_USER_INPUT'],
    });
  });

  test('if a field fails, the other fields keep their data and the status is 200', async () => {
    expect(await code('{ sites(first: -1) { totalCount } devices { totalCount } }')).toEqual({
      status: 200,
      codes: ['BAD_USER_INPUT'],
      data: { sites: null, devices: { totalCount: 40 } },
    });
  });
});
