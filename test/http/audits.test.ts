import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Listening, listen } from '../../src/server/listen.ts';
import { createIssuer, type Issuer } from '../auth/issuer.ts';
import { createTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let issuer: Issuer;

beforeAll(async () => {
  database = await createDatabase();
  issuer = await createIssuer();
});

afterAll(async () => {
  await issuer.end();
  await database.drop();
});

/** Only persisted documents run there, but for an explorer. */
const closed = { documents: { paths: [], persistedOnly: true, strict: false } };
const documents = [{ id: 'own', text: '{ __typename }', file: 'm.json' }];

describe.each([
  ['without authentication', false],
  ['with authentication and persisted documents', true],
])('%s', (_, isClosed) => {
  let api: TestApi;
  let server: Listening;
  let headers: Record<string, string> = {};

  beforeAll(async () => {
    const options = isClosed ? { config: { ...closed, auth: issuer.config }, documents } : {};
    api = await createTestApi(database.connection, options);
    server = await listen(api.app, '127.0.0.1', 0);
    const token = await issuer.sign({ roles: ['Events.Read', 'Events.Explore'] });
    headers = isClosed ? { authorization: `Bearer ${token}` } : {};
  });

  afterAll(async () => {
    await server.drain(0);
    await api.close();
  });

  const audits = serverAudits({
    url: () => `http://127.0.0.1:${server.port}/graphql`,
    fetchFn: (url: string, init?: RequestInit) => fetch(url, { ...init, headers: { ...init?.headers, ...headers } }),
  });

  test('there are 61 audits of GraphQL over HTTP', () => {
    expect(audits).toHaveLength(61);
  });

  test.each(audits.map((audit) => [audit.id, audit.name, audit] as const))(
    'audit %s: %s',
    async (_id, _name, audit) => {
      expect(await audit.fn()).toMatchObject({ status: 'ok' });
    },
  );
});
