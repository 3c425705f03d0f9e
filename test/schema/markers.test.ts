import { isObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { createEmptyDatabase } from '../support/database.ts';
import { setUp } from '../support/setUp.ts';

/**
 * Names that statements give to what they select in addition to columns, and the names that they take if those exist.
 */
const names = [
  ...[
    '$n',
    '$row',
    '$position',
    '$tableoid',
    '$ctid',
    '$live',
    '$found',
    '$written',
    '$updated',
    '$group',
    '$repeated',
  ],
  ...['$type', '$0.0', '$0.1', '$1.0', '$', '$1$n', '$1$0.0', '$2$row', '$excess', 'bucket', 'key 0', 'count'],
  ...[
    'n',
    't',
    'p',
    'k',
    'u',
    'w',
    'l',
    'r',
    'o',
    'i',
    's',
    'g',
    'c0',
    'w0',
    'j0',
    '__typename',
    'lo',
    'hi',
    'positions',
    '__proto__',
  ],
];
const quoted = (name: string) => `"${name}"`;

/** A selection of all these columns. */

const columns = names.map((name) => `${quoted(name)} text not null default '${name}'`).join(', ');
const { api } = await setUp({
  database: createEmptyDatabase,
  prepare: `
    create schema events;
    create table events.odd (
      odd_id bigint generated always as identity primary key, code serial unique,
      parent_id bigint references events.odd, ${columns});
    insert into events.odd (parent_id) values (null), (1), (2);
    create view events.keyless as select ${names.map(quoted).join(', ')} from events.odd where odd_id = 1;
    create table events.stored as select * from events.keyless`,
});
const type = api.api.schema.getType('Odd');
const fields = isObjectType(type) ? Object.values(type.getFields()) : [];
const all = fields
  .filter(({ type }) => String(type) === 'String!')
  .map(({ name }) => name)
  .join(' ');
/** Checks that each column has its own name as its value. */
const whole = (row: unknown) => {
  const texts = Object.values(row as object).filter((value) => typeof value === 'string');
  expect(texts.toSorted()).toEqual(names.toSorted());
};

describe('columns with the names that statements give', () => {
  test("columns named like a statement's own are ordinary in lists, with what is joined and loaded", async () => {
    const { odds } = await api.query<{ odds: { nodes: { parent: unknown; back: { nodes: unknown[] } }[] } }>(
      `{ odds(first: 3) { nodes { ${all} parent { ${all} parent { ${all} } } back: oddsByParentId(orderBy: [{ oddId: DESC }]) { nodes { ${all} } } } liveCursor } }`,
    );
    expect(odds.nodes).toHaveLength(3);
    for (const node of odds.nodes) {
      whole(node);
      for (const child of node.back.nodes) whole(child);
      if (node.parent) whole(node.parent);
    }
    expect(odds.nodes[2]?.parent).toHaveProperty('parent');
  });

  test("columns named like a statement's own are ordinary by their keys, and in rows without one", async () => {
    const { odd, keylesses, storeds } = await api.query<Record<string, never>>(`{
      odd(oddId: 1) { ${all} }
      keylesses(first: 1) { nodes { ${all} } pageInfo { endCursor } }
      storeds(first: 1) { nodes { ${all} } pageInfo { endCursor } }
    }`);
    whole(odd);
    for (const { nodes, pageInfo } of [keylesses, storeds] as unknown as { nodes: unknown[]; pageInfo: object }[]) {
      whole(nodes[0]);
      expect(pageInfo).toEqual({ endCursor: expect.any(String) });
    }
    const { nodes } = await api
      .query<{ nodes: unknown[] }>('{ nodes: odds { nodes { id } } }')
      .then(({ nodes: list }) =>
        api.query<{ nodes: unknown[] }>(
          `query ($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on Odd { ${all} } } }`,
          {
            ids: (list as unknown as { nodes: { id: string }[] }).nodes.map(({ id }) => id),
          },
        ),
      );
    for (const node of nodes) {
      const { __typename, ...row } = node as { __typename: string };
      expect(__typename).toBe('Odd');
      whole(row);
    }
  });

  test("columns named like a statement's own are ordinary in groups", async () => {
    const fields = all.split(' ');
    const { odds } = await api.query<{ odds: { key: unknown; count: number }[] }>(
      `query ($columns: [OddColumn!]!) { odds: oddsGroupedAggregate(groupBy: { columns: $columns }) { key { ${all} } count of { ${fields.map((f) => `${f} { max }`).join(' ')} } } }`,
      { columns: await columnValues() },
    );
    expect(odds).toHaveLength(1);
    expect(odds[0]?.count).toBe(3);
    whole(odds[0]?.key);
  });

  test("columns named like a statement's own are ordinary in what is written", async () => {
    const { one, many, put, updated, deleted } = await api.query<Written>(`mutation {
      one: createOdd(input: { parentId: 1 }) { odd { ${all} } }
      many: createOdds(inputs: [{ parentId: 3 }, {}]) { createdCount odds { ${all} } }
      put: createOdds(inputs: [{ code: 1, parentId: 3 }, { code: 70, parentId: 1 }], onConflict: { do: UPDATE, on: CODE }) {
        createdCount updatedCount odds { ${all} }
      }
      updated: updateOdd(oddId: 2, patch: { parentId: 1 }, expect: { parentId: { eq: 1 } }) { odd { ${all} } }
      deleted: deleteOdd(oddId: 4) { odd { ${all} } }
    }`);
    for (const { odd } of [one, updated, deleted]) whole(odd);
    for (const row of [...many.odds, ...put.odds]) whole(row);
    expect(put).toMatchObject({ createdCount: 1, updatedCount: 1 });
  });
});

interface Written extends Record<'one' | 'updated' | 'deleted', { readonly odd: unknown }> {
  readonly many: { readonly odds: readonly unknown[] };
  readonly put: { readonly odds: readonly unknown[] };
}

async function columnValues(): Promise<readonly string[]> {
  const { type } = await api.query<{ type: { enumValues: { name: string }[] } }>(
    '{ type: __type(name: "OddColumn") { enumValues { name } } }',
  );
  return type.enumValues.map(({ name }) => name).filter((name) => !['ODD_ID', 'CODE', 'PARENT_ID'].includes(name));
}
