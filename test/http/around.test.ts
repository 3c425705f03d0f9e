import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createYoga, createSchema as yogaSchema } from 'graphql-yoga';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { createErrorMask } from '../../src/http/clientErrors.ts';
import { clientAddress } from '../../src/http/origin.ts';
import { limitRate } from '../../src/http/rateLimit.ts';
import { useAdmission } from '../../src/http/useAdmission.ts';
import { setUp, setUpServer } from '../support/setUp.ts';

const { api } = await setUp({ config: { corsOrigins: ['https://app.example'], graphiql: true, maxBodyBytes: 2000 } });
const timeouts = { headersTimeout: 100, requestTimeout: 200, connectionsCheckingInterval: 20 };
const server = await setUpServer(api, timeouts);

const endpoint = 'http://localhost/graphql';
const json = { 'content-type': 'application/json' };
const query = '{"query":"{ __typename }"}';
const post = (headers: Record<string, string> = {}, body = query) =>
  api.app.fetch(endpoint, { method: 'POST', headers: { ...json, ...headers }, body });
const get = (headers: Record<string, string> = {}, search = '?query={__typename}') =>
  api.app.fetch(endpoint + search, { headers });
const codeOf = async (response: Response) => {
  const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
  return errors.map((error) => error.extensions.code);
};

describe('pages of other origins', () => {
  const foreign = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };

  test('pages of other origins can send no request, whatever the method', async () => {
    const sibling = { ...foreign, 'sec-fetch-site': 'same-site' };
    for (const response of [await post(foreign), await get(foreign), await post(sibling), await get(sibling)]) {
      expect(response.status).toBe(403);
      expect(await codeOf(response)).toEqual(['FORBIDDEN']);
    }
  });

  test('pages of other origins can send requests if CORS_ORIGINS lists their origin', async () => {
    const named = { ...foreign, 'sec-fetch-mode': 'cors', origin: 'https://app.example' };
    expect((await post(named)).status).toBe(200);
    expect((await get(named)).status).toBe(200);
    expect((await post({ ...named, origin: 'https://app.example.evil' })).status).toBe(403);
  });

  test("this server's pages and clients without a page do not count as another origin", async () => {
    for (const site of ['same-origin', 'none']) expect((await post({ 'sec-fetch-site': site })).status).toBe(200);
  });

  test('pages of other origins can link to GraphiQL and to a query', async () => {
    const followed = { ...foreign, 'sec-fetch-mode': 'navigate' };
    expect((await get({ ...followed, accept: 'text/html' }, '')).status).toBe(200);
    expect((await get(followed)).status).toBe(200);
  });

  test('pages of other origins cannot send a form, for which browsers send no preflight', async () => {
    const response = await post({ 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }, 'query={a}');
    expect(response.status).toBe(400);
    expect(await codeOf(response)).toEqual(['BAD_USER_INPUT']);
    expect((await post({ 'content-type': 'text/plain' })).status).toBe(415);
    expect((await post({ 'content-type': 'multipart/form-data; boundary=x' })).status).toBe(415);
  });
});

describe('the body of a request', () => {
  test.each(['APPLICATION/JSON', 'Application/Json; Charset=UTF-8', 'application/json ;charset=utf-8'])(
    'a body is JSON by any spelling of its type: %s',
    async (type) => {
      const response = await post({ 'content-type': type });
      expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
    },
  );

  test.each(['gzip', 'br', 'gzip, identity'])('a body in another encoding is rejected: %s', async (encoding) => {
    const response = await post({ 'content-encoding': encoding });
    expect(response.status).toBe(415);
    expect(response.headers.get('accept-encoding')).toBe('identity');
    expect(await codeOf(response)).toEqual(['BAD_USER_INPUT']);
    expect((await post({ 'content-encoding': 'identity' })).status).toBe(200);
  });

  test('a body that is not UTF-8 is rejected, because broken bytes would be stored as other characters', async () => {
    const bytes = Buffer.concat([
      Buffer.from(query.slice(0, 12)),
      Buffer.from([0xc3, 0x28]),
      Buffer.from(query.slice(12)),
    ]);
    const stream = new Blob([bytes]).stream();
    for (const body of [bytes, stream]) {
      const init = { method: 'POST', headers: json, body, duplex: 'half' };
      const response = await api.app.fetch(endpoint, init as RequestInit);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ errors: [{ message: 'The body is not UTF-8' }] });
    }
  });

  test.each(['', '{', 'null', '"a"', '1', '12345678901234567890', 'NaN', '{"query":"{a}"} x'])(
    'a body that is not a JSON object is rejected: %s',
    async (body) => {
      const response = await post({}, body);
      expect(response.status).toBe(400);
      expect(await codeOf(response)).toEqual(['BAD_USER_INPUT']);
    },
  );
});

test('several documents in one request are rejected', async () => {
  const response = await post({}, `[${query},${query}]`);
  expect(response.status).toBe(400);
  expect(await codeOf(response)).toEqual(['BAD_USER_INPUT']);
});

describe('security headers', () => {
  const strict = {
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  };
  const headersOf = (response: Response) =>
    Object.fromEntries(Object.keys(strict).map((name) => [name, response.headers.get(name)]));

  test.each([
    ['data', () => post()],
    ['errors', () => post({}, '{"query":"{ nothing }"}')],
    ['a rejection', () => post({}, 'x'.repeat(3000))],
    ['a probe', () => api.app.fetch('http://localhost/health/live')],
    ['an address without a page', () => api.app.fetch('http://localhost/nothing')],
  ])('security headers are on %s', async (_, send) => {
    expect(headersOf(await send())).toEqual(strict);
  });

  test('security headers leave GraphiQL its own policy', async () => {
    const headers = headersOf(await get({ accept: 'text/html' }, ''));
    expect(headers).toMatchObject({ 'referrer-policy': 'no-referrer', 'cache-control': 'no-cache' });
    expect(headers['content-security-policy']).toContain("script-src 'self'");
  });
});

