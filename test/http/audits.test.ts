import { serverAudits } from 'graphql-http';
import { describe, expect, test } from 'vitest';
import { setUpApi, setUpDatabase, setUpIssuer, setUpServer } from '../support/setUp.ts';

const issuer = await setUpIssuer();
const database = await setUpDatabase();

/** Settings under which only explorers may run documents that are not persisted. */
const closed = { documents: { paths: [], persistedOnly: true, strict: false } };
const documents = [{ id: 'own', text: '{ __typename }', file: 'm.json' }];

describe.each([
  ['without authentication', false],
  ['with authentication and persisted documents', true],
])('%s', async (_, isClosed) => {
  const options = isClosed ? { config: { ...closed, auth: issuer.config }, documents } : {};
  const { url } = await setUpServer(await setUpApi(database.connection, options));
  const token = await issuer.sign({ roles: ['Events.Read', 'Events.Explore'] });
  const headers: Record<string, string> = isClosed ? { authorization: `Bearer ${token}` } : {};

  const audits = serverAudits({
    url,
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
