import { describe, expect, test } from 'vitest';
import type { Result } from '../support/api.ts';
import { createEmptyDatabase } from '../support/database.ts';
import { setUp } from '../support/setUp.ts';

const { database, api } = await setUp({
  database: createEmptyDatabase,
  prepare: `
    create schema events;
    create table events.thing (
      thing_id int primary key, big int8, exact numeric, ratio float8, doc jsonb, raw json, bigs int8[], docs jsonb[]);
    create table events.constructor (constructor_id int primary key, name text);
    create table events.result (
      result_id int primary key, constructor_id int references events.constructor, position int, to_string text,
      value_of text, has_own_property text);
    insert into events.constructor values (1, 'Red');
    insert into events.result values (1, 1, 1), (2, 1, 2)`,
});

/** Sends this exact JSON text by POST or GET. */
async function send(query: string, variables: string, method: 'GET' | 'POST' = 'POST'): Promise<Result> {
  const url = 'http://localhost/graphql';
  const response =
    method === 'POST'
      ? await api.app.fetch(url, {
          method,
          headers: { 'content-type': 'application/json' },
          body: `{"query":${JSON.stringify(query)},"variables":${variables}}`,
        })
      : await api.app.fetch(`${url}?${new URLSearchParams({ query, variables })}`);
  return (await response.json()) as Result;
}

describe('a number arrives as it was sent', () => {
  test.each([
    ['big', '9007199254740993', '9007199254740993'],
    ['big', '-9223372036854775808', '-9223372036854775808'],
    ['big', '1e3', '1000'],
    ['big', '5.0', '5'],
    ['exact', '12345678901234567890.123456789012345678', '12345678901234567890.123456789012345678'],
    ['exact', '0.1234567890123456789', '0.1234567890123456789'],
    ['exact', '1e400', `1${'0'.repeat(400)}`],
    ['exact', '1.5e-20', '0.000000000000000000015'],
    ['ratio', '0.30000000000000004', '0.30000000000000004'],
    ['ratio', '0.1234567890123456789', '0.12345678901234568'],
    ['ratio', '5e-324', '5e-324'],
    ['doc', '{"n": [9007199254740993, 0.1234567890123456789]}', '{"n": [9007199254740993, 0.1234567890123456789]}'],
    ['doc', '750727362669608961', '750727362669608961'],
    ['raw', '{"n":1e400}', '{"n":1e400}'],
    ['bigs', '[9007199254740993, 1]', '{9007199254740993,1}'],
    ['bigs', '9007199254740993', '{9007199254740993}'],
    ['docs', '[{"n": 9007199254740993}]', '{"{\\"n\\": 9007199254740993}"}'],
  ])('a number arrives as it was sent: to %s, %s', async (column, sent, stored) => {
    await database.admin('delete from events.thing');
    const whole = 'mutation ($x: CreateThingInput!) { createThing(input: $x) { thing { thingId } } }';
    expect((await send(whole, `{"x": {"thingId": 1, "${column}": ${sent}}}`)).errors).toBeUndefined();
    const field = api.api.schema.getType('CreateThingInput');
    const type = field && 'getFields' in field ? String(field.getFields()[column]?.type) : '';
    const single = `mutation ($x: ${type}) { createThing(input: { thingId: 2, ${column}: $x }) { thing { thingId } } }`;
    expect((await send(single, `{"x": ${sent}}`)).errors).toBeUndefined();
    const { rows } = await database.admin<{ text: string }>(`select ${column}::text as text from events.thing`);
    expect(rows.map(({ text }) => text)).toEqual([stored, stored]);
  });

  test('a number in a filter arrives as it was sent, by POST and GET', async () => {
    await database.admin(
      `delete from events.thing; insert into events.thing (thing_id, big) values (1, 9007199254740993)`,
    );
    const query = 'query ($x: ThingWhere) { things(where: $x) { totalCount } }';
    for (const method of ['GET', 'POST'] as const) {
      const count = async (operand: string) =>
        (await send(query, `{"x": {"big": {"eq": ${operand}}}}`, method)).data?.['things'];
      expect(await count('9007199254740993')).toEqual({ totalCount: 1 });
      expect(await count('9007199254740992')).toEqual({ totalCount: 0 });
    }
  });

  test('a number that its type cannot hold is still rejected', async () => {
    const refusals = [
      ['query ($x: Int!) { thing(thingId: $x) { big } }', '12345678901234567890', /Int cannot represent/],
      ['query ($x: Int) { things(first: $x) { totalCount } }', '1.5e-3', /Int cannot represent/],
      ['query ($x: String) { things(after: $x) { totalCount } }', '12345678901234567890', /String cannot represent/],
      ['query ($x: ThingWhere) { things(where: $x) { totalCount } }', '12345678901234567890', /to be an object/],
      ['query ($x: FloatWhere) { things(where: { ratio: $x }) { totalCount } }', '{"eq": 1e400}', /Float cannot/],
    ] as const;
    for (const [query, x, message] of refusals)
      expect((await send(query, `{"x": ${x}}`)).errors, query).toMatchObject([
        { message: expect.stringMatching(message), extensions: { code: 'BAD_USER_INPUT' } },
      ]);
  });

  test("the price uses the number of a page's size", async () => {
    const query = 'query ($x: Int) { things(first: $x) { nodes { thingId } } }';
    expect((await send(query, '{"x": 1e3}')).errors).toBeUndefined();
    expect((await send(query, '{"x": 1.001e3}')).errors).toMatchObject([{ message: 'first must be from 0 to 1000' }]);
  });
});

