import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEmptyDatabase } from '../support/database.ts';
import { createReader, type ListPage } from '../support/lists.ts';
import { patience, runs } from '../support/property.ts';
import { setUp } from '../support/setUp.ts';

const { api, database } = await setUp({
  database: createEmptyDatabase,
  schema: 'calls',
  prepare: async (database) => {
    await database.admin(await readFile(new URL('functions.sql', import.meta.url), 'utf8'));
    await database.grantAll(database.connection, 'calls');
  },
});

/** Directions of the API in SQL; both treat nulls as greater than all values. */
const directions = { ASC: 'asc', DESC: 'desc', ASC_NULLS_FIRST: 'asc nulls first', DESC_NULLS_LAST: 'desc nulls last' };
const columns = {
  score: 'score',
  mood: 'mood',
  name: 'name',
  title: 'upper(name)',
  negated: '-score',
};

const anyOrder = fc.uniqueArray(
  fc.tuple(
    fc.constantFrom(...(Object.keys(columns) as (keyof typeof columns)[])),
    fc.constantFrom(...(Object.keys(directions) as (keyof typeof directions)[])),
  ),
  { maxLength: 2, selector: ([column]) => column },
);

const anyFilter = fc.constantFrom(
  { where: {}, sql: 'true' },
  { where: { score: { gte: 1 } }, sql: 'score >= 1' },
  { where: { score: { isNull: true } }, sql: 'score is null' },
  { where: { title: { contains: '1' } }, sql: `upper(name) like '%1%'` },
);

describe.each([
  ['of a function in its own order', 'shuffled', 'calls.shuffled() with ordinality', 'ordinality'],
  ['of a function with rows that come twice', 'doubled', 'calls.doubled() with ordinality', 'ordinality'],
  ['of a function with a declared key', 'byKey', 'calls.by_key()', 'thing_id'],
  ['of a table', 'things', 'calls.thing', 'thing_id'],
])('a list %s', (_, list, from, last) => {
  const read = createReader(api, { list, type: 'Thing', fields: ['thingId', 'score'] });

  test(
    'a list is walked forward and backward, each row once, in the order of SQL',
    async () => {
      await fc.assert(
        fc.asyncProperty(anyOrder, anyFilter, fc.integer({ min: 1, max: 6 }), async (order, { where, sql }, size) => {
          const isDescending = last !== 'ordinality' && order.at(-1)?.[1].startsWith('DESC');
          const terms = [
            ...order.map(([column, to]) => `${columns[column]} ${directions[to]}`),
            `${last} ${isDescending ? 'desc' : ''}`,
          ];
          const { rows } = await database.admin<{ thing_id: number }>(
            `select thing_id from ${from} where ${sql} order by ${terms.join(', ')}`,
          );
          const expected = rows.map(({ thing_id }) => thing_id);
          const args = { where, orderBy: order.map(([column, to]) => ({ [column]: to })) };
          const idsOf = ({ edges }: ListPage) => edges.map(({ node }) => node['thingId']);
          const forward: unknown[] = [];
          for (let after: string | null = null, more = true; more; ) {
            const page: ListPage = await read({ ...args, first: size, after });
            forward.push(...idsOf(page));
            [after, more] = [page.pageInfo.endCursor, page.pageInfo.hasNextPage];
          }
          expect(forward).toEqual(expected);
          const backward: unknown[] = [];
          for (let before: string | null = null, more = true; more; ) {
            const page: ListPage = await read({ ...args, last: size, before });
            backward.unshift(...idsOf(page));
            [before, more] = [page.pageInfo.startCursor, page.pageInfo.hasPreviousPage];
          }
          expect(backward).toEqual(expected);
          const document = `query ($where: ThingWhere) { ${list}(where: $where) { totalCount } ${list}Aggregate(where: $where) { count } }`;
          expect(await api.query(document, { where })).toEqual({
            [list]: { totalCount: expected.length },
            [`${list}Aggregate`]: { count: expected.length },
          });
        }),
        runs(12),
      );
    },
    patience,
  );
});
