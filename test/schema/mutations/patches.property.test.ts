import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEmptyDatabase } from '../../support/database.ts';
import { type Json, merged } from '../../support/mergePatch.ts';
import { patience, runs } from '../../support/property.ts';
import { setUp } from '../../support/setUp.ts';

const { database, api } = await setUp({
  database: createEmptyDatabase,
  prepare: `
    create schema events;
    create type events.mood as enum ('low', 'high');
    create type events.pair as (number int, word text);
    create domain events.percent as int check (value between 0 and 100);
    create table events.thing (
      thing_id int primary key, small smallint, whole int, big bigint, exact numeric(20, 3), ratio float8, share events.percent,
      span interval, word text, short varchar(8), fixed char(4), tags text[], moods events.mood[], pairs events.pair[], docs jsonb[], doc jsonb, raw json,
      parent_id int references events.thing, flag boolean, at timestamptz);`,
});

const document = `mutation ($patch: UpdateThingPatch, $change: UpdateThingChange, $expect: ThingWhere) {
  updateThing(thingId: 1, patch: $patch, change: $change, expect: $expect) {
    thing { small whole big exact ratio share span word short fixed tags moods pairs docs doc raw parentId }
  }
}`;

type Row = Readonly<Record<string, unknown>>;

/** Stores a value, changes it, and checks that the mutation returns what PostgreSQL then has. */
async function change(column: string, before: unknown, changes: object): Promise<unknown> {
  await database.admin('truncate events.thing cascade');
  await database.admin('insert into events.thing (thing_id) values (1)');
  await api.query(document, { patch: { [column]: before } });
  const { updateThing } = await api.query<{ updateThing: { thing: Row } }>(document, { change: { [column]: changes } });
  const { things } = await api.query<{ things: { nodes: Row[] } }>(`{ things { nodes { ${column} } } }`);
  expect(things.nodes[0]?.[column]).toEqual(updateThing.thing[column]);
  return updateThing.thing[column];
}

const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc.constantFrom<Json>(null, 0, 1.5, 'x', '', true),
    fc.array(tie('json'), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom('a', 'b', '0', '', '__proto__', "it's"), tie('json'), { maxKeys: 3 }),
  ),
}));

/** Any JSON value of a column, which is not JSON's null. */
const value = json.filter((one) => one !== null);

