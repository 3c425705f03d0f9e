import { describe, expect, test, vi } from 'vitest';
import type { Result } from '../support/api.ts';
import { createEmptyDatabase } from '../support/database.ts';
import { setUp } from '../support/setUp.ts';

const { database, api } = await setUp({
  database: createEmptyDatabase,
  prepare: `
    create schema events;
    create type events.state as enum ('new');
    create domain events.phase as events.state;
    create table events.kind (kind events.state primary key);
    create table events.job (
      job_id bigint generated always as identity primary key,
      state events.state not null, past events.state[] not null, phase events.phase not null,
      phases events.phase[] not null, perhaps events.state, at timestamptz not null default now());
    create view events.job_view as select * from events.job`,
  apartMs: 0,
});

const codesOf = ({ errors = [] }: Result) => [...new Set(errors.map(({ extensions }) => extensions?.['code']))];

let labels = 0;

/** Adds a label and rows that have it in every column; resolves with its name in the API. */
async function addLabel(): Promise<string> {
  const label = `l${++labels}`;
  await database.admin(`alter type events.state add value '${label}'`);
  await database.admin('truncate events.job, events.kind');
  await database.admin(`insert into events.kind values ('${label}');
    insert into events.job (state, past, phase, phases, perhaps)
    values ('${label}', '{new,${label}}', '${label}', '{${label}}', '${label}')`);
  return label.toUpperCase();
}

/** Runs `cause`; resolves with its result when the server serves a new API. */
async function swapped<T>(cause: () => Promise<T>): Promise<T> {
  const before = api.served.current();
  const result = await cause();
  await vi.waitFor(() => expect(api.served.current()).not.toBe(before));
  return result;
}

describe('a row with a new label is an error that may be retried, and then has its label', () => {
  test.each([
    ['a column', '{ jobs { nodes { found: state } } }', null],
    ['a column that may be null', '{ jobs { nodes { found: perhaps } } }', { nodes: [{ found: null }] }],
    ['a list', '{ jobs { nodes { found: past } } }', { nodes: [{ found: ['NEW', null] }] }],
    ['a domain', '{ jobs { nodes { found: phase } } }', null],
    ['a list of a domain', '{ jobs { nodes { found: phases } } }', { nodes: [{ found: [null] }] }],
    ['a key', '{ kinds { nodes { found: kind } } }', null],
    ['a view', '{ jobViews { nodes { found: state } } }', { nodes: [{ found: null }] }],
    ['a minimum', '{ jobsAggregate { of { state { found: min } } } }', { of: { state: { found: null } } }],
    ['a maximum', '{ jobsAggregate { of { state { found: max } } } }', { of: { state: { found: null } } }],
    ['the last row', '{ jobsAggregate { last(by: AT) { found: state } } }', { last: null }],
    [
      'a group',
      '{ jobsGroupedAggregate(groupBy: { columns: [STATE] }) { key { found: state } } }',
      [{ key: { found: null } }],
    ],
  ])('a new label in %s is an error that may be retried, and then has its name', async (_, document, data) => {
    const label = await addLabel();
    const answer = await swapped(() => api.send(document));
    expect(codesOf(answer)).toEqual(['DATABASE_UNAVAILABLE']);
    expect(Object.values(answer.data ?? {})).toEqual([data]);
    expect(JSON.stringify(await api.query(document))).toContain(`"${label}"`);
  });
});

test('a completed mutation says so, next to the error for the new label', async () => {
  await database.admin(`create function events.advance() returns trigger language plpgsql as $$
    begin new.state := (select max(v) from unnest(enum_range(null::events.state)) v); return new; end $$;
    create trigger advance before insert on events.job for each row execute function events.advance()`);
  await addLabel();
  await database.admin('truncate events.job');
  const create =
    'mutation { done: createJob(input: { state: NEW, past: [], phase: NEW, phases: [] }) { job { state } } }';
  const answer = await swapped(() => api.send(create));
  expect(answer).toMatchObject({
    status: 200,
    data: { done: { job: null } },
    errors: [{ path: ['done', 'job', 'state'], extensions: { code: 'DATABASE_UNAVAILABLE' } }],
  });
  expect(await api.query('{ jobs { totalCount } }')).toEqual({ jobs: { totalCount: 1 } });
  await database.admin('drop function events.advance cascade');
});

test('a client uses a label as soon as the API has it, with a document that was refused before', async () => {
  const label = `L${labels + 1}`;
  const literal = `{ jobs(where: { state: { eq: ${label} } }) { totalCount } }`;
  const variable = 'query ($state: State!) { jobs(where: { state: { eq: $state } }) { totalCount } }';
  expect(codesOf(await api.send(literal))).toEqual(['GRAPHQL_VALIDATION_FAILED']);
  expect(codesOf(await api.send(variable, { state: label }))).toEqual(['BAD_USER_INPUT']);
  await addLabel();
  await swapped(() => api.send('{ jobs { nodes { state } } }'));
  expect(await api.query(literal)).toEqual({ jobs: { totalCount: 1 } });
  expect(await api.query(variable, { state: label })).toEqual({ jobs: { totalCount: 1 } });
});

test('a renamed label is bad input under its old name, and soon works under its new one', async () => {
  const document = 'query ($state: State!) { jobs(where: { state: { eq: $state } }) { totalCount } }';
  await addLabel();
  await swapped(() => api.send('{ jobs { nodes { state } } }'));
  await database.admin(`alter type events.state rename value 'l${labels}' to 'other'`);
  const answer = await swapped(() => api.send(document, { state: `L${labels}` }));
  expect(codesOf(answer)).toEqual(['BAD_USER_INPUT']);
  expect(await api.query(document, { state: 'OTHER' })).toEqual({ jobs: { totalCount: 1 } });
});
