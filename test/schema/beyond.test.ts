import { describe, expect, test } from 'vitest';
import { createEmptyDatabase } from '../support/database.ts';
import { setUp } from '../support/setUp.ts';

const { database, api } = await setUp({
  database: createEmptyDatabase,
  prepare: `
    create schema events;
    create table events.thing (
      thing_id int2 primary key, small int2, big int8, single float4, exact numeric(6, 2));
    insert into events.thing values
      (1, -32768, -9223372036854775808, '-3.4028235e38', -9999.99), (2, 0, 0, 0, 0), (3, 7, 7, 0.1, 7),
      (4, 32767, 9223372036854775807, '3.4028235e38', 9999.99), (5, null, null, null, null),
      (6, 8, 8, 'Infinity', 'NaN')`,
});

/**
 * By column, a type with which SQL can compare all of the numbers, and numbers within and beyond the column's own type.
 */
const columns = {
  small: ['int4', [0, 32767, 32768, -32768, -32769, 2147483647]],
  big: [
    'numeric',
    [
      '7',
      '9223372036854775807',
      '9223372036854775808',
      '-9223372036854775808',
      '-9223372036854775809',
      '+99999999999999999999',
      '0000000000000000000000000007',
      `-${'9'.repeat(400)}`,
    ],
  ],
  single: ['float8', [0, 3.5e38, -1e300, 1e-60]],
  exact: ['numeric', ['7.00', '1e30', '-1e30', '0.00001', '99999999999999999999.5']],
} as const;

const operators = { eq: '=', ne: '<>', lt: '<', lte: '<=', gt: '>', gte: '>=' };

describe.each(Object.entries(columns))('in %s', (column, [type, numbers]) => {
  const found = async (where: object) => {
    const { things } = await api.query<{ things: { nodes: { thingId: number }[] } }>(
      'query ($where: ThingWhere) { things(where: $where) { nodes { thingId } } }',
      { where },
    );
    return things.nodes.map(({ thingId }) => thingId);
  };
  const bySql = async (condition: string) =>
    (
      await database.admin<{ id: number }>(`select thing_id as id from events.thing where ${condition} order by 1`)
    ).rows.map(({ id }) => id);

  test.each<number | string>(numbers)('%s is compared like in SQL', async (number) => {
    for (const [name, operator] of Object.entries(operators)) {
      const condition = `${column}::${type} ${operator} '${number}'::${type}`;
      expect(await found({ [column]: { [name]: number } }), condition).toEqual(await bySql(condition));
      const negated = { not: { [column]: { [name]: number } } };
      expect(await found(negated), condition).toEqual(await bySql(`not (${condition})`));
    }
  });

  test('a list may have numbers within and beyond the range of the type', async () => {
    const list = numbers.map((number) => `'${number}'`).join(', ');
    expect(await found({ [column]: { in: numbers } })).toEqual(await bySql(`${column}::${type} in (${list})`));
    expect(await found({ [column]: { notIn: numbers } })).toEqual(await bySql(`${column}::${type} not in (${list})`));
    // A number that equals a value in the column's own type still does so next to a number beyond it.
    if (column === 'single') expect(await found({ single: { in: [0.1, 1e300] } })).toEqual([3]);
  });
});

test('a literal, a condition on a measure and a count of pages are compared likewise', async () => {
  expect(
    await api.query(`{
      below: things(where: { big: { lt: 99999999999999999999 } }) { totalCount }
      above: things(where: { big: { gt: 99999999999999999999 } }) { totalCount }
      groups: thingsGroupedAggregate(groupBy: {}, having: { big: { max: { lt: 99999999999999999999 } } }) { count }
    }`),
  ).toEqual({ below: { totalCount: 5 }, above: { totalCount: 0 }, groups: [{ count: 6 }] });
});

test("a number beyond GraphQL's own Int is not valid", async () => {
  const { errors } = await api.send('{ things(where: { small: { lt: 2147483648 } }) { totalCount } }');
  expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
});

test('a key beyond the range of its column fails only its own lookup, and a written number must fit', async () => {
  const { data, errors } = await api.send('{ a: thing(thingId: 3) { thingId } b: thing(thingId: 32768) { thingId } }');
  expect(data).toEqual({ a: { thingId: 3 }, b: null });
  expect(errors).toMatchObject([{ path: ['b'], extensions: { code: 'BAD_USER_INPUT' } }]);
  const write = 'mutation ($x: BigInt) { createThing(input: { thingId: 9, big: $x }) { thing { thingId } } }';
  for (const x of ['9223372036854775808', '9'.repeat(5000)])
    expect((await api.send(write, { x })).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
});
