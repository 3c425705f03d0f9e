import { readFile } from 'node:fs/promises';
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
import { createEmptyDatabase } from '../support/database.ts';
import { setUp } from '../support/setUp.ts';
import { createTwoWays, differenceOf, valuesOf } from '../support/twoWays.ts';

const { api } = await setUp({
  database: createEmptyDatabase,
  prepare: async (database) => {
    await database.admin(await readFile(new URL('../schema/oddities.sql', import.meta.url), 'utf8'));
    await database.admin(await readFile(new URL('odd.sql', import.meta.url), 'utf8'));
    await database.grantAll(database.connection, 'odd');
    await database.admin(`grant usage on schema elsewhere to ${database.connection.user}`);
  },
  schema: 'odd',
});
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

test('filters have lists of every kind', () => {
  expect(places.map(({ name }) => name)).toEqual(expect.arrayContaining(['JSONPathWhere.path', 'StringWhere.in']));
});

test.each(places)('$name takes variables as items', async ({ item, filter }) => {
  const [first, second = first] = (values.get(item.replace('!', '')) ?? ['1', '2']) as readonly unknown[];
  const text = `query ($one: ${item}, $other: ${item}) { everyScalars(where: ${filter('[$one, $other]')}) { totalCount nodes { id } } }`;
  for (const variables of [
    { one: first, other: second },
    { one: second, other: first },
  ]) {
    const answers = await ask({ text, variables });
    expect({ text, difference: differenceOf(answers) }).toEqual({ text, difference: null });
    expect(answers.planned.errors.join()).not.toContain('INTERNAL_SERVER_ERROR');
  }
});
