import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createCredential, createIdentityHttp } from '../../src/auth/identity/credential.ts';
import { IdentityError } from '../../src/auth/identity/identityError.ts';
import { createTokenSource, type TokenEvent, type TokenSource } from '../../src/auth/identity/tokenSource.ts';
import { createIdentityEndpoint, type IdentityEndpoint } from '../platform/identity.ts';

const scope = 'https://ossrdbms-aad.database.windows.net/.default';
/** One identity per test, because MSAL caches tokens by client id for the life of the process. */
const identities = Array.from({ length: 40 }, (_, i) => `identity-${i}`);
const refusal = new Error('password authentication failed');
const http = createIdentityHttp(400);
let endpoint: IdentityEndpoint;
let sources: TokenSource[] = [];

beforeAll(async () => {
  endpoint = await createIdentityEndpoint({ lifeSeconds: 3600, assigned: [...identities] });
  process.env['IDENTITY_ENDPOINT'] = endpoint.url;
  process.env['IDENTITY_HEADER'] = endpoint.header;
});

beforeEach(() => {
  endpoint.fault = undefined;
  endpoint.lifeSeconds = 3600;
  return () => {
    vi.useRealTimers();
    for (const source of sources) source.end();
    sources = [];
  };
});

afterAll(() => endpoint.end());

/** Creates a token source for the next unused identity, which records its requests and its events. */
function open(clientId = identities.pop() ?? '', attemptTimeoutMs = 500) {
  const before = endpoint.requests(clientId);
  const waiting: ((event: TokenEvent) => void)[] = [];
  const source = createTokenSource({
    credential: createCredential({ kind: 'user-identity', clientId, scope }, http),
    scope,
    attemptTimeoutMs,
    onEvent: (event) => waiting.splice(0).forEach((resolve) => void resolve(event)),
  });
  sources.push(source);
  const next = async (type: TokenEvent['type']): Promise<TokenEvent> => {
    const event = await new Promise<TokenEvent>((resolve) => waiting.push(resolve));
    return event.type === type ? event : next(type);
  };
  return { source, next, requests: () => endpoint.requests(clientId) - before };
}

const problemOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(IdentityError);
  return error as IdentityError;
};

test('twenty callers without a token make one request', async () => {
  const { source, requests } = open();
  const tokens = await Promise.all(Array.from({ length: 20 }, () => source.get()));
  expect(new Set(tokens.map((token) => token.text)).size).toBe(1);
  expect(requests()).toBe(1);
});

test('a token that lives an hour is refreshed within the last five minutes', async () => {
  const { source } = open();
  const { expiresAt, refreshAt } = await source.get();
  expect(expiresAt - refreshAt).toBeLessThan(300_000);
  expect(expiresAt - refreshAt).toBeGreaterThanOrEqual(270_000);
});

test('a token with a short life is refreshed at 80 % of it, before anyone needs it', async () => {
  endpoint.lifeSeconds = 5;
  const { source, next, requests } = open();
  const first = await source.get();
  const started = Date.now();
  await next('token-issued');
  expect(Date.now() - started).toBeGreaterThan(2900);
  const second = await source.get();
  expect(second.text).not.toBe(first.text);
  expect(first.expiresAt).toBeGreaterThan(Date.now());
  expect(requests()).toBe(2);
});

test('a token is used until it expires while the endpoint is down, and replaced when it is back', async () => {
  endpoint.lifeSeconds = 3;
  const { source, next } = open();
  const first = await source.get();
  endpoint.fault = { kind: 'status', status: 500 };
  const failed = await next('token-failed');
  expect(failed).toMatchObject({ error: { problem: 'endpoint-down' } });
  expect(failed.type === 'token-failed' && failed.livesMs).toBeGreaterThan(0);
  expect((await source.get()).text).toBe(first.text);
  while (first.expiresAt > Date.now()) await next('token-failed');
  expect((await problemOf(source.get())).problem).toBe('endpoint-down');
  endpoint.fault = undefined;
  expect((await source.get()).text).not.toBe(first.text);
});

test('a rejected token is not handed out again', async () => {
  endpoint.lifeSeconds = 60;
  const { source } = open();
  const first = await source.get();
  source.refuse(first, refusal);
  expect((await source.get()).text).not.toBe(first.text);
});

test('rejecting a replaced token keeps the new one', async () => {
  endpoint.lifeSeconds = 60;
  const { source, requests } = open();
  const first = await source.get();
  source.refuse(first, refusal);
  const second = await source.get();
  source.refuse(first, refusal);
  expect((await source.get()).text).toBe(second.text);
  expect(requests()).toBe(2);
});

test('if the platform returns a rejected token again, each caller requests a new one', async () => {
  endpoint.lifeSeconds = 60;
  const { source, requests } = open();
  const first = await source.get();
  endpoint.fault = { kind: 'same-token' };
  source.refuse(first, refusal);
  await source.get();
  await source.get();
  expect(requests()).toBe(3);
});

test('a token that has expired by this clock is handed out, because the database decides', async () => {
  endpoint.lifeSeconds = -30;
  const { source, requests } = open();
  expect((await source.get()).expiresAt).toBeLessThan(Date.now());
  await source.get();
  expect(requests()).toBe(2);
});

test('an attempt at a hanging endpoint ends at the deadline, and leaves nothing open', async () => {
  endpoint.fault = { kind: 'hang' };
  const { source } = open(undefined, 200);
  const started = Date.now();
  const error = await problemOf(source.get());
  expect(error.problem).toBe('endpoint-down');
  expect(Date.now() - started).toBeLessThan(1000);
  await expect.poll(() => endpoint.connections()).toBe(0);
});

