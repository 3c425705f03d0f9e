import { expect, test } from 'vitest';
import { createEmptyDatabase } from '../support/database.ts';
import { setUp } from '../support/setUp.ts';

const { database, api } = await setUp({
  database: createEmptyDatabase,
  prepare: async (database) => {
    await database.admin(`
      create schema events;
      create table events.site (site_id int primary key, doc jsonb not null);
      create table events.thing (
        thing_id int generated always as identity primary key, site_id int references events.site, doc jsonb, raw json);
      create table events.keyless (doc jsonb);
      create view events.seen as select doc from events.thing;
      insert into events.site values (1, '{"name": "north"}');
      insert into events.thing (site_id, doc, raw) values
        (1, '{"a": {"b": [1, 12345678901234567890.10]}, "n": null}', '{"a": "x"}'), (1, null, null), (1, '[]', '1');`);
    await database.grantAll(database.connection);
  },
});

const parts = 'whole: doc at: doc(path: ["a", "b", "1"]) none: doc(path: ["n"]) raw(path: ["a"]) all: doc(path: [])';

test('a part of a document is read at a path', async () => {
  const response = await api.app.fetch('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ things { nodes { at: doc(path: ["a", "b", "1"]) } } }' }),
  });
  expect(await response.text()).toContain('"at":12345678901234567890.10');
  expect(
    await api.query(`query ($path: [String!]) { things { nodes { doc(path: $path) } } }`, { path: ['a', 'b', '0'] }),
  ).toEqual({
    things: { nodes: [{ doc: 1 }, { doc: null }, { doc: null }] },
  });
  expect(await api.query(`{ things(first: 1) { nodes { ${parts} } } }`)).toMatchObject({
    things: { nodes: [{ at: 12345678901234567000, none: null, raw: 'x', all: { n: null }, whole: { n: null } }] },
  });
});

test('only that part of the document is read, without another statement', async () => {
  const document = '{ things { nodes { thingId doc(path: ["a"]) site { doc(path: ["name"]) } } } }';
  expect(await api.query(document)).toMatchObject({ things: { nodes: [{ site: { doc: 'north' } }, {}, {}] } });
  expect(api.statements).toHaveLength(1);
  expect(api.statements[0]).not.toMatch(/"t"\."doc"(,| as| from)/);
  expect(await api.query(document.replace('"a"', '"n"'))).toMatchObject({ things: { nodes: [{ doc: null }, {}, {}] } });
});

test('rows that are read in other ways support it too', async () => {
  expect(
    await api.query(
      `mutation { createThing(input: { doc: { a: { b: [7] } } }) { thing { doc(path: ["a", "b", "0"]) } } }`,
    ),
  ).toEqual({
    createThing: { thing: { doc: 7 } },
  });
  expect(
    await api.query(
      '{ thing(thingId: 1) { doc(path: ["a", "b", "0"]) } seens(first: 1, where: { doc: { hasKey: "a" } }) { nodes { doc(path: ["n"]) } } }',
    ),
  ).toEqual({
    thing: { doc: 1 },
    seens: { nodes: [{ doc: null }] },
  });
  const { errors } = await api.send(
    'mutation { createKeyless(input: { doc: { a: 7 } }) { keyless { doc(path: ["a"]) } } }',
  );
  expect(errors?.[0]).toMatchObject({
    message: 'This Keyless has no key by which to read a path; select the whole document',
    extensions: { code: 'BAD_USER_INPUT' },
  });
});

test('an invalid path is rejected', async () => {
  const { errors } = await api.send('query ($path: [String!]) { things { nodes { doc(path: $path) } } }', {
    path: ['a\0'],
  });
  expect(errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
});

test('rows are ordered by the value at a path, also of a related row', async () => {
  const ids = async (order: string) =>
    (
      await api.query<{ things: { nodes: { thingId: number }[] } }>(
        `{ things(where: { thingId: { lte: 3 } }, orderBy: [${order}]) { nodes { thingId } } }`,
      )
    ).things.nodes.map(({ thingId }) => thingId);
  expect(await ids('{ docAt: { path: ["a", "b", "1"] } }, { thingId: DESC }')).toEqual([1, 3, 2]);
  expect(await ids('{ rawAt: { path: [], direction: DESC_NULLS_LAST } }')).toEqual([1, 3, 2]);
  expect(await ids('{ site: { docAt: { path: ["name"] } } }, { thingId: DESC }')).toEqual([3, 2, 1]);
});

test('groups are made by values at paths, of related rows too', async () => {
  expect(
    await api.query(`{ thingsGroupedAggregate(groupBy: { doc: [["a", "b", "0"], ["n"]], raw: [["a"]], site: { doc: [["name"]] } }, orderBy: [{ count: ASC }]) {
      key { first: doc(path: ["a", "b", "0"]) n: doc(path: ["n"]) raw(path: ["a"]) other: raw(path: ["b"]) whole: doc site { doc(path: ["name"]) } } count
    } }`),
  ).toEqual({
    thingsGroupedAggregate: [
      { key: { first: 1, n: null, raw: 'x', other: null, whole: null, site: { doc: 'north' } }, count: 1 },
      { key: { first: 7, n: null, raw: null, other: null, whole: null, site: { doc: null } }, count: 1 },
      { key: { first: null, n: null, raw: null, other: null, whole: null, site: { doc: 'north' } }, count: 2 },
    ],
  });
  expect(
    await api.query('{ thingsGroupedAggregate(groupBy: { columns: [DOC] }, first: 1) { key { doc } count } }'),
  ).toMatchObject({
    thingsGroupedAggregate: [{ count: 1 }],
  });
});

test('groups by numbers are by value, and keep their digits', async () => {
  await database.admin(`
    create table events.reading (reading_id int primary key, doc jsonb);
    insert into events.reading
      select n, jsonb_build_object('v', case n % 3 when 0 then '1.0' when 1 then '1' else '2.50' end::numeric) from generate_series(1, 9) n`);
  await database.grantAll(database.connection);
  await api.served.check();
  expect(
    await api.query('{ readingsGroupedAggregate(groupBy: { doc: [["v"]] }) { key { doc(path: ["v"]) } count } }'),
  ).toEqual({
    readingsGroupedAggregate: [
      { key: { doc: 1 }, count: 6 },
      { key: { doc: 2.5 }, count: 3 },
    ],
  });
});
