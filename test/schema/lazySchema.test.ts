import { getIntrospectionQuery } from 'graphql';
import { expect, test } from 'vitest';
import { printSdl } from '../../src/schema/print.ts';
import { createEmptyDatabase } from '../support/database.ts';
import { heldOf } from '../support/garbage.ts';
import { setUp } from '../support/setUp.ts';

const { api } = await setUp({
  database: createEmptyDatabase,
  prepare: `
    create schema events;
    do $$ begin
      for n in 1..50 loop
        execute format('create table events.item_%s (item_%1$s_id int primary key, other_id int references events.item_%s)',
          n, greatest(1, n - 1));
      end loop;
    end $$`,
});

/** Returns the types whose fields have been built. */
const built = () =>
  Object.values(api.api.schema.getTypeMap()).filter(
    (type) => typeof Reflect.get(type, '_fields') === 'object' && !type.name.startsWith('__'),
  );

test('a document builds the types that it uses, and a start builds none', async () => {
  expect(built().map(({ name }) => name)).toEqual([]);
  const document = `query ($where: Item7Where) { item7List(where: $where) { nodes { ...row } } }
    fragment row on Item7 { item7Id }`;
  await api.query(document, { where: { item7Id: { gt: 0 } } });
  expect(built().map(({ name }) => name)).toEqual(
    expect.arrayContaining(['Query', 'Item7', 'Item7Connection', 'Item7Where', 'IntWhere']),
  );
  expect(built().length).toBeLessThan(15);
});

test('introspection and the printed schema build none of the types that requests use', async () => {
  const before = built().length;
  const { __schema } = await api.query<{ __schema: { types: object[] } }>(getIntrospectionQuery());
  expect(__schema.types.length).toBeGreaterThan(50 * 15);
  const printed = await api.app.fetch('http://localhost/graphql/schema.graphql');
  expect(await printed.text()).toBe(printSdl(api.api.wholeSchema()));
  expect(built().length).toBeLessThan(before + 5);
});

test('types that introspection and printing build are garbage-collected', async () => {
  expect(await heldOf({ schema: new WeakRef(api.api.wholeSchema()) })).toEqual([]);
});

test('a type is found by its name before any field has led to it', () => {
  for (const name of ['Item9GroupKey', 'IntAggregateHaving', 'FloatPercentileHaving', 'Item50Payload'])
    expect([name, api.api.schema.getType(name)?.name]).toEqual([name, name]);
});
