import { expect, test } from 'vitest';
import { encodeNodeId } from '../../src/schema/nodeId.ts';
import { setUp } from '../support/setUp.ts';

const { api } = await setUp({
  prepare: ({ admin }) =>
    admin(`
      create table events.hidden (hidden_id int primary key);
      insert into events.hidden values (1)`),
});

const node = (id: string) => api.send('query ($id: ID!) { node(id: $id) { __typename } }', { id });

test('an id finds the row that has it', async () => {
  const { sites } = await api.query<{ sites: { nodes: { id: string }[] } }>('{ sites(first: 1) { nodes { id } } }');
  expect(await node(sites.nodes[0]?.id ?? '')).toMatchObject({ data: { node: { __typename: 'Site' } } });
});

test.each([
  ['no row has', 'Site', ['0']],
  ['no row can have', 'Site', ['x']],
  ['has too many parts', 'Site', ['1', '1']],
  ['is of a type that the role may not see', 'Hidden', ['1']],
  ['is of no type', 'Nothing', ['x']],
])('an id that %s finds no row, and does not reveal which types exist', async (_, type, key) => {
  const answer = await node(encodeNodeId(type, key));
  expect(answer).toEqual({ status: 200, data: { node: null } });
});

test('a text that is not an id is an error', async () => {
  expect(await node('site 1')).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
});
