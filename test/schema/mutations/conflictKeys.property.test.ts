import fc from 'fast-check';
import type { GraphQLEnumType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { createEmptyDatabase } from '../../support/database.ts';
import { patience, runs } from '../../support/property.ts';
import { setUp } from '../../support/setUp.ts';

const columns = `row_id int generated always as identity primary key, key int, state text not null default 'open', body text`;

const { database, api } = await setUp({
  database: createEmptyDatabase,
  prepare: async (database) => {
    const { rows } = await database.admin<{ since: boolean }>(
      `select current_setting('server_version_num')::int >= 150000 as since`,
    );
    await database.admin(`
      create schema events;
      create table events.distinct_row (${columns}, unique (key));
      create table events.equal_row (${columns}, unique ${rows[0]?.since ? 'nulls not distinct' : ''} (key));
      create table events.partial_row (${columns}, secret text);
      create collation events.loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      create table events.loose_row (word text collate events.loose primary key);
      create unique index one_open on events.partial_row (key) where state = 'open' and body is distinct from 'old';
      create unique index of_secret on events.partial_row (key) where secret = 'x';
      create unique index by_expression on events.partial_row (lower(body)) where key = 99;
      comment on index events.one_open is 'At most one is open.';
      comment on index events.of_secret is '@name unsecret';`);
    await database.grantAll(database.connection);
  },
});

const { rows: definitions } = await database.admin<{ text: string }>(
  `select pg_get_indexdef('events.equal_row_key_key'::regclass) as text`,
);
const areNullsEqual = definitions[0]?.text.includes('NULLS NOT DISTINCT') ?? false;

interface Row {
  readonly key: number | null;
  readonly state: string;
  readonly body: string | null;
}

/** By type, the table, its key, and whether the key of a row distinguishes it from others. */
const tables = {
  DistinctRow: { table: 'distinct_row', on: 'KEY', nullsEqual: false, tells: ({ key }: Row) => key !== null },
  EqualRow: {
    table: 'equal_row',
    on: 'KEY',
    nullsEqual: areNullsEqual,
    tells: ({ key }: Row) => key !== null || areNullsEqual,
  },
  PartialRow: {
    table: 'partial_row',
    on: 'ONE_OPEN',
    nullsEqual: false,
    tells: ({ key, state, body }: Row) => key !== null && state === 'open' && body !== 'old',
  },
} as const;

type Type = keyof typeof tables;

const documentOf = (type: Type) => `mutation ($inputs: [Create${type}Input!]!, $onConflict: Create${type}OnConflict) {
  created: create${type}s(inputs: $inputs, onConflict: $onConflict) {
    rows: ${type.charAt(0).toLowerCase()}${type.slice(1)}s { key state body } createdCount updatedCount ignoredCount
  }
}`;

const row = fc.record({
  key: fc.option(fc.integer({ min: 1, max: 5 })),
  state: fc.constantFrom('open', 'closed'),
  body: fc.constantFrom(null, 'old', 'new', 'newer'),
});

describe('onConflict', () => {
  test('onConflict accepts keys that may be null, and keys of a part of the rows', { timeout: patience }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...(Object.keys(tables) as Type[])),
        fc.array(row, { maxLength: 8 }),
        fc.array(row, { minLength: 1, maxLength: 8 }),
        fc.constantFrom('IGNORE', 'UPDATE'),
        async (type, before, all, action) => {
          const { table, on, nullsEqual, tells } = tables[type];
          const isSame = (a: Row, b: Row) => tells(a) && tells(b) && a.key === b.key;
          const there = before.filter((row, i) => !before.slice(0, i).some((other) => isSame(row, other)));
          const inputs = all.filter(
            ({ key }, i) => (key === null && !nullsEqual) || all.findIndex((other) => other.key === key) === i,
          );
          await database.admin(`truncate events.${table}`);
          await database.admin(
            `insert into events.${table} (key, state, body)
             select r.key, r.state, r.body from jsonb_to_recordset($1) as r (key int, state text, body text)`,
            [JSON.stringify(there)],
          );
          const became = inputs.map((row) => {
            const old = there.find((other) => isSame(row, other));
            if (!old) return { row, as: 'created' };
            return action === 'IGNORE' ? { row: null, as: 'ignored' } : { row: { ...old, ...row }, as: 'updated' };
          });
          const count = (what: string) => became.filter(({ as }) => as === what).length;
          expect(await api.query(documentOf(type), { inputs, onConflict: { do: action, on } })).toEqual({
            created: {
              rows: became.flatMap(({ row }) => row ?? []),
              createdCount: count('created'),
              updatedCount: count('updated'),
              ignoredCount: count('ignored'),
            },
          });
          expect(api.statements).toHaveLength(1);
        },
      ),
      runs(60),
    );
  });

  test('onConflict requires each input to give the key, and each key once', async () => {
    const ask = async (type: Type, inputs: readonly object[]) =>
      (await api.send(documentOf(type), { inputs, onConflict: { do: 'IGNORE', on: tables[type].on } })).errors?.[0]
        ?.message;
    expect(await ask('PartialRow', [{ body: 'x' }])).toBe('inputs[0] must give key, since onConflict uses this key');
    expect(await ask('DistinctRow', [{ body: 'x' }])).toBe('inputs[0] must give key, since onConflict uses this key');
    expect(await ask('PartialRow', [{ key: 1 }, { key: 1, state: 'closed' }])).toBe('inputs 0, 1 have the same key');
  });

  test('onConflict compares the keys of inputs in the collation of their column', async () => {
    const create = (...words: readonly string[]) =>
      api.send(
        `mutation ($inputs: [CreateLooseRowInput!]!) {
          created: createLooseRows(inputs: $inputs, onConflict: { do: IGNORE, on: WORD }) { looseRows { word } ignoredCount }
        }`,
        { inputs: words.map((word) => ({ word })) },
      );
    expect((await create('a', 'b', 'A')).errors?.[0]?.message).toBe('inputs 0, 2 have the same word');
    const answers = [await create('a', 'b'), await create('C', 'A')];
    expect(answers).toMatchObject([
      { data: { created: { looseRows: [{ word: 'a' }, { word: 'b' }], ignoredCount: 0 } } },
      { data: { created: { looseRows: [{ word: 'C' }], ignoredCount: 1 } } },
    ]);
  });

  test('onConflict with a partial key gets the same explanations as with any other', async () => {
    await database.admin('truncate events.partial_row; insert into events.partial_row (key) values (3)');
    expect((await api.send(documentOf('PartialRow'), { inputs: [{ key: 3 }] })).errors?.[0]).toMatchObject({
      message: 'Another PartialRow already has this key',
      extensions: { code: 'CONFLICT', fields: ['key'] },
    });
  });

  test('onConflict offers the keys that the role can read and give, by the names of partial indexes', async () => {
    const values = () => {
      const type = api.served.current()?.schema.getType('CreatePartialRowConflictKey') as GraphQLEnumType | undefined;
      return (type?.getValues() ?? []).map(({ name, description }) => [name, description]);
    };
    expect(values()).toEqual([
      ['UNSECRET', '`of_secret`'],
      ['ONE_OPEN', 'At most one is open. `one_open`'],
    ]);
    const { user } = database.connection;
    await database.admin(`
      revoke all on events.partial_row from ${user};
      grant select (row_id, key, state, body), insert on events.partial_row to ${user}`);
    await api.served.check();
    expect(values().map(([name]) => name)).toEqual(['ONE_OPEN']);
    const inputs = [{ key: 3 }, { key: 4 }];
    const onConflict = { do: 'IGNORE', on: 'ONE_OPEN' };
    expect(await api.query(documentOf('PartialRow'), { inputs, onConflict })).toMatchObject({
      created: { createdCount: 1, ignoredCount: 1 },
    });
  });
});
