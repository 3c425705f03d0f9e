import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createEmptyDatabase } from '../support/database.ts';
import { setUp } from '../support/setUp.ts';

const { api } = await setUp({
  database: createEmptyDatabase,
  prepare: `
    create schema events;
    create table events.job (job_id int primary key, ratio float8, started_at timestamptz);
    insert into events.job values (1, 'NaN');
    create function events.broken() returns int language plpgsql as $$ begin
      raise exception using errcode = 'XX000'; end $$;
    create view events.broken_view as select events.broken() as number`,
});

const strict = 'application/graphql-response+json';

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly [{ readonly extensions: { readonly code: string } }];
}

async function answerOf(sent: unknown, accept: string): Promise<Answer & { readonly status: number }> {
  const response = await api.app.fetch('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: JSON.stringify(sent),
  });
  return { status: response.status, ...((await response.json()) as Answer) };
}

async function statusOf(query: string, accept: string): Promise<readonly [status: number, hasData: boolean]> {
  const { status, data } = await answerOf({ query }, accept);
  return [status, (data ?? null) !== null];
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

describe('the statuses in the table of the reference', async () => {
  const page = await readFile(new URL('../../docs/reference.md', import.meta.url), 'utf8');
  const cells = new Map([...page.matchAll(/^\| `([A-Z_]+)` \| (\d.*?) \|/gm)].map(([, code, cell]) => [code, cell]));
  const byId = 'query ($id: Int!) { job(jobId: $id) { jobId } }';
  const since = 'query ($at: DateTime!) { jobs(where: { startedAt: { gt: $at } }) { totalCount } }';

  test.each([
    ['GRAPHQL_PARSE_FAILED', 200, { query: '{' }],
    ['GRAPHQL_VALIDATION_FAILED', 200, { query: '{ nothing }' }],
    ['GRAPHQL_VALIDATION_FAILED', 200, { query: '{ job(jobId: "x") { jobId } }' }],
    ['QUERY_TOO_COMPLEX', 400, { query: `${'{ a'.repeat(50)}${' }'.repeat(50)}` }],
    ['PERSISTED_DOCUMENT_NOT_FOUND', 200, { documentId: 'nowhere' }],
    ['BAD_USER_INPUT', 200, { query: since, variables: { at: 'x' } }],
    ['BAD_USER_INPUT', 200, { query: '{ jobs(where: { startedAt: { gt: "x" } }) { totalCount } }' }],
    ['BAD_USER_INPUT', 200, { query: byId, variables: { id: 'x' } }],
    ['BAD_USER_INPUT', 200, { query: byId }],
    ['BAD_USER_INPUT', 200, { query: `{ nodes(ids: [${'"x",'.repeat(1001)}]) { id } }` }],
    ['BAD_USER_INPUT', 200, {}],
    ['BAD_USER_INPUT', 400, { query: byId, variables: 1 }],
    ['BAD_USER_INPUT', 400, { query: byId, operationName: 'other' }],
    ['BAD_USER_INPUT', 400, 1],
  ])('%s, as application/json %i: %j', async (code, asJson, sent) => {
    const answers = await Promise.all([strict, 'application/json'].map((accept) => answerOf(sent, accept)));
    for (const { errors } of answers) expect(errors).toMatchObject([{ extensions: { code } }]);
    const statuses = answers.map(({ status }) => status);
    const [inStrict = '', inJson = inStrict] = (cells.get(code) ?? '').split('; ');
    expect(statuses).toEqual([Number(inStrict), asJson]);
    expect(inJson).toContain(String(asJson));
  });
});
