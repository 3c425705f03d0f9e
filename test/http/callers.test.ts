import { createSchema } from 'graphql-yoga';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { createApp } from '../../src/server/app.ts';
import { createTestApi, type TestApi } from '../support/api.ts';
import { appConfig } from '../support/config.ts';
import { isOwn } from '../support/ownedNotes.ts';
import { setUp, setUpIssuer } from '../support/setUp.ts';

const issuer = await setUpIssuer();
const { database, api } = await setUp({
  prepare: `
    create table events.note (note_id int primary key, owner text not null);
    insert into events.note values (1, 'anna'), (2, 'ben'), (3, 'anna');
    alter table events.note enable row level security;
    create policy own on events.note
      using (${isOwn})`,
  config: { auth: issuer.config, graphiql: true, corsOrigins: ['https://app.example'] },
  size: 1,
});

const ask = (query: string, headers: Record<string, string> = {}, app: Pick<TestApi['app'], 'fetch'> = api.app) =>
  app.fetch('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
    body: JSON.stringify({ query }),
  });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const answerTo = async (response: Response) => ({
  status: response.status,
  challenge: response.headers.get('www-authenticate'),
  codes: ((await response.json()) as { errors?: { extensions: { code: string } }[] }).errors?.map(
    ({ extensions }) => extensions.code,
  ),
});

describe('access', () => {
  test('callers with a permission have access', async () => {
    expect((await ask('{ __typename }', bearer(await issuer.sign()))).status).toBe(200);
  });

  test('callers without a token have no access, and are told how to send one', async () => {
    const refusal = { status: 401, challenge: 'Bearer', codes: ['UNAUTHENTICATED'] };
    expect(await answerTo(await ask('{ __typename }'))).toEqual(refusal);
    expect(await answerTo(await ask('{ __typename }', { authorization: 'Basic eDp5' }))).toEqual(refusal);
    expect(await answerTo(await ask('{ __typename }', { authorization: 'Bearer ' }))).toEqual(refusal);
  });

  test('callers with an invalid token have no access, and are told what is wrong', async () => {
    expect(await answerTo(await ask('{ __typename }', bearer(await issuer.sign({ exp: 1 }))))).toEqual({
      status: 401,
      challenge: 'Bearer error="invalid_token", error_description="The token has expired"',
      codes: ['UNAUTHENTICATED'],
    });
  });

  test('callers without a permission have no access, and cannot even probe for fields', async () => {
    expect(await answerTo(await ask('{ nothing }', bearer(await issuer.sign({ roles: ['Other'] }))))).toEqual({
      status: 403,
      challenge: 'Bearer error="insufficient_scope"',
      codes: ['FORBIDDEN'],
    });
  });

  test('other paths to the endpoint give no access', async () => {
    for (const path of ['/graphql/', '/graphql/x', '/graphql?query={__typename}']) {
      expect((await api.app.fetch(`http://localhost${path}`)).status, path).toBe(401);
    }
    for (const path of ['//graphql', '/%67raphql', '/GRAPHQL', '/./x/../%67raphql', '/health/live/../../graphql%2f']) {
      const { status } = await api.app.fetch(`http://localhost${path}?query={__typename}`);
      expect(status, path).toBe(404);
    }
  });

  test('probes, preflights and browsers that open GraphiQL have access without a token', async () => {
    expect((await api.app.fetch('http://localhost/health/live')).status).toBe(200);
    expect((await api.app.fetch('http://localhost/health/ready')).status).toBe(200);
    const accept = { headers: { accept: 'text/html' } };
    expect((await api.app.fetch('http://localhost/graphql', accept)).status).toBe(200);
    const preflight = await api.app.fetch('http://localhost/graphql', {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(204);
  });

  test('pages of another origin can read why a caller without a token has no access', async () => {
    const response = await ask('{ __typename }', { origin: 'https://app.example' });
    expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example');
  });

  test('nobody has access while the keys cannot be fetched, and the token is not blamed', async () => {
    const away = { ...issuer.config, keysUrl: 'http://127.0.0.1:1/keys' };
    const other = await createTestApi(database.connection, { config: { auth: away } });
    const response = await ask('{ __typename }', bearer(await issuer.sign()), other.app);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await answerTo(response)).toEqual({
      status: 503,
      challenge: null,
      codes: ['AUTHENTICATION_UNAVAILABLE'],
    });
    expect(other.log.some(({ level, msg }) => level === 40 && msg.startsWith('Tokens cannot be verified'))).toBe(true);
    await other.close();
  });
});

describe('an operation', () => {
  test('an operation that reads needs the permission to read', async () => {
    const headers = bearer(await issuer.sign({ roles: ['Events.Write', 'Events.Explore'] }));
    expect(await answerTo(await ask('{ devices { totalCount } }', headers))).toEqual({
      status: 403,
      challenge: 'Bearer error="insufficient_scope", scope="Events.Read"',
      codes: ['FORBIDDEN'],
    });
  });

  test('an operation that changes rows needs the permission to write, whatever else the document holds', async () => {
    let changes = 0;
    const schema = createSchema({
      typeDefs: 'type Query { x: Int } type Mutation { change: Int }',
      resolvers: { Mutation: { change: () => ++changes } },
    });
    const app = createApp({
      config: { ...appConfig, auth: issuer.config },
      served: { ...api.served, current: () => ({ ...api.api, schema }) },
      tails: api.tails,
      probe: api.probe,
      log: pino({ level: 'silent' }),
    });
    const reader = bearer(await issuer.sign({ roles: ['Events.Read'] }));
    const writer = bearer(await issuer.sign({ scp: 'Events.Write' }));
    const refusal = await answerTo(await ask('mutation { change }', reader, app));
    expect(refusal).toMatchObject({ status: 403, codes: ['FORBIDDEN'] });
    expect(changes).toBe(0);
    expect((await ask('mutation { change }', writer, app)).status).toBe(200);
    expect(changes).toBe(1);
    const both = (operationName: string, headers: Record<string, string>) =>
      app.fetch('http://localhost/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
        body: JSON.stringify({ query: 'query Read { x } mutation Change { change }', operationName }),
      });
    expect((await both('Read', reader)).status).toBe(200);
    expect((await both('Change', reader)).status).toBe(403);
    expect((await both('Read', writer)).status).toBe(403);
    expect(changes).toBe(1);
  });
});

