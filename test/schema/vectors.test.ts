import fc from 'fast-check';
import { isInputObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { printSdl } from '../../src/schema/print.ts';
import { createTestApi, type TestApi } from '../support/api.ts';
import { createExtendedDatabase, hasExtensions, type TestDatabase } from '../support/database.ts';
import { patience, runs } from '../support/property.ts';

describe.skipIf(!hasExtensions('vector', 'hstore'))('vectors and hstores', () => {
  let database: TestDatabase;
  let api: TestApi;

  beforeAll(async () => {
    database = await createExtendedDatabase('vector', 'hstore');
    await database.admin(`
      create schema events;
      create table events.item (
        item_id int primary key generated always as identity, embedding vector(3), several vector[], tags hstore, document jsonb, documents jsonb[])`);
    await database.grantAll(database.connection);
    api = await createTestApi(database.connection);
  });

  afterAll(async () => {
    await api.close();
    await database.drop();
  });

  const single = fc.float({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0);
  const anyItem = fc.record({
    embedding: fc.array(single, { minLength: 3, maxLength: 3 }),
    tags: fc
      .dictionary(fc.string(), fc.option(fc.string()))
      .filter((tags) => !JSON.stringify(tags).includes('\\u0000')),
  });

  test('vectors and hstores travel as lists of numbers and as JSON objects', { timeout: patience }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyItem, { minLength: 1, maxLength: 5 }), async (inputs) => {
        const { created } = await api.query<{
          created: { items: { itemId: number; embedding: number[]; tags: object }[] };
        }>(
          'mutation ($inputs: [CreateItemInput!]!) { created: createItems(inputs: $inputs) { items { itemId embedding tags } } }',
          { inputs },
        );
        const [first] = created.items;
        // PostgreSQL writes as many digits as distinguish single-precision numbers.
        const given = created.items.map(({ tags, embedding }) => ({ embedding: embedding.map(Math.fround), tags }));
        expect(given).toEqual(inputs.map(({ tags, embedding }) => ({ embedding, tags: { ...tags } })));
        const { found } = await api.query<{ found: { nodes: unknown[] } }>(
          `query ($embedding: [Float!], $tags: JSON) {
            found: items(first: 1000, where: { embedding: { eq: $embedding }, tags: { eq: $tags, contains: $tags } }) { nodes { itemId } }
          }`,
          { ...inputs[0] },
        );
        expect(found.nodes).toContainEqual({ itemId: first?.itemId });
      }),
      runs(30),
    );
  });

  test('vectors and hstores can only be set', () => {
    const change = api.api.schema.getType('UpdateItemChange');
    expect(isInputObjectType(change) && Object.keys(change.getFields())).toEqual(['document', 'documents', 'several']);
  });

  test('a path leads into a JSON document, not into an hstore or a list', () => {
    const withPath = /(\w+)(?:\(\s*(?:""".*"""\s*)?path: |: JSONPathOrderBy|: \[\[String)/g;
    const names = Array.from(printSdl(api.api.schema).matchAll(withPath), ([, name]) => name);
    expect(names).toEqual(['document', 'document', 'document', 'documentAt']);
  });

  test('numbers become texts of an hstore with all their digits', async () => {
    const texts = { n: '12345678901234567890', d: '0.10000000000000000001', t: 'true', no: null };
    const given = { n: JSON.rawJSON(texts.n), d: JSON.rawJSON(texts.d), t: true, no: null };
    const created = { createItem: { item: { tags: texts } } };
    const document = (head: string, tags: string) =>
      `mutation ${head} { createItem(input: { tags: ${tags} }) { item { tags } } }`;
    expect(await api.query(document('', `{ n: ${texts.n}, d: ${texts.d}, t: true, no: null }`))).toEqual(created);
    expect(await api.query(document('($tags: JSON)', '$tags'), { tags: given })).toEqual(created);
  });

  test('vectors and hstores are read the same way by plans, and grouped', async () => {
    await database.admin(`delete from events.item;
      insert into events.item (embedding, several, tags) values ('[1,2,3.5]', '{"[1]","[2,3]"}', '"a b"=>"\\"q\\"", c=>null')`);
    const document =
      '{ items { nodes { embedding several tags } } groups: itemsGroupedAggregate(groupBy: { columns: [EMBEDDING, TAGS] }) { key { embedding tags } } }';
    const tags = { 'a b': '"q"', c: null };
    const answer = {
      items: { nodes: [{ embedding: [1, 2, 3.5], several: ['[1]', '[2,3]'], tags }] },
      groups: [{ key: { embedding: [1, 2, 3.5], tags } }],
    };
    for (let i = 0; i < 3; i++) expect(await api.query(document)).toEqual(answer);
  });

  test.each([
    ['tags: { eq: "x" }', /An hstore is a JSON object/],
    ['tags: { contains: { a: [1] } }', /An hstore is a JSON object/],
    ['embedding: { eq: [] }', /at least 1 dimension/],
  ])('%s is rejected', async (where, message) => {
    const { errors } = await api.send(`{ items(where: { ${where} }) { totalCount } }`);
    expect(errors).toMatchObject([{ message: expect.stringMatching(message), extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});
