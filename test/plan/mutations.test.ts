import { describe, expect, test } from 'vitest';
import type { Sql } from '../../src/db/sql/sql.ts';
import { createThings } from '../schema/mutations/things.ts';
import { setUp } from '../support/setUp.ts';
import { createTwoWays, differenceOf } from '../support/twoWays.ts';

const { database, api } = await setUp({ database: createThings });
const ask = createTwoWays(api, {}, async () => {
  await database.admin('truncate events.thing, events.part, events.reading restart identity');
  await database.admin(`insert into events.thing (code, label) values ('there', 'old')`);
});

const many = `mutation ($inputs: [CreateThingInput!]!, $onConflict: CreateThingOnConflict) {
  made: createThings(inputs: $inputs, onConflict: $onConflict) {
    things { id code label mood amount tags doc at } createdCount updatedCount ignoredCount __typename
  }
}`;
const one = `mutation ($input: CreateThingInput!) { createThing(input: $input) { thing { code parts { nodes { name } } } } }`;
const change = `mutation ($patch: UpdateThingPatch!, $expect: ThingWhere) {
  updateThingByCode(code: "there", patch: $patch, expect: $expect) { thing { label tags } }
}`;

const planned: readonly [name: string, text: string, variables?: Readonly<Record<string, unknown>>][] = [
  [
    'rows in the order of their inputs',
    many,
    {
      inputs: [
        { code: 'b', tags: ['x', null] },
        { code: 'a', amount: 3 },
      ],
    },
  ],
  ['no rows', many, { inputs: [] }],
  ['a single row in place of a list', many, { inputs: { code: 'a' } }],
  ['an existing row', many, { inputs: [{ code: 'a' }, { code: 'there' }] }],
  ['inputs with the same key', many, { inputs: [{ code: 'a' }, { code: 'a' }] }],
  ['a null in a column that has none', many, { inputs: [{ code: 'a' }, { code: 'b', label: null }] }],
  ['a violated check', many, { inputs: [{ code: 'a', amount: -1 }] }],
  ['too many rows', many, { inputs: Array.from({ length: 10_001 }, (_, n) => ({ code: `${n}` })) }],
  ['ignored rows', many, { inputs: [{ code: 'a' }, { code: 'there' }], onConflict: { do: 'IGNORE', on: 'CODE' } }],
  ['updated rows', many, { inputs: [{ code: 'there', label: 'new' }], onConflict: { do: 'UPDATE', on: 'CODE' } }],
  ['nothing to update', many, { inputs: [{ code: 'there' }], onConflict: { do: 'UPDATE', on: 'CODE' } }],
  ['an omitted key', many, { inputs: [{ code: 'a' }], onConflict: { do: 'IGNORE', on: 'THING_ID' } }],
  ['a null as onConflict', many, { inputs: [{ code: 'a' }], onConflict: null }],
  ['literals', 'mutation { createThings(inputs: [{ code: "a", mood: LOW_END }]) { things { mood } createdCount } }'],
  ['one row with its related rows', one, { input: { code: 'a' } }],
  ['one existing row', one, { input: { code: 'there' } }],
  [
    'a row of a partitioned table',
    'mutation { createReading(input: { sensor: "a", day: "2026-02-01" }) { reading { value } } }',
  ],
  ['a change', change, { patch: { label: 'new', tags: [] } }],
  ['an empty change', change, { patch: {} }],
  ['a change of a row that is as expected', change, { patch: { label: 'new' }, expect: { label: { eq: 'old' } } }],
  ['a change of a row that is not as expected', change, { patch: { label: 'new' }, expect: { label: { eq: 'x' } } }],
  ['a deletion', 'mutation { deleteThingByCode(code: "there") { thing { code } } }'],
  ['a deletion of a missing row', 'mutation { deleteThingByCode(code: "gone") { thing { code } } }'],
  ['two aliases with only __typename', 'mutation { a: __typename createThing(input: { code: "a" }) { __typename } }'],
];

const executed: readonly [name: string, text: string, variables?: Readonly<Record<string, unknown>>][] = [
  [
    'several mutations, one after the other',
    `mutation { first: createThing(input: { code: "a" }) { thing { thingId } }
      second: deleteThingByCode(code: "a") { thing { thingId } } }`,
  ],
  ['a variable of another type', many, { inputs: [{ code: 1, what: 2 }] }],
];

describe('a mutation has the same answer from its plan and from the executor', () => {
  test.each(planned)(
    'a mutation has the same answer from its plan and from the executor: %s',
    async (_, text, variables = {}) => {
      const ways = await ask({ text, variables });
      expect(differenceOf(ways)).toBeNull();
      expect(ways.interpreter).toBe('plan');
    },
  );

  test.each(executed)('a mutation without a plan is run by the executor: %s', async (_, text, variables = {}) => {
    const ways = await ask({ text, variables });
    expect(differenceOf(ways)).toBeNull();
    expect(ways.interpreter).not.toBe('plan');
  });
});

test('the statement of a bulk create is built once for all inputs with the same fields', async () => {
  const written = new Set<Sql['text']>();
  for (let n = 0; n < 5; n++) {
    const inputs = Array.from({ length: 20 }, (_, i) => ({ code: `${n} ${i}`, amount: n + 1 }));
    await api.query(many, { inputs });
    for (const { text, subject } of api.queries) if (subject?.operation === 'INSERT') written.add(text);
  }
  expect(written.size).toBe(1);
  await api.query(many, { inputs: [{ code: 'another', label: 'x' }] });
  for (const { text } of api.queries) written.add(text);
  expect(written.size).toBe(2);
});
