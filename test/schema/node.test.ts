import { describe, expect, test } from 'vitest';
import { encodeNodeId } from '../../src/schema/nodeId.ts';
import { setUp } from '../support/setUp.ts';

const { api } = await setUp({
  prepare: async (database) => {
    await database.admin(`
      create table events.holiday (day date, part int2, primary key (day, part));
      insert into events.holiday select date '2026-01-01' + n, 1 from generate_series(0, 99) n;
      create table events.host (address inet primary key);
      insert into events.host values ('10.0.0.1');
      create table events.kind (type regtype primary key);
      insert into events.kind values ('integer')`);
    await database.grantAll(database.connection);
    await database.admin(`
      create table events.hidden (hidden_id int primary key);
      insert into events.hidden values (1)`);
  },
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

describe('an id whose key PostgreSQL cannot read', () => {
  const nodes = (ids: readonly string[]) => api.send('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids });

  test.each([
    ['Holiday', ['2026-02-30', '1'], ['2026-01-02', '1']],
    ['Holiday', ['2026-01-01', '99999'], ['2026-01-03', '1']],
    ['Host', ['10.0.0.256'], ['10.0.0.1']],
    ['Kind', ['no_such_type'], ['integer']],
  ])('an id with the key %s %j gets the same error as alone, and others their rows', async (type, wrong, right) => {
    const [bad, good] = [encodeNodeId(type, wrong), encodeNodeId(type, right)];
    const alone = await node(bad);
    const { data, errors = [] } = await nodes([good, bad, good]);
    expect(data?.['nodes']).toEqual([{ id: good }, null, { id: good }]);
    expect(errors.map(({ message, path }) => [message, path])).toEqual([[alone.errors?.[0]?.message, ['nodes', 1]]]);
    expect(errors[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
  });

  test('many such ids do not cost a statement each', async () => {
    const days = Array.from({ length: 500 }, (_, n) => `2026-${13 + (n % 80)}-${10 + Math.floor(n / 80)}`);
    const ids = days.map((day) => encodeNodeId('Holiday', [day, '1']));
    const before = api.sent.length;
    const { errors } = await nodes(ids);
    expect(errors).toHaveLength(500);
    expect(api.sent.length - before).toBeLessThan(250);
  });

  test('a looked-up key that PostgreSQL cannot read fails alone, too', async () => {
    const { data, errors } = await api.send(`{
      wrong: holiday(day: "2026-02-30", part: 1) { day } right: holiday(day: "2026-01-01", part: 1) { day }
    }`);
    expect(data).toEqual({ wrong: null, right: { day: '2026-01-01' } });
    expect(errors).toMatchObject([{ path: ['wrong'], extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});

test('a text that is not an id is an error', async () => {
  expect(await node('site 1')).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
});
