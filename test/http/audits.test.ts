import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Listening, listen } from '../../src/http/listen.ts';
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

describe.each(['without authentication', 'with authentication'])('%s', (kind) => {
  let api: TestApi;
  let server: Listening;
  let headers: Record<string, string> = {};

  beforeAll(async () => {
    const isOpen = kind === 'without authentication';
    api = await createTestApi(database.connection, { config: { auth: isOpen ? null : issuer.config } });
    server = await listen(api.app, '127.0.0.1', 0);
    const token = await issuer.sign({ roles: ['Events.Read', 'Events.Explore'] });
    headers = isOpen ? {} : { authorization: `Bearer ${token}` };
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
