import { describe, expect, test } from 'vitest';
import { type Builtin, builtins, extended, extensions } from '../hostile/builtins.ts';
import { createEmptyDatabase, createExtendedDatabase, hasExtensions, type TestDatabase } from '../support/database.ts';
import { setUp } from '../support/setUp.ts';

/** Returns the types that a primary key can have, which are those that PostgreSQL can sort. */
const keys = (types: readonly Builtin[]) => types.filter(({ ordered, values }) => ordered && values.length > 0);

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** Writes a table for each type, with the type's values as keys. */
const tables = (types: readonly Builtin[]): string =>
  types
    .map(
      ({ sql, values }, i) => `
        create table events.row_of_${i} (key ${sql} primary key);
        insert into events.row_of_${i} select unnest(array[${values.map(quoted).join()}]::text[])::${sql} on conflict do nothing;`,
    )
    .join('');

function describeKeys(types: readonly Builtin[], database: () => Promise<TestDatabase>, first = ''): void {
  describe('a node id finds its row', async () => {
    const { api } = await setUp({
      database,
      prepare: `${first} create schema if not exists events; ${tables(types)}`,
    });

    test.each(types.map(({ sql }, i) => [sql, i] as const))(
      'a node id finds a row whose key is of type %s',
      async (_, i) => {
        const { rows } = await api.query<{ rows: { nodes: readonly { id: string }[] } }>(
          `{ rows: rowOf${i}List { nodes { id } } }`,
        );
        const ids = rows.nodes.map(({ id }) => id);
        const found = await api.query<{ nodes: readonly unknown[] }>(
          `query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on RowOf${i} { __typename } } }`,
          { ids },
        );
        expect(ids).not.toEqual([]);
        expect(found.nodes).toMatchObject(rows.nodes);
      },
    );
  });
}

describeKeys(keys(builtins), createEmptyDatabase);

describe.skipIf(!hasExtensions(...extensions))("keys of extensions' types", () => {
  const inExt = extensions.map((name) => `create extension ${name} schema ext;`).join('');
  const grant = 'grant usage on schema ext to public;';
  describeKeys(keys(extended), () => createExtendedDatabase(), `create schema ext; ${inExt} ${grant}`);
});
