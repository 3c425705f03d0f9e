import { describe, expect, test } from 'vitest';
import { setUp, setUpIssuer } from '../support/setUp.ts';

const issuer = await setUpIssuer();
const entry = (id: string, text: string) => ({ id, text, file: 'documents.json' });
const { api } = await setUp({
  config: { auth: issuer.config, graphiql: true, documents: { paths: [], persistedOnly: true, strict: false } },
  documents: [
    entry('serials', 'query Serials($first:Int=2,$after:String){devices(first:$first,after:$after){nodes{serial}}}'),
    entry('tail', 'subscription Tail { eventsAdded { cursor } }'),
    entry(
      'rename',
      'mutation Rename($id: UUID!) { updateDevice(deviceId: $id, patch: {serial: "x"}) { device { serial } } }',
    ),
    entry('broken', 'query Broken { nothing }'),
    entry('nameless', '{ sites { totalCount } }'),
  ],
});

const get = async (roles: readonly string[], path = '/graphql/graphiql/documents.json') =>
  api.app.fetch(`http://localhost${path}`, { headers: { authorization: `Bearer ${await issuer.sign({ roles })}` } });
const namesFor = async (...roles: string[]) =>
  ((await (await get(roles)).json()) as { name: string }[]).map(({ name }) => name);

describe('the list of persisted documents', () => {
  test('documents are listed that the caller may run, and that fit the schema', async () => {
    expect(await namesFor('Events.Read')).toEqual(['nameless', 'Serials', 'Tail']);
    expect(await namesFor('Events.Write')).toEqual(['Rename']);
    expect(await namesFor('Events.Read', 'Events.Write')).toEqual(['nameless', 'Rename', 'Serials', 'Tail']);
    expect(await namesFor('Events.Explore')).toEqual([]);
  });

  test('documents are listed as people read them, with the variables that have no default', async () => {
    const [, serials] = (await (await get(['Events.Read'])).json()) as { query: string }[];
    expect(serials).toEqual({
      id: 'serials',
      name: 'Serials',
      query:
        'query Serials($first: Int = 2, $after: String) {\n  devices(first: $first, after: $after) {\n    nodes {\n      serial\n    }\n  }\n}',
      variables: '{\n  "after": null\n}',
    });
  });

  test('documents are not listed for anyone without a token', async () => {
    expect((await api.app.fetch('http://localhost/graphql/graphiql/documents.json')).status).toBe(401);
  });
});
