import {
  type GraphQLInputObjectType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
} from 'graphql';
import { expect, test } from 'vitest';
import { type Slot, Slots, withListSlots } from '../../src/db/sql/slot.ts';
import { filled, sql, toQuery } from '../../src/db/sql/sql.ts';
import { createTwoWays, differenceOf, valuesOf } from '../support/twoWays.ts';
import { setUpOdd } from './odd.ts';

const { api } = await setUpOdd();
const ask = createTwoWays(api);
const values = await valuesOf(api);

/** A list of values somewhere in a filter. */
interface Place {
  readonly name: string;
  readonly item: string;
  readonly filter: (list: string) => string;
}

/** Finds the lists of values in a filter, once for each type of input. */
function placesIn(
  type: GraphQLInputObjectType,
  seen: Set<string>,
  around: (inner: string) => string,
): readonly Place[] {
  if (seen.has(type.name)) return [];
  seen.add(type.name);
  const fields = Object.values(type.getFields());
  return fields.flatMap(({ name, type: given }): readonly Place[] => {
    const inner = getNullableType(given);
    const required = fields.filter((other) => other.name !== name && isNonNullType(other.type));
    const others = required.map((other) => `, ${other.name}: []`).join('');
    const own = (value: string) =>
      around(`{ ${name}: ${value}${others}${'isNull' in type.getFields() ? ', isNull: false' : ''} }`);
    if (isInputObjectType(inner)) return placesIn(inner, seen, own);
    if (!isListType(inner) || !isLeafType(getNamedType(inner)) || isEnumType(getNamedType(inner))) return [];
    return [{ name: `${type.name}.${name}`, item: String(inner.ofType), filter: own }];
  });
}

const where = api.api.schema
  .getQueryType()
  ?.getFields()
  ['everyScalars']?.args.find(({ name }) => name === 'where');
const places = placesIn(getNamedType(where?.type) as GraphQLInputObjectType, new Set(), (inner) => inner);

test('filters have lists under every operator', () => {
  const operators = new Set(places.map(({ name }) => name.slice(name.indexOf('.') + 1)));
  expect([...operators].toSorted()).toEqual(
    ['containedBy', 'contains', 'eq', 'in', 'ne', 'notIn', 'overlaps', 'path'].toSorted(),
  );
});

/** Values of which each differs from the other, by scalar. */
const pairs: ReadonlyMap<string, readonly [unknown, unknown]> = new Map<string, readonly [unknown, unknown]>([
  ['Boolean', [true, false]],
  ['UUID', ['00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000002']],
  ['Byte', ['AA==', 'AQ==']],
  ['JSON', [{ a: 1 }, { b: 2 }]],
]);

const itemsOf = (item: string): readonly unknown[] => {
  const name = item.replace('!', '');
  const known = [...new Set(values.get(name) ?? [])];
  return known.length > 1 ? known : (pairs.get(name) ?? ['1', '2']);
};

test.each(places)('$name takes variables as items, and other values later', async ({ item, filter }) => {
  const [first, second] = itemsOf(item);
  const text = `query ($one: ${item}, $other: ${item}) { everyScalars(where: ${filter('[$one, $other]')}) { totalCount nodes { id } } }`;
  for (const variables of [
    { one: first, other: first },
    { one: second, other: second },
  ]) {
    const answers = await ask({ text, variables });
    expect({ text, difference: differenceOf(answers) }).toEqual({ text, difference: null });
    expect(answers.interpreter).toBe('plan');
  }
});

test('a list with variables as items is bound with the values of each request', () => {
  const { value } = Slots.build({ a: 'x', b: 'y' }, ['a', 'b'], (given) => {
    const { list } = withListSlots(Object.assign(Object.create(null), { list: ['1', given['a'], given['b']] })) as {
      list: Slot;
    };
    return sql`select ${list}`;
  });
  expect(toQuery(filled(value, { a: 'x', b: 'y' })).values).toEqual(['{"1","x","y"}']);
  expect(toQuery(filled(value, { a: 'z', b: null })).values).toEqual(['{"1","z",NULL}']);
  expect(() => Slots.build({ a: 'x' }, ['a'], ({ a }) => sql`select ${[a] as string[]}`)).toThrow('A slot is in');
});
