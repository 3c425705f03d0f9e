import { describe, expect, test } from 'vitest';
import { createEmptyDatabase } from '../support/database.ts';
import { setUp } from '../support/setUp.ts';

/** Names of tables, each of which refers to the next. */
const links = Array.from({ length: 10 }, (_, i) => String.fromCharCode(97 + i));
const long = 'l'.repeat(62);

const { database, api } = await setUp({
  database: createEmptyDatabase,
  prepare: async (database) => {
    const { connection, admin } = database;
    await admin('create schema events');
    for (const link of links.toReversed())
      await admin(`
        create table events.${link}_link (id int primary key, next_id int
          ${link === links.at(-1) ? '' : `references events.${links[links.indexOf(link) + 1]}_link`});
        insert into events.${link}_link select n, n from generate_series(1, 3) n`);
    await admin(`
      create table events.wide ("${long}a" int primary key, "${long}b" text);
      create table events.narrow (id int primary key, wide_id int references events.wide);
      insert into events.wide values (1, 'one');
      insert into events.narrow values (1, 1), (2, null);

      create table events.part (
        id int primary key, parent_id int references events.part, rank int, hidden bool default false
      );
      insert into events.part
        select n, nullif(n / 2, 0), case when n % 5 > 0 then n % 7 end, n = 3 from generate_series(1, 300) n;
      create index on events.part (rank, id);
      create table events.detail (part_id int primary key references events.part, text text);
      insert into events.detail select n, 'detail ' || n from generate_series(1, 300, 2) n;
      alter table events.part enable row level security;
      create policy seen on events.part using (not hidden);
      create policy changed on events.part for update using (true);

      create table events.code (code text collate "C" primary key, meaning text);
      insert into events.code values ('x', 'ex');
      create table events.coded (id int primary key, code text collate "POSIX" references events.code);
      insert into events.coded values (1, 'x'), (2, null);

      create table events.kind (kind text, place int, name text);
      insert into events.kind values ('a', 1, 'first'), ('a', 2, 'second');
      create table events.thing (id int primary key, kind text);
      comment on table events.thing is '@foreignKey (kind) references kind (kind)';
      insert into events.thing values (1, 'a'), (2, 'b'), (3, null);
      analyze`);
    await database.grantAll(connection);
    // Without nested loops, no join keeps the order of a page by itself.
    await admin(`alter role ${connection.user} set enable_nestloop = off`);
  },
});

describe('rows of to-one relations', () => {
  test('rows of to-one relations are read with their parents, up to the number of tables for which PostgreSQL searches the best order', async () => {
    const below = links.slice(1).reduceRight((deeper) => `rowId next { ${deeper} }`, 'rowId');
    const document = `{ aLinks(first: 2) { nodes { ${below} } } }`;
    const { aLinks } = await api.query<{ aLinks: { nodes: unknown[] } }>(document);
    expect(JSON.stringify(aLinks.nodes[1]).match(/"rowId":2/g)).toHaveLength(links.length);
    expect(joins()).toEqual([7, 1]);
  });

  test('rows of to-one relations are null if they do not exist or row security hides them', async () => {
    const document =
      '{ parts(where: { rowId: { in: [1, 2, 6] } }) { nodes { rowId parent { rowId parent { rowId } } } } }';
    expect(await api.query(document)).toEqual({
      parts: {
        nodes: [
          { rowId: 1, parent: null },
          { rowId: 2, parent: { rowId: 1, parent: null } },
          { rowId: 6, parent: null },
        ],
      },
    });
    expect(joins()).toEqual([2]);
  });

  test('rows of to-one relations are found by a key of their own', async () => {
    expect(await api.query('{ part(rowId: 5) { detail { text part { rowId } } parent { detail { text } } } }')).toEqual(
      {
        part: { detail: { text: 'detail 5', part: { rowId: 5 } }, parent: { detail: null } },
      },
    );
    expect(joins()).toEqual([4]);
  });

  test('rows of to-one relations may have the longest names', async () => {
    expect(await api.query(`{ narrows { nodes { wide { ${long}a ${long}b } } } }`)).toEqual({
      narrows: { nodes: [{ wide: { [`${long}a`]: 1, [`${long}b`]: 'one' } }, { wide: null }] },
    });
  });

  test.each(['{ rank: ASC }', '{ rank: DESC }, { rowId: ASC }', '{ rank: ASC }, { parentId: DESC }'])(
    'rows of to-one relations do not change the order of a page: %s',
    async (order) => {
      const page = (after: string | null, fields: string) =>
        api.query<{ parts: Page }>(
          `query ($after: String) { parts(first: 50, after: $after, orderBy: [${order}]) {
            nodes { rowId ${fields} } pageInfo { endCursor hasNextPage } } }`,
          { after },
        );
      for (let after: string | null = null, more = true; more; ) {
        const { parts } = await page(after, 'parent { rowId parent { rowId } }');
        expect(joins()).toEqual([2]);
        const alone = await page(after, '');
        expect(parts.nodes.map(({ rowId }) => rowId)).toEqual(alone.parts.nodes.map(({ rowId }) => rowId));
        after = parts.pageInfo.endCursor;
        more = parts.pageInfo.hasNextPage;
      }
    },
  );

  test('rows of to-one relations are up to date after a mutation', async () => {
    const document = `mutation {
      a: updatePart(rowId: 2, patch: { rank: 100 }) { part { rank } }
      b: updatePart(rowId: 4, patch: { rank: 1 }) { part { parent { rank } } } }`;
    expect(await api.query(document)).toMatchObject({ b: { part: { parent: { rank: 100 } } } });
  });
});

describe('rows that are loaded separately', () => {
  test('rows are loaded separately if both sides have different collations', async () => {
    expect(await api.query('{ codeds { nodes { codeByCode { meaning } } } }')).toEqual({
      codeds: { nodes: [{ codeByCode: { meaning: 'ex' } }, { codeByCode: null }] },
    });
    expect(joins()).toEqual([0, 0]);
  });

  test('rows are loaded separately if no unique index guarantees at most one', async () => {
    const { things } = await api.query<{ things: Page }>('{ things { nodes { rowId kindByKind { name } } } }');
    expect(things.nodes.map(({ rowId }) => rowId)).toEqual([1, 2, 3]);
    expect(joins()).toEqual([0, 0]);
  });
});

test('a relation that may no longer be read fails only its own field', async () => {
  await database.admin(`revoke select on events.wide from ${database.connection.user}`);
  const { data, errors } = await api.send(`{ narrows { nodes { rowId wide { ${long}b } } } }`);
  expect(data).toEqual({
    narrows: {
      nodes: [
        { rowId: 1, wide: null },
        { rowId: 2, wide: null },
      ],
    },
  });
  expect(errors).toMatchObject([{ path: ['narrows', 'nodes', 0, 'wide'], extensions: { code: 'FORBIDDEN' } }]);
});

interface Page {
  readonly nodes: readonly { readonly rowId: number }[];
  readonly pageInfo: { readonly endCursor: string; readonly hasNextPage: boolean };
}

/** Returns the number of tables that each statement joins. */
const joins = (): readonly number[] => api.statements.map((statement) => statement.match(/left join/g)?.length ?? 0);
