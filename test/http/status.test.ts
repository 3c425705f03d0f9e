import { describe, expect, test } from 'vitest';
import { createEmptyDatabase } from '../support/database.ts';
import { setUp } from '../support/setUp.ts';

const { api } = await setUp({
  database: createEmptyDatabase,
  prepare: `
    create schema events;
    create table events.job (job_id int primary key, ratio float8);
    insert into events.job values (1, 'NaN');
    create function events.broken() returns int language plpgsql as $$ begin
      raise exception using errcode = 'XX000'; end $$;
    create view events.broken_view as select events.broken() as number`,
});

const strict = 'application/graphql-response+json';

async function statusOf(query: string, accept: string): Promise<readonly [status: number, hasData: boolean]> {
  const response = await api.app.fetch('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: JSON.stringify({ query }),
  });
  const { data } = (await response.json()) as { data?: unknown };
  return [response.status, (data ?? null) !== null];
}

describe.each([strict, 'application/json'])('as %s', (accept) => {
  test.each([
    ['an unknown error next to data', '{ brokenViews { nodes { number } } jobs { totalCount } }'],
    ['an unknown error alone', '{ brokenViews { nodes { number } } }'],
    ['a value that JSON cannot express', '{ jobs { nodes { ratio } } }'],
    ['a wrong argument next to data', '{ jobs(first: -1) { totalCount } other: jobs { totalCount } }'],
    ['a wrong argument alone', '{ jobs(first: -1) { totalCount } }'],
  ])('a reply with data is a 200: %s', async (_, query) => {
    expect(await statusOf(query, accept)).toEqual([200, true]);
  });
});

test.each([
  ['a document that does not parse', '{', 400],
  ['a document that is not valid', '{ nothing }', 400],
  ['a missing variable', 'query ($id: Int!) { job(jobId: $id) { jobId } }', 400],
  ['a null that propagates to the root', '{ nodes(ids: ["x", "y"]) { id } a: jobs { totalCount } }', 200],
  ['a wrong argument that propagates to the root', `{ nodes(ids: [${'"x",'.repeat(1001)}]) { id } }`, 400],
])('a reply without data is not a 200: %s', async (_, query, status) => {
  expect(await statusOf(query, strict)).toEqual([status, status === 200]);
});