describe("a change relative to the column's value", () => {
  test('increment adds a number to a column', { timeout: patience }, async () => {
    const columns = { small: 100, whole: 1_000_000, big: 1e15, exact: 1_000_000, ratio: 1000, share: 50 };
    await fc.assert(
      fc.asyncProperty(
        fc
          .constantFrom(...Object.entries(columns))
          .chain(([column, most]) =>
            fc.tuple(
              fc.constant(column),
              fc.option(fc.integer({ min: 0, max: most })),
              fc.integer({ min: 0, max: most }),
            ),
          ),
        async ([column, before, increment]) => {
          expect(Number(await change(column, before, { increment }))).toBe((before ?? 0) + increment);
        },
      ),
      runs(25),
    );
  });

  test('increment keeps every digit, and adds lengths of time', async () => {
    expect(await change('big', '9223372036854775800', { increment: '7' })).toBe('9223372036854775807');
    expect(await change('exact', '12345678901234567.125', { increment: '-0.001' })).toBe('12345678901234567.124');
    expect(await change('span', 'P1D', { increment: 'PT90M' })).toBe('P1DT1H30M');
  });

  test('append and prepend join texts, and take a null for an empty one', { timeout: patience }, async () => {
    const text = fc.constantFrom('', 'a', "it's", '%\\', 'é😀');
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('word', 'short'),
        fc.option(text),
        text,
        fc.boolean(),
        async (column, before, added, isAppend) => {
          const after = isAppend ? (before ?? '') + added : added + (before ?? '');
          expect(await change(column, before, { [isAppend ? 'append' : 'prepend']: added })).toBe(after);
        },
      ),
      runs(20),
    );
  });

  test('append, prepend and remove change the items of lists', { timeout: patience }, async () => {
    const kinds = {
      tags: fc.constantFrom('a', 'b', 'null', ',"{}'),
      moods: fc.constantFrom('LOW', 'HIGH'),
      pairs: fc.constantFrom('(1,a)', '(2,)', '(,)'),
      docs: fc.constantFrom<unknown>(1, { a: 1 }, 'x'),
    };
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(kinds)).chain((column) =>
          fc.record({
            column: fc.constant(column),
            before: fc.option(fc.array(fc.option<unknown>(kinds[column as keyof typeof kinds]), { maxLength: 4 })),
            items: fc.array<unknown>(kinds[column as keyof typeof kinds], { maxLength: 3 }),
            how: fc.constantFrom('append', 'prepend', 'remove'),
          }),
        ),
        async ({ column, before, items, how }) => {
          const isGone = (item: unknown) => items.some((other) => JSON.stringify(other) === JSON.stringify(item));
          const after = {
            append: [...(before ?? []), ...items],
            prepend: [...items, ...(before ?? [])],
            remove: before === null ? null : before.filter((item) => !isGone(item)),
          };
          expect(await change(column, before, { [how]: items })).toEqual(after[how as keyof typeof after]);
        },
      ),
      runs(30),
    );
  });

  test('merge changes documents as RFC 7396 says', { timeout: patience }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('doc', 'raw'), fc.option(value), value, async (column, before, patch) => {
        expect(await change(column, before, { merge: patch })).toEqual(merged(before ?? undefined, patch));
      }),
      runs(60),
    );
  });

  test('merge keeps the digits of numbers in documents', async () => {
    await change('doc', {}, { merge: { a: 1 } });
    const written =
      'mutation { updateThing(thingId: 1, change: { doc: { merge: { n: 12345678901234567890.10 } } }) { thing { thingId } } }';
    await api.query(written);
    expect((await database.admin('select doc::text from events.thing')).rows).toEqual([
      { doc: '{"a": 1, "n": 12345678901234567890.10}' },
    ]);
  });

  test('a change is one statement, and loses nothing if others change the row at the same time', async () => {
    await change('whole', 0, { increment: 1 });
    await Promise.all(
      Array.from({ length: 10 }, () =>
        api.app.fetch('http://localhost/graphql', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query: document, variables: { change: { whole: { increment: 1 } } } }),
        }),
      ),
    );
    expect((await database.admin('select whole from events.thing')).rows).toEqual([{ whole: 11 }]);
    await api.query(document, { change: { whole: { increment: 1 } } });
    expect(api.statements).toHaveLength(1);
  });

  test('a change can be combined with a patch and an expectation', async () => {
    await change('whole', 1, { increment: 1 });
    const both = { patch: { word: 'x' }, change: { whole: { increment: 1 } }, expect: { whole: { eq: 2 } } };
    expect(await api.query(document, both)).toMatchObject({ updateThing: { thing: { word: 'x', whole: 3 } } });
    expect((await api.send(document, both)).errors?.[0]).toMatchObject({ extensions: { code: 'CONFLICT' } });
    expect((await database.admin('select whole from events.thing')).rows).toEqual([{ whole: 3 }]);
  });
});

describe('impossible changes', () => {
  const deep = Array.from({ length: 101 }).reduce<Json>((inner) => ({ a: inner }), 1);
  test.each<readonly [Record<string, unknown>, string, string]>([
    [{}, 'patch is empty; give at least one field to change', 'BAD_USER_INPUT'],
    [{ patch: {}, change: {} }, 'patch is empty; give at least one field to change', 'BAD_USER_INPUT'],
    [{ change: { whole: null } }, 'change\'s "whole" is null; leave it out', 'BAD_USER_INPUT'],
    [
      { patch: { whole: 1 }, change: { whole: { increment: 1 } } },
      'patch and change both set whole; give only one of them',
      'BAD_USER_INPUT',
    ],
    [{ change: { doc: { merge: deep } } }, 'merge: the patch may have at most 100 objects', 'BAD_USER_INPUT'],
    [{ change: { small: { increment: 40_000 } } }, 'value "40000" is out of range for type smallint', 'BAD_USER_INPUT'],
    [{ change: { big: { increment: '9223372036854775807' } } }, 'bigint out of range', 'BAD_USER_INPUT'],
    [
      { change: { short: { append: 'too long for it' } } },
      'value too long for type character varying(8)',
      'BAD_USER_INPUT',
    ],
    [{ change: { share: { increment: 101 } } }, expect.stringContaining('percent') as string, 'BAD_USER_INPUT'],
  ])('an impossible change is rejected: %j', async (variables, message, code) => {
    await database.admin('truncate events.thing cascade; insert into events.thing (thing_id, big) values (1, 1)');
    expect((await api.send(document, variables)).errors?.[0]).toMatchObject({ message, extensions: { code } });
  });

  test.each([
    '{ whole: {} }',
    '{ whole: { increment: 1, append: 2 } }',
    '{ word: { append: "a", prepend: "b" } }',
    '{ flag: {} }',
    '{ parentId: { increment: 1 } }',
    '{ thingId: { increment: 1 } }',
  ])('a change of an invalid form is rejected: %s', async (given) => {
    const { errors } = await api.send(`mutation { updateThing(thingId: 1, change: ${given}) { thing { thingId } } }`);
    expect(errors?.[0]?.extensions?.['code']).toBe('GRAPHQL_VALIDATION_FAILED');
  });
});
