import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Caller } from '../../src/auth/caller.ts';
import { type Listening, listen } from '../../src/http/listen.ts';
import { createTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
});

afterAll(async () => {
  await database.drop();
});

const explorer: Caller = { id: 'explorer', permissions: new Set(['explore']), claims: {}, expiresAt: Infinity };

test('there are 61 audits of GraphQL over HTTP', () => {
  expect(serverAudits({ url: '', fetchFn: fetch })).toHaveLength(61);
});

describe.each([
  ['any document, without persisted ones', { persistedOnly: false, caller: null, documents: [] }],
  [
    'persisted documents only, for a caller who may explore',
    { persistedOnly: true, caller: explorer, documents: [{ id: 'own', text: '{ __typename }', file: 'm.json' }] },
  ],
])('with %s,', (_, { persistedOnly, caller, documents }) => {
  let api: TestApi;
  let server: Listening;

  beforeAll(async () => {
    const config = { documents: { paths: [], persistedOnly, strict: false } };
    api = await createTestApi(database.connection, { documents, config });
    server = await listen((request, response) => api.app.handle(request, response, { caller }), '127.0.0.1', 0);
  });

  afterAll(async () => {
    await server.drain(0);
    await api.close();
  });

  const audits = serverAudits({ url: () => `http://127.0.0.1:${server.port}/graphql`, fetchFn: fetch });

  test.each(audits.map((audit) => [audit.id, audit.name, audit] as const))(
    'audit %s: %s',
    async (_id, _name, audit) => {
      expect(await audit.fn()).toMatchObject({ status: 'ok' });
    },
  );
});
