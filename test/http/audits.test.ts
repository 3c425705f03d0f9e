import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Listening, listen } from '../../src/http/listen.ts';
import { createTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let api: TestApi;
let server: Listening;

beforeAll(async () => {
  database = await createDatabase();
  api = await createTestApi(database.connection);
  server = await listen(api.app, '127.0.0.1', 0);
});

afterAll(async () => {
  await server.drain(0);
  await api.close();
  await database.drop();
});

const audits = serverAudits({
  url: () => `http://127.0.0.1:${server.port}/graphql`,
  fetchFn: fetch,
});

test('there are 61 audits of GraphQL over HTTP', () => {
  expect(audits).toHaveLength(61);
});

test.each(audits.map((audit) => [audit.id, audit.name, audit] as const))('audit %s: %s', async (_id, _name, audit) => {
  expect(await audit.fn()).toMatchObject({ status: 'ok' });
});
