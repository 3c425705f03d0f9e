import { describe, expect, test } from 'vitest';
import { idsOf, serveTables } from '../support/tables.ts';

describe('a domain', () => {
  const served = serveTables(`
    create type e as enum ('a b', 'c', 'd');
    create domain st as e;
    create domain dee as st;
    create domain des as e[];
    create domain dj as jsonb check (jsonb_typeof(value) = 'object');
    create domain p1 as int check (value > 0);
    create domain p2 as p1 check (value < 100);
    create domain span as int4range;
    create type pair as (x int, y int);
    create domain dpair as pair;
    create table job (
      job_id int primary key, st dee unique not null, sts des, js dj, pos p2, span span, pair dpair,
      at timestamptz default '2020-01-01'
    );
    insert into job values (1, 'a b', '{"a b",c}', '{"k":1}', 2, '[1,5)', '(1,2)'), (2, 'c', '{}', '{}', 3, '[5,9)', '(1,3)');`);

  test('a domain has the operators of its base type', async () => {
    const filters = {
      eq: '{ st: { eq: A_B } }',
      ne: '{ st: { ne: A_B } }',
      in: '{ st: { in: [A_B, D] } }',
      notIn: '{ st: { notIn: [A_B] } }',
      gt: '{ st: { gt: A_B } }',
      lte: '{ st: { lte: C } }',
      isNull: '{ st: { isNull: false } }',
      contains: '{ sts: { contains: [A_B] } }',
      equalList: '{ sts: { eq: [A_B, C] } }',
      at: '{ js: { at: { path: ["k"], eq: 1 } } }',
      number: '{ pos: { in: [2, 99] } }',
      element: '{ span: { contains: "5" } }',
      range: '{ span: { overlaps: "[4,6)" } }',
      row: '{ pair: { lt: "(1,3)" } }',
    };
    const fields = Object.entries(filters).map(([name, where]) => `${name}: jobs(where: ${where}) { nodes { jobId } }`);
    expect(idsOf(await served.api.query(`{ ${fields.join(' ')} }`), 'jobId')).toEqual({
      eq: [1],
      ne: [2],
      in: [1],
      notIn: [2],
      gt: [2],
      lte: [1, 2],
      isNull: [1, 2],
      contains: [1],
      equalList: [1],
      at: [1],
      number: [1],
      element: [2],
      range: [1, 2],
      row: [1],
    });
  });

  test('a domain has the order and the measures of its base type', async () => {
    for (const column of ['st', 'sts', 'span', 'pair']) {
      const ordered = `orderBy: [{ ${column}: DESC }]`;
      const { jobs } = await served.api.query<{
        jobs: { pageInfo: { endCursor: string }; nodes: { jobId: number }[] };
      }>(`{ jobs(first: 1, ${ordered}) { nodes { jobId } pageInfo { endCursor } } }`);
      const rest = await served.api.query(
        `query ($after: String) { rest: jobs(after: $after, ${ordered}) { nodes { jobId } } }`,
        { after: jobs.pageInfo.endCursor },
      );
      const [first, second] = column === 'sts' ? [1, 2] : [2, 1];
      expect([column, jobs.nodes, idsOf(rest, 'jobId')]).toEqual([column, [{ jobId: first }], { rest: [second] }]);
    }
    expect(
      await served.api.query(`{
        groups: jobsGroupedAggregate(groupBy: { columns: [ST] }, orderBy: [{ st: { key: DESC } }]) {
          key { st } count last(by: AT) { jobId }
        }
        jobsAggregate { of { st { min max countDistinct } pos { sum max } span { min max } pair { max } } }
        jobBySt(st: C) { jobId }
      }`),
    ).toEqual({
      groups: [
        { key: { st: 'C' }, count: 1, last: { jobId: 2 } },
        { key: { st: 'A_B' }, count: 1, last: { jobId: 1 } },
      ],
      jobsAggregate: {
        of: {
          st: { min: 'A_B', max: 'C', countDistinct: 2 },
          pos: { sum: '5', max: 3 },
          span: { min: '[1,5)', max: '[5,9)' },
          pair: { max: '(1,3)' },
        },
      },
      jobBySt: { jobId: 2 },
    });
  });

  test('a domain is written, found and checked by mutations', async () => {
    expect(
      await served.api.query(`mutation {
        createJobs(inputs: [{ jobId: 9, st: C, at: "2021-01-01T00:00:00Z" }], onConflict: { do: UPDATE, on: ST }) { createdCount }
        updateJob(jobId: 1, patch: { st: D }, expect: { st: { eq: A_B } }) { job { st } }
        createJob(input: { jobId: 3, st: A_B, sts: [C, A_B], js: { k: 2 }, pos: 3, span: "[1,2]", pair: "(,)" }) {
          job { st sts js pos span pair }
        }
      }`),
    ).toEqual({
      createJobs: { createdCount: 0 },
      updateJob: { job: { st: 'D' } },
      createJob: { job: { st: 'A_B', sts: ['C', 'A_B'], js: { k: 2 }, pos: 3, span: '[1,3)', pair: '(,)' } },
    });
    const { errors } = await served.api.send(
      'mutation { createJob(input: { jobId: 4, st: C, pos: -3 }) { job { st } } }',
    );
    expect(errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
  });
});