describe('a client at a socket', () => {
  /** Writes to a connection; resolves with everything that the server answers until it closes it. */
  async function exchange(write: (socket: Socket) => void): Promise<string> {
    const socket = connect(server.port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString();
    });
    socket.on('error', () => undefined); // it may be reset while it still writes
    write(socket);
    await once(socket, 'close');
    return answer;
  }

  test('a client that never ends its headers is disconnected', async () => {
    expect(await exchange((socket) => socket.write('POST /graphql HTTP/1.1\r\nhost: x\r\n'))).toMatch(/^HTTP\/1.1 408/);
  });

  test('a client that never ends its body is disconnected', async () => {
    const headers = 'host: x\r\ncontent-type: application/json\r\ncontent-length: 1000';
    const answer = await exchange((socket) => socket.write(`POST /graphql HTTP/1.1\r\n${headers}\r\n\r\n{"query"`));
    expect(answer).toMatch(/^HTTP\/1.1 408/);
  });

  test('a client that sends too many headers gets a clear error', async () => {
    const answer = await exchange((socket) =>
      socket.write(`GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n`),
    );
    expect(answer).toMatch(/^HTTP\/1.1 431/);
  });

  test('a client that announces two lengths is rejected', async () => {
    const headers = 'host: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked';
    const answer = await exchange((socket) => socket.write(`POST /graphql HTTP/1.1\r\n${headers}\r\n\r\n`));
    expect(answer).toMatch(/^HTTP\/1.1 400/);
  });

  test('a client that sends an invalid host gets a clear error without a stack trace', async () => {
    for (const host of ['[bad', 'a b', 'x:99999', '%']) {
      const head = `GET /graphql?query={__typename} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`;
      const answer = await exchange((socket) => socket.write(head));
      expect(answer).toMatch(/^HTTP\/1.1 400/);
      expect(answer).not.toMatch(/^ +at /m);
    }
  });

  test('a client that requests something other than a path gets a clear error without a stack trace', async () => {
    for (const target of ['GET http://x:1/graphql', 'OPTIONS *']) {
      const answer = await exchange((socket) =>
        socket.write(`${target} HTTP/1.1\r\nhost: x:1\r\nconnection: close\r\n\r\n`),
      );
      expect(answer).toMatch(/^HTTP\/1.1 400/);
      expect(answer).not.toMatch(/^ +at /m);
    }
  });

  const chunked = (body: string) =>
    `POST /graphql HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n` +
    `transfer-encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;

  test('a client that does not announce its body is read as far as the limit', async () => {
    expect(await exchange((socket) => socket.write(chunked(query)))).toMatch(/{"data":{"__typename":"Query"}}/);
    const answer = await exchange((socket) => socket.write(chunked(`{"query":"${' '.repeat(3000)}"}`)));
    expect(answer).toMatch(/^HTTP\/1.1 413.*PAYLOAD_TOO_LARGE/s);
  });
});

describe('the rate limit', () => {
  const clock = { time: 90_000 };
  const limited = (caller?: { id: string }) =>
    createYoga({
      schema: yogaSchema({ typeDefs: 'type Query { a: Int }' }),
      logging: false,
      maskedErrors: { maskError: createErrorMask(pino({ level: 'silent' })) },
      plugins: [
        { onRequest: ({ serverContext }) => void Object.assign(serverContext, { caller }) },
        useAdmission('/graphql', [limitRate({ perMinute: 2, proxies: 1, now: () => clock.time })], () => undefined),
      ],
    });
  const ask = (app: ReturnType<typeof limited>, address: string) =>
    app.fetch(endpoint, {
      method: 'POST',
      headers: { ...json, 'x-forwarded-for': address },
      body: '{"query":"{ a }"}',
    });

  test('the rate limit allows each address its number of requests per minute, and says when to retry', async () => {
    const app = limited();
    for (const address of ['1.1.1.1', '1.1.1.1', '2.2.2.2', '2.2.2.2'])
      expect((await ask(app, address)).status).toBe(200);
    const refused = await ask(app, '9.9.9.9, 1.1.1.1');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('30');
    expect(await codeOf(refused)).toEqual(['RATE_LIMITED']);
    clock.time += 30_000;
    expect((await ask(app, '1.1.1.1')).status).toBe(200);
  });

  test('the rate limit counts callers if there are any', async () => {
    const app = limited({ id: 'somebody' });
    const statuses = [];
    for (const address of ['1.1.1.1', '2.2.2.2', '3.3.3.3']) statuses.push((await ask(app, address)).status);
    expect(statuses).toEqual([200, 200, 429]);
  });

  test("the rate limit believes only the trusted proxies' entries in X-Forwarded-For", () => {
    const headers = new Headers({ 'x-forwarded-for': 'forged, 1.1.1.1, 10.0.0.1' });
    expect(clientAddress(headers, '10.0.0.2', 0)).toBe('10.0.0.2');
    expect(clientAddress(headers, '10.0.0.2', 1)).toBe('10.0.0.1');
    expect(clientAddress(headers, '10.0.0.2', 2)).toBe('1.1.1.1');
    expect(clientAddress(new Headers(), '10.0.0.2', 1)).toBe('10.0.0.2');
  });
});