describe('the rows of a caller', () => {
  const notesOf = async (oid: string) => {
    const token = await issuer.sign({ oid, roles: ['Events.Read'] });
    const response = await ask('{ notes { nodes { owner } totalCount } }', bearer(token));
    return ((await response.json()) as { data: unknown }).data;
  };

  test("the rows of a caller are those that the database's policies show them", async () => {
    const anna = { notes: { nodes: [{ owner: 'anna' }, { owner: 'anna' }], totalCount: 2 } };
    const ben = { notes: { nodes: [{ owner: 'ben' }], totalCount: 1 } };
    const names = Array.from({ length: 60 }, (_, i) => (i % 2 ? 'anna' : 'ben'));
    const answers = await Promise.all(names.map(notesOf));
    expect(answers).toEqual(names.map((name) => (name === 'anna' ? anna : ben)));
    expect(await notesOf('carl')).toEqual({ notes: { nodes: [], totalCount: 0 } });
  });
});

test('no token is in the log', async () => {
  const good = await issuer.sign();
  const bad = await issuer.sign({ exp: 1 });
  for (const token of [good, bad]) await ask('{ devices(first: -1) { totalCount } }', bearer(token));
  const log = JSON.stringify(api.log);
  expect(api.log.some(({ msg }) => msg === 'The token has expired')).toBe(true);
  for (const token of [good, bad]) for (const part of token.split('.')) expect(log).not.toContain(part);
});