describe('the name of an inherited property is an ordinary name', () => {
  const one = { nodes: [{ resultId: 1 }] };

  test.each<readonly [type: string, x: unknown, field: string, expected: unknown]>([
    ['ResultWhere', { position: { eq: 1 } }, 'results(where: $x) { nodes { resultId } }', one],
    [
      'ResultWhere',
      { constructor: { name: { eq: 'Red' } }, position: { eq: 1 } },
      'results(where: $x) { nodes { resultId } }',
      one,
    ],
    ['ResultWhere', { and: [{ position: { eq: 1 } }] }, 'results(where: $x) { nodes { resultId } }', one],
    [
      'ResultWhere',
      { toString: { isNull: true }, position: { eq: 1 } },
      'results(where: $x) { nodes { resultId } }',
      one,
    ],
    ['[ResultOrderBy!]', [{ position: 'ASC' }], 'results(first: 1, orderBy: $x) { nodes { resultId } }', one],
    [
      '[ResultOrderBy!]',
      [{ valueOf: 'ASC' }, { position: 'ASC' }],
      'results(first: 1, orderBy: $x) { nodes { resultId } }',
      one,
    ],
    [
      'ResultGroupBy!',
      { columns: ['POSITION'] },
      'resultsGroupedAggregate(groupBy: $x) { count }',
      [{ count: 1 }, { count: 1 }],
    ],
    [
      'ResultHaving',
      { count: { gt: 1 } },
      'resultsGroupedAggregate(groupBy: {}, having: $x) { count }',
      [{ count: 2 }],
    ],
  ])('the name of an inherited property is an ordinary name in a %s: %j', async (type, x, field, expected) => {
    expect(await api.query(`query ($x: ${type}) { field: ${field} }`, { x })).toEqual({ field: expected });
  });

  test('the name of an inherited property is an ordinary name in rows that are written', async () => {
    const fields = 'resultId toString valueOf hasOwnProperty constructor { name }';
    const create = `mutation ($x: CreateResultInput!) { createResult(input: $x) { result { ${fields} } } }`;
    const none = { toString: null, valueOf: null, hasOwnProperty: null, constructor: null };
    expect(await api.query(create, { x: { resultId: 11 } })).toEqual({
      createResult: { result: { ...none, resultId: 11 } },
    });
    expect(await api.query('mutation { createResult(input: { resultId: 12 }) { result { valueOf } } }')).toEqual({
      createResult: { result: { valueOf: null } },
    });
    const given = { resultId: 13, toString: 'a', valueOf: 'b', hasOwnProperty: 'c' };
    expect(await api.query(create, { x: given })).toEqual({ createResult: { result: { ...none, ...given } } });
    const update = `mutation ($x: UpdateResultPatch!) { updateResult(resultId: 13, patch: $x) { result { ${fields} } } }`;
    expect(await api.query(update, { x: { valueOf: 'd' } })).toEqual({
      updateResult: { result: { ...none, ...given, valueOf: 'd' } },
    });
    await database.admin('delete from events.result where result_id > 10');
  });

  test('the name of an inherited property is an ordinary name of a variable, an alias, a missing field and a missing document', async () => {
    const query = `query ($constructor: Int, $toString: ResultWhere) {
      __proto__: __typename
      constructor: results(first: $constructor, where: $toString) { totalCount }
    }`;
    const text = await api.app.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    expect(await text.text()).toBe('{"data":{"__proto__":"Query","constructor":{"totalCount":2}}}');
    const where = 'query ($x: ConstructorWhere) { constructors(where: $x) { totalCount } }';
    for (const x of ['{"toString": {"eq": "a"}}', '{"__proto__": {"eq": "a"}}', '{"name": {"valueOf": 1}}'])
      expect((await send(where, `{"x": ${x}}`)).errors, x).toMatchObject([
        { message: expect.stringContaining('is not defined'), extensions: { code: 'BAD_USER_INPUT' } },
      ]);
    const named = 'query ($__proto__: ConstructorWhere) { constructors(where: $__proto__) { totalCount } }';
    for (let time = 1; time <= 3; time++)
      expect((await send(named, '{"__proto__": {"name": {"eq": "nobody"}}}')).errors).toMatchObject([
        { message: expect.stringContaining('cannot be called $__proto__'), extensions: { code: 'BAD_USER_INPUT' } },
      ]);
    for (const id of ['constructor', '__proto__', 'toString']) {
      const response = await api.app.fetch(`http://localhost/graphql/${id}`);
      expect(await response.json()).toMatchObject({
        errors: [{ extensions: { code: 'PERSISTED_DOCUMENT_NOT_FOUND' } }],
      });
    }
  });
});
