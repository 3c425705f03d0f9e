import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { type AppOptions, createApp } from '../../src/server/app.ts';
import type { TestApi } from '../support/api.ts';
import { appConfig } from '../support/config.ts';
import { stayInThisMinute } from '../support/minute.ts';
import { setUp, setUpIssuer } from '../support/setUp.ts';

const issuer = await setUpIssuer();
const { api } = await setUp();

const log = pino({ level: 'silent' });
const appWith = (config: Partial<AppOptions['config']>, served = api.served) =>
  createApp({ config: { ...appConfig, ...config }, served, tails: api.tails, probe: api.probe, log });

type App = Pick<TestApi['app'], 'fetch'>;
const post = (app: App, body: unknown, headers: Record<string, string> = {}) =>
  app.fetch('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
    body: JSON.stringify(body),
  });
const codeOf = async (response: Response) => {
  const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
  return errors[0]?.extensions.code;
};

describe('the order of the plugins', () => {
  test("GraphiQL's page is served before the caller is checked, who has no token yet", async () => {
    const app = appWith({ auth: issuer.config, graphiql: true });
    const page = await app.fetch('http://localhost/graphql', { headers: { accept: 'text/html' } });
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  });

  test('the caller is checked before the API: strangers do not learn that it is starting', async () => {
    const app = appWith({ auth: issuer.config }, { ...api.served, current: () => null });
    expect(await codeOf(await post(app, { query: '{ __typename }' }))).toBe('UNAUTHENTICATED');
    const token = { authorization: `Bearer ${await issuer.sign()}` };
    expect(await codeOf(await post(app, { query: '{ __typename }' }, token))).toBe('DATABASE_UNAVAILABLE');
  });

  test('the origin is checked before the length of the body', async () => {
    const app = appWith({ maxBodyBytes: 10 });
    const foreign = { 'sec-fetch-site': 'cross-site' };
    expect(await codeOf(await post(app, { query: '{ __typename }' }, foreign))).toBe('FORBIDDEN');
    expect(await codeOf(await post(app, { query: '{ __typename }' }))).toBe('PAYLOAD_TOO_LARGE');
  });

  test('the rate is checked before the body, which is not read for requests beyond it', async () => {
    stayInThisMinute();
    const app = appWith({ maxBodyBytes: 100, requestLimits: { ...appConfig.requestLimits, perMinute: 4 } });
    const long = { query: '{ __typename }', variables: { padding: 'x'.repeat(200) } };
    expect(await codeOf(await post(app, long))).toBe('PAYLOAD_TOO_LARGE');
    expect((await post(app, [])).status).toBe(400);
    expect((await post(app, {}, { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await post(app, {}, { 'content-length': '2' })).status).toBe(400);
    let reads = 0;
    const body = new ReadableStream({ pull: () => void reads++ }, { highWaterMark: 0 });
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body, duplex: 'half' };
    const refused = await app.fetch('http://localhost/graphql', init as RequestInit);
    expect([await codeOf(refused), reads]).toEqual(['RATE_LIMITED', 0]);
  });

  test('the caller is checked before the body: without the permission to write it has a megabyte at most', async () => {
    const app = appWith({ auth: issuer.config, maxBodyBytes: 5_000_000 });
    const long = { query: '{ __typename }', variables: { padding: 'x'.repeat(1_000_000) } };
    const as = async (...roles: string[]) => ({ authorization: `Bearer ${await issuer.sign({ roles })}` });
    const refused = await post(app, long, await as('Events.Read', 'Events.Explore'));
    expect([refused.status, await codeOf(refused)]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    expect((await post(app, long, await as('Events.Read', 'Events.Write'))).status).toBe(200);
  });

  test('the rate is checked before the document: rejected requests count, too', async () => {
    stayInThisMinute();
    const app = appWith({ requestLimits: { ...appConfig.requestLimits, perMinute: 1 } });
    expect(await codeOf(await post(app, { documentId: 'nobody-knows' }))).toBe('PERSISTED_DOCUMENT_NOT_FOUND');
    expect(await codeOf(await post(app, { documentId: 'nobody-knows' }))).toBe('RATE_LIMITED');
  });
});

test("a price uses the variable's value, however the number is written", async () => {
  const app = appWith({ requestLimits: { ...appConfig.requestLimits, cost: 500 } });
  const query = 'query ($first: Int) { devices(first: $first) { nodes { serial } } }';
  const answer = await app.fetch('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: `{"query": ${JSON.stringify(query)}, "variables": {"first": 1e3}}`,
  });
  expect(await codeOf(answer)).toBe('QUERY_TOO_COMPLEX');
});
