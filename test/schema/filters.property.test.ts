import fc from 'fast-check';
import { getNullableType, isInputObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import type { Result } from '../support/api.ts';
import { kinds } from '../support/kinds.ts';
import { patience, runs } from '../support/property.ts';
import { setUp } from '../support/setUp.ts';
import { anyTests, anyWhere, createThings, holds, thing, things, type Where } from '../support/things.ts';

const { api } = await setUp({ database: createThings });
/** Returns the ids of a table's rows that the API finds. */
async function find(name: string, where: Where): Promise<readonly number[]> {
  const type = name.charAt(0).toUpperCase() + name.slice(1);
  const { list } = await api.query<{ list: { nodes: { rowId: number }[] } }>(
    `query ($where: ${type}Where) { list: ${name}s(first: 1000, where: $where) { nodes { rowId } } }`,
    { where },
  );
  return list.nodes.map(({ rowId }) => rowId).toSorted((a, b) => a - b);
}

/** Does the same for many conditions on things, in one document. */
async function findAll(wheres: readonly Where[]): Promise<readonly (readonly number[])[]> {
  const declared = wheres.map((_, i) => `$w${i}: ThingWhere`).join(', ');
  const fields = wheres.map((_, i) => `q${i}: things(first: 1000, where: $w${i}) { nodes { rowId } }`).join('\n');
  const answer = await api.query<Record<string, { nodes: { rowId: number }[] }>>(
    `query (${declared}) { ${fields} }`,
    Object.fromEntries(wheres.map((where, i) => [`w${i}`, where])),
  );
  return wheres.map((_, i) => (answer[`q${i}`]?.nodes ?? []).map(({ rowId }) => rowId).toSorted((a, b) => a - b));
}

/** Returns the ids of the rows for which the condition is true. */
const expected = (name: string, where: Where): readonly number[] =>
  thing(name)
    .rows.filter((row) => holds(name, row, where) === true)
    .map(({ id }) => Number(id));

test.each(Object.entries(kinds))(
  'a filter on %s finds the rows for which it is true, and its negation those for which it is false',
  async (column, kind) => {
    await fc.assert(
      fc.asyncProperty(anyTests(kind), async (tests) => {
        const where = { [column]: tests };
        expect(await find('thing', where)).toEqual(expected('thing', where));
        expect(await find('thing', { not: where })).toEqual(expected('thing', { not: where }));
      }),
      runs(20),
    );
  },
  patience,
);

test.each(Object.entries(kinds))('every operator on %s agrees with its model', async (column, { operators }) => {
  for (const [operator, argument] of Object.entries(operators)) {
    const wheres = fc
      .sample(argument, { numRuns: 12, seed: 1 })
      .map((given): Where => ({ [column]: { [operator]: given } }));
    const told = wheres.map((where) => expected('thing', where));
    expect(await findAll(wheres), operator).toEqual(told);
    // If all answers were empty, or equal to those of the negated conditions, the comparison would prove nothing.
    const untold = wheres.map((where) => expected('thing', { not: where }));
    expect(told.flat().length + untold.flat().length, operator).toBeGreaterThan(0);
    expect(told, operator).not.toEqual(untold);
  }
});

test.each(Object.entries(kinds))(
  'every operator on %s gives the same result with a variable, in a statement that is built once',
  async (column, { operators }) => {
    for (const [operator, argument] of Object.entries(operators)) {
      const type = fieldOf(fieldOf(api.api.schema.getType('ThingWhere'), column), operator);
      if (isInputObjectType(type)) continue; // a whole object has no slot
      const document = `query ($given: ${type}!) {
        list: things(first: 1000, where: { ${column}: { ${operator}: $given } }) { nodes { rowId } }
      }`;
      const given = fc.sample(argument, { numRuns: 10, seed: 2 });
      const written = new Set<unknown>();
      const found: unknown[] = [];
      for (const value of given) {
        const { list } = await api.query<{ list: { nodes: { rowId: number }[] } }>(document, { given: value });
        found.push(list.nodes.map(({ rowId }) => rowId).toSorted((a, b) => a - b));
        written.add(api.queries[0]?.text);
      }
      expect(found, operator).toEqual(given.map((value) => expected('thing', { [column]: { [operator]: value } })));
      expect(written.size, operator).toBeLessThan(given.length);
    }
  },
);

const fieldOf = (type: unknown, name: string): unknown =>
  isInputObjectType(type) ? getNullableType(type.getFields()[name]?.type) : undefined;

test.each(Object.keys(things))(
  'any tree of conditions on %s and what it is related to finds the rows for which it is true',
  async (name) => {
    await fc.assert(
      fc.asyncProperty(anyWhere(name, 3), async (where) => {
        expect(await find(name, where)).toEqual(expected(name, where));
      }),
      runs(60),
    );
  },
  patience,
);

test('conditions on related rows nest to any depth', async () => {
  const deep = Array.from({ length: 40 }).reduce<Where>(
    (where) => ({ parent: { sitesByParentId: { some: where } } }),
    {},
  );
  const found = await find('site', deep);
  expect(found).toEqual(expected('site', deep));
  expect(found).not.toEqual([]);
});

test('an empty list matches nothing under `in` and `or`, everything under `and` and `notIn`', async () => {
  const all = thing('thing').rows.map(({ id }) => Number(id));
  expect(await find('thing', { and: [] })).toEqual(all);
  expect(await find('thing', { or: [] })).toEqual([]);
  expect(await find('thing', { not: { or: [] } })).toEqual(all);
  expect(await find('thing', {})).toEqual(all);
  for (const [column, { operators }] of Object.entries(kinds)) {
    if (!operators['in']) continue;
    expect(await find('thing', { [column]: { in: [] } })).toEqual([]);
    expect(await find('thing', { [column]: { notIn: [] } })).toEqual(all);
    expect(await find('thing', { not: { [column]: { in: [] } } })).toEqual(all);
  }
});

test('a value of a document finds what the same value of a variable finds', async () => {
  const literals: readonly (readonly [literal: string, where: Where])[] = [
    ['{ word: { in: ["a\\\\b", "%", "😀"] } }', { word: { in: ['a\\b', '%', '😀'] } }],
    ['{ word: { startsWith: "a\\\\" } }', { word: { startsWith: 'a\\' } }],
    ['{ big: { eq: 9223372036854775807 } }', { big: { eq: '9223372036854775807' } }],
    ['{ price: { gt: 12345678901234567890.1 } }', { price: { gt: '12345678901234567890.1' } }],
    ['{ ratio: { eq: 0.30000000000000004 } }', { ratio: { eq: 0.30000000000000004 } }],
    ['{ mood: { ne: LOW_END } }', { mood: { ne: 'LOW_END' } }],
    ['{ bytes: { eq: "AP8=" } }', { bytes: { eq: 'AP8=' } }],
    ['{ doc: { eq: { a: 1, b: [1, { c: null }] } } }', { doc: { eq: { a: 1, b: [1, { c: null }] } } }],
    ['{ doc: { in: [true, "a", 0] } }', { doc: { in: [true, 'a', 0] } }],
    ['{ raw: { contains: [[1]] } }', { raw: { contains: [[1]] } }],
    ['{ tags: { overlaps: ["a,b", "null"] } }', { tags: { overlaps: ['a,b', 'null'] } }],
    ['{ moods: { contains: MID } }', { moods: { contains: ['MID'] } }],
    ['{ notes: { some: { number: { gte: 0 } } } }', { notes: { some: { number: { gte: 0 } } } }],
  ];
  for (const [literal, where] of literals) {
    const { things: list } = await api.query<{ things: { nodes: { rowId: number }[] } }>(
      `{ things(first: 1000, where: ${literal}) { nodes { rowId } } }`,
    );
    const found = list.nodes.map(({ rowId }) => rowId).toSorted((a, b) => a - b);
    expect(found, literal).toEqual(expected('thing', where));
    expect(found, literal).toEqual(await find('thing', where));
    expect(found, literal).not.toEqual([]);
  }
});

describe('nulls in filters', () => {
  const nulls: readonly (Where | null)[] = [
    null,
    ...['and', 'or', 'not', 'site', 'areaByRegionZone', 'badge', 'notes'].map((key) => ({ [key]: null })),
    ...['and', 'or'].map((key) => ({ [key]: [null] })),
    ...['some', 'none', 'every'].map((quantifier) => ({ notes: { [quantifier]: null } })),
    { not: { word: null } },
    { and: [{ site: { parent: null } }] },
    { site: { things: { none: { number: { eq: null } } } } },
    { doc: { at: { path: null, eq: 1 } } },
    { doc: { at: { path: ['a'], eq: null } } },
    ...Object.entries(kinds).flatMap(([column, { operators }]) => [
      { [column]: null },
      ...Object.keys(operators).map((operator) => ({ [column]: { [operator]: null } })),
      ...Object.keys(operators)
        .filter((operator) => ['in', 'notIn', 'overlaps'].includes(operator))
        .map((operator) => ({ [column]: { [operator]: [null] } })),
    ]),
  ];

  test('a null in a filter is rejected from a variable', async () => {
    for (const where of nulls) {
      const { data, errors } = await api.send('query ($where: ThingWhere) { things(where: $where) { totalCount } }', {
        where,
      });
      expect([data?.['things'] ?? null, codesOf(errors)], JSON.stringify(where)).toEqual([null, ['BAD_USER_INPUT']]);
    }
  });

  test('a null in a filter is rejected from the document', async () => {
    for (const where of nulls) {
      const literal = JSON.stringify(where).replaceAll(/"(\w+)":/g, '$1:');
      const { data, errors } = await api.send(`{ things(where: ${literal}) { totalCount } }`);
      expect(data?.['things'] ?? null, literal).toBeNull();
      expect(['BAD_USER_INPUT', 'GRAPHQL_VALIDATION_FAILED'], literal).toContain(codesOf(errors)[0]);
    }
  });

  test('a null in a filter is rejected from a variable of an operand', async () => {
    const document = 'query ($word: String) { things(where: { word: { eq: $word } }) { totalCount } }';
    expect(codesOf((await api.send(document, { word: null })).errors)).toEqual(['BAD_USER_INPUT']);
  });
});

test('a value that the database cannot read is refused', async () => {
  const unreadable: readonly Where[] = [
    { word: { like: 'a\\' } },
    { word: { eq: 'a\0' } },
    { at: { eq: '2026-02-30T00:00:00Z' } },
    { day: { lt: '2026-13-01' } },
    { seen: { within: 'P999999999999Y' } },
    { period: { eq: '[2026-02-01,2026-01-01)' } },
    { ip: { eq: '10.0.0.256' } },
    { doc: { eq: 'a\0' } },
    { doc: { at: { path: ['a\0'], eq: 1 } } },
  ];
  for (const where of unreadable) {
    const { errors } = await api.send('query ($where: ThingWhere) { things(where: $where) { totalCount } }', { where });
    expect(codesOf(errors), JSON.stringify(where)).toEqual(['BAD_USER_INPUT']);
  }
});

const codesOf = (errors: Result['errors']) => (errors ?? []).map(({ extensions }) => extensions?.['code']);