test('Retry-After is honoured: no request is sent before, and the message stays', async () => {
  endpoint.fault = { kind: 'status', status: 429, retryAfter: '1' };
  const { source, next, requests } = open();
  const error = await problemOf(source.get());
  expect(error).toMatchObject({ problem: 'endpoint-down', retryAfterMs: 1000 });
  endpoint.fault = undefined;
  expect((await problemOf(source.get())).message).toBe(error.message);
  expect(requests()).toBe(1);
  await next('token-issued');
  expect(requests()).toBe(2);
});

/** Replaces timers and the clock by ones that the test advances; requests to the endpoint remain real. */
function holdTime() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
}

test.each([
  ['in seconds', '86400'],
  ['in more seconds than a timer can wait', '1000000000'],
  ['as a date', 'Fri, 31 Dec 2100 23:59:59 GMT'],
])('a Retry-After %s is obeyed for a minute at most', async (_, retryAfter) => {
  holdTime();
  endpoint.fault = { kind: 'status', status: 429, retryAfter };
  const { source, next, requests } = open();
  const error = await problemOf(source.get());
  endpoint.fault = undefined;
  vi.advanceTimersByTime(59_999);
  expect(await problemOf(source.get())).toBe(error);
  expect(requests()).toBe(1);
  const issued = next('token-issued');
  vi.advanceTimersByTime(1);
  await issued;
  expect(requests()).toBe(2);
});

test('a Retry-After beyond the end of the token in use is obeyed until then', async () => {
  holdTime();
  endpoint.lifeSeconds = 10;
  const { source, next, requests } = open();
  const { expiresAt, refreshAt } = await source.get();
  endpoint.fault = { kind: 'status', status: 429, retryAfter: '50' };
  const failed = next('token-failed');
  vi.advanceTimersByTime(refreshAt - Date.now() + 1);
  await failed;
  endpoint.fault = undefined;
  const issued = next('token-issued');
  vi.advanceTimersByTime(expiresAt - Date.now());
  await issued;
  expect((await source.get()).expiresAt).toBeGreaterThan(expiresAt);
  expect(requests()).toBe(3);
});

test.each([
  ['35 days', 35 * 86_400],
  ['ages, because its end is in milliseconds instead of seconds,', 1.8e12],
])('a token that lives for %s is not requested repeatedly', async (_, lifeSeconds) => {
  holdTime();
  endpoint.lifeSeconds = lifeSeconds;
  const { source, requests } = open();
  const { text } = await source.get();
  vi.advanceTimersByTime(24 * 86_400_000);
  expect((await source.get()).text).toBe(text);
  expect(vi.getTimerCount()).toBe(1);
  expect(requests()).toBe(1);
});

test.each([
  ['a success of unknown form', 200, { token: 'SECRET-77' }],
  ['a success with a token and an error', 200, { access_token: 'SECRET-77', expires_on: '1', error: 'x' }],
  ['a token under other names', 200, { accessToken: 'SECRET-77', expiresOn: '5' }],
  ['a success with another status', 203, 'SECRET-77'],
  ['a refusal with a token', 400, { access_token: 'SECRET-77', message: 'no' }],
  ['a failure with a token', 500, { refresh_token: 'SECRET-77 "or so"' }],
  ['JSON within JSON', 403, { message: JSON.stringify({ id_token: 'SECRET-77' }) }],
  ['a form', 400, 'error=no&access_token=SECRET-77'],
  ['a bare token', 502, 'upstream said eyJhbGciOiJub25lIn0.eyJzdWIiOiJTRUNSRVQtNzcifQ.SECRET-77'],
])('no part of a token is revealed: %s', async (_, status, body) => {
  endpoint.fault = { kind: 'status', status, body };
  const error = await problemOf(open().source.get());
  expect(error.message).toContain(`HTTP ${status}`);
  expect(inspect(error, { depth: null })).not.toContain('SECRET-77');
});

test.each([
  ['an identity that is not assigned', 'stranger', undefined, 'not-assigned', /AZURE_CLIENT_ID/],
  ['a wrong secret', undefined, { kind: 'status', status: 403 }, 'denied', /403/],
  ['a failure', undefined, { kind: 'status', status: 500 }, 'endpoint-down', /500/],
  [
    'an unknown resource',
    undefined,
    { kind: 'status', status: 400, body: { message: 'AADSTS500011: The resource principal was not found' } },
    'wrong-audience',
    /PG_TOKEN_SCOPE/,
  ],
  ['any other refusal', undefined, { kind: 'status', status: 400, body: { message: 'no' } }, 'denied', /400/],
] as const)('%s has its own problem and message', async (_, clientId, fault, problem, message) => {
  endpoint.fault = fault;
  const { source, requests } = open(clientId);
  const error = await problemOf(source.get());
  expect(error.problem).toBe(problem);
  expect(error.message).toMatch(message);
  expect(requests()).toBe(1);
});

test('an endpoint that refuses connections is reported as down, and used again without a restart', async () => {
  await endpoint.refuse();
  const { source, next } = open();
  expect((await problemOf(source.get())).problem).toBe('endpoint-down');
  await endpoint.listen();
  await next('token-issued');
  expect((await source.get()).expiresAt).toBeGreaterThan(Date.now());
});

test('a chain in which no credential applies names the remedies', async () => {
  process.env['AZURE_TOKEN_CREDENTIALS'] = 'EnvironmentCredential';
  const credential = createCredential({ kind: 'default-credential', scope }, http);
  const error = await problemOf(credential());
  expect(error.problem).toBe('no-credential');
  expect(error.message).toMatch(/az login/);
  delete process.env['AZURE_TOKEN_CREDENTIALS'];
});
