import { DatabaseError } from 'pg';
import { expect, test } from 'vitest';
import { sql } from '../../src/db/sql/sql.ts';
import type { LogLine, TestApi } from '../support/api.ts';
import { createEmptyDatabase } from '../support/database.ts';
import { setUp } from '../support/setUp.ts';

/** Faults inside views and functions that the owner wrote, and errors that a client's value can cause. */
const schema = `
  create schema events;
  create extension ltree;
  create extension hstore;
  create table events.item (item_id int primary key, body text, doc text);
  insert into events.item values (1, 'one', 'x');
  create index on events.item (doc);

  create function events.gone() returns int language sql as 'select 1';
  create function events.calls_gone() returns int language plpgsql as 'begin return events.gone(); end';
  create function events.inlined_gone() returns int language sql as 'select events.gone()';
  create view events.undefined_function as select events.calls_gone() as n;
  create view events.undefined_inlined as select events.inlined_gone() as n;
  create function events.reads_gone() returns int language plpgsql as
    'begin return (select count(*) from events.no_such_table); end';
  create view events.undefined_table as select events.reads_gone() as n;
  create function events.casts_gone() returns int language plpgsql as
    $$ begin execute 'select 1::events.no_such_type'; return 1; end $$;
  create view events.undefined_type as select events.casts_gone() as n;
  create view events.undefined_relation_name as select (case when body = 'one' then 'nothing.here' end)::regclass::text as n
    from events.item;
  create view events.unsupported as select dblocks.n from (select events.reads_unsupported() as n) dblocks;
  create view events.several_rows as select (select g from generate_series(1, 1 + item_id) g) as n from events.item;
  create materialized view events.unfilled as select 1 as n with no data;

  create table events.guarded (guarded_id int primary key, owner text);
  insert into events.guarded values (1, 'a');
  alter table events.guarded enable row level security;
  create policy own on events.guarded using (owner = current_setting('app.user'));
  create table events.defaulted (defaulted_id int primary key, owner text default current_setting('app.owner'));

  create table events.typed (
    typed_id int primary key, path ltree, attributes hstore, relation regclass, kind regtype, callable regproc,
    words tsquery, json_path jsonpath);

  create table events.raising (raising_id int primary key, state text);
  create function events.raise() returns trigger language plpgsql as
    $$ begin raise exception using errcode = new.state, message = 'The shop is closed', detail = 'secret detail'; end $$;
  create trigger raise before insert on events.raising for each row execute function events.raise();

  create sequence events.attempts;
  create sequence events.vain_attempts;
  create function events.conflicts(attempts regclass, until int) returns int language plpgsql as $$ begin
    if nextval(attempts) < until then
      raise exception using errcode = '40001', message = 'canceling statement due to conflict with recovery';
    end if;
    return 1; end $$;
  create view events.conflicting as select events.conflicts('events.attempts', 3) as n;
  create view events.conflicting_always as select events.conflicts('events.vain_attempts', 1000) as n;

  create view events.large as select g as n, md5(g::text) as text from generate_series(1, 100000) g;`;

const later = `
  create function events.reads_unsupported() returns int language plpgsql as
    $$ begin execute 'select count(*) from events.item for update'; return 1; end $$;`;

const [before = '', after = ''] = schema.split('  create view events.unsupported');
const { database, api } = await setUp({
  database: createEmptyDatabase,
  prepare: async (database) => {
    await database.admin(before + later);
    await database.admin(`create view events.unsupported${after}`);
    await database.admin('drop function events.gone()');
    await database.grantAll(database.connection);
    await database.admin(`
      grant usage on all sequences in schema events to ${database.connection.user};
      alter role ${database.connection.user} set temp_file_limit = '1MB';
      alter role ${database.connection.user} set work_mem = '64kB'`);
  },
});

/** A log line with an error. */
interface LoggedError extends LogLine {
  readonly err: Readonly<Record<string, unknown>>;
}

/** Returns the only error of a document, with the response's header and the log's lines about it. */
async function failure(query: string, variables: Record<string, unknown> = {}) {
  const before = api.log.length;
  const response = await api.app.fetch('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: JSON.stringify({ query, variables }),
  });
  const { errors = [] } = (await response.json()) as Awaited<ReturnType<TestApi['send']>>;
  expect(errors).toHaveLength(1);
  const lines = api.log
    .slice(before)
    .filter(
      (line): line is LoggedError =>
        'err' in line && !/may have changed|connection to the database failed/.test(line.msg),
    );
  expect(lines).toHaveLength(1);
  const line = lines[0];
  expect(JSON.stringify(lines)).not.toContain('secret detail');
  return {
    code: errors[0]?.extensions?.['code'],
    message: errors[0]?.message,
    fields: errors[0]?.extensions?.['fields'],
    retryAfter: response.headers.get('retry-after'),
    level: line?.level,
    state: line?.err['code'],
    said: line?.err['message'],
  };
}

const levels = { debug: 20, warn: 40, error: 50 };
const masked = { code: 'INTERNAL_SERVER_ERROR', message: 'Unexpected error', retryAfter: null, level: levels.error };
const theirs = { code: 'BAD_USER_INPUT', retryAfter: null, level: levels.debug };

test.each([
  ['a dropped function', '{ undefinedFunctions { nodes { n } } }', '42883', 'events.gone'],
  ['a dropped function that is inlined', '{ undefinedInlineds { nodes { n } } }', '42883', 'events.gone'],
  ['a missing table', '{ undefinedTables { nodes { n } } }', '42P01', 'no_such_table'],
  ['a missing type', '{ undefinedTypes { nodes { n } } }', '42704', 'no_such_type'],
  ['a name of a relation', '{ undefinedRelationNames { nodes { n } } }', '3F000', 'nothing'],
  ['what PostgreSQL does not support', '{ unsupporteds { nodes { n } } }', '0A000', 'FOR UPDATE'],
  ['a subquery with several rows', '{ severalRows { nodes { n } } }', '21000', 'more than one row'],
  ['an unfilled materialized view', '{ unfilleds { nodes { n } } }', '55000', 'has not been populated'],
  ['a setting in a policy', '{ guardeds { nodes { owner } } }', '42704', 'app.user'],
  [
    'a setting in a default',
    'mutation { createDefaulted(input: { defaultedId: 1 }) { defaulted { owner } } }',
    ...(['42704', 'app.owner'] as const),
  ],
  [
    'a setting in a default, next to values',
    'mutation { createDefaulteds(inputs: [{ defaultedId: 1 }, { defaultedId: 2 }]) { createdCount } }',
    ...(['42704', 'app.owner'] as const),
  ],
])("%s is the owner's to fix: masked, not to be retried, complete in the log", async (_, document, state, said) => {
  expect(await failure(document)).toMatchObject({ ...masked, state, said: expect.stringContaining(said) });
});

const unreadable = [
  ['path', 'a..b', 'ltree syntax error at character 3'],
  ['relation', 'no_such_table', 'relation "no_such_table" does not exist'],
  ['kind', 'no_such_type', 'type "no_such_type" does not exist'],
  ['callable', 'no_such_function', 'function "no_such_function" does not exist'],
  ['words', 'fat &', 'no operand in tsquery: "fat &"'],
  ['jsonPath', '$.[', /^syntax error at or near "\["/],
] as const;

test.each(unreadable)('text that the type of %s rejects is the client’s to fix', async (field, text, said) => {
  const create = 'mutation ($inputs: [CreateTypedInput!]!) { createTypeds(inputs: $inputs) { createdCount } }';
  const created = await failure(create, { inputs: [{ typedId: 1 }, { typedId: 2, [field]: text }] });
  expect(created).toMatchObject({ ...theirs, fields: [field] });
  expect(created.message).toMatch(said);
  const update =
    'mutation ($patch: UpdateTypedPatch!) { updateTyped(typedId: 1, patch: $patch) { typed { typedId } } }';
  const { message, state } = created;
  expect(await failure(update, { patch: { [field]: text } })).toMatchObject({ ...theirs, message, state });
  if (field === 'jsonPath') return; // it cannot be compared
  const read = 'query ($where: TypedWhere) { typeds(where: $where) { totalCount } }';
  expect(await failure(read, { where: { [field]: { eq: text } } })).toMatchObject({ ...theirs, message, state });
});

test('a value that is too long for an index is the client’s to fix', async () => {
  const doc = Array.from({ length: 1000 }, (_, i) => (i * 7919 * 104729).toString(36) + Math.sin(i)).join('');
  const answer = await failure(
    'mutation ($doc: String) { updateItem(itemId: 1, patch: { doc: $doc }) { item { body } } }',
    { doc },
  );
  expect(answer).toMatchObject({
    ...theirs,
    message: 'A value is too large for the table or one of its indexes; shorten it',
    state: '54000',
  });
});

test.each(['P0001', '45000', 'U0001', 'PT404', '22023'])(
  'an error that a trigger raises as %s is shown to the client',
  async (state) => {
    const answer = await failure(
      'mutation ($state: String) { createRaising(input: { raisingId: 1, state: $state }) { raising { state } } }',
      { state },
    );
    expect(answer).toMatchObject({ ...theirs, message: 'The shop is closed', state });
  },
);

test.each(['P0002', 'P0004', '38000', 'XX000', '0A000', '42P01', '55000'])(
  'an error that a trigger raises as %s, which is PostgreSQL’s own, is masked',
  async (state) => {
    const answer = await failure(
      'mutation ($state: String) { createRaising(input: { raisingId: 1, state: $state }) { raising { state } } }',
      { state },
    );
    expect(answer).toMatchObject({ ...masked, state });
  },
);

test('a query that writes too much to disk is too complex, and not to be retried', async () => {
  const answer = await failure('{ larges(first: 1, orderBy: [{ text: DESC }], offset: 9000) { nodes { text } } }');
  expect(answer).toMatchObject({ code: 'QUERY_TOO_COMPLEX', retryAfter: null, state: '53400' });
});

test('a read that replication cancels is repeated', async () => {
  expect(await api.query('{ conflictings { nodes { n } } }')).toEqual({ conflictings: { nodes: [{ n: 1 }] } });
  expect(await failure('{ conflictingAlways { nodes { n } } }')).toMatchObject({
    ...{ code: 'DATABASE_UNAVAILABLE', level: levels.warn, state: '40001' },
    message: 'The database is not available; try again',
  });
});

test('a write to a temporarily read-only database may be retried, and the log has a warning', async () => {
  const { user } = database.connection;
  await database.admin(`alter role ${user} set default_transaction_read_only = on`);
  await database.admin('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [user]);
  await expect
    .poll(() =>
      api.query('{ items { totalCount } }').then(
        () => true,
        () => false,
      ),
    )
    .toBe(true);
  const answer = await failure('mutation { createItem(input: { itemId: 2 }) { item { itemId } } }');
  expect(answer).toMatchObject({
    ...{ code: 'DATABASE_UNAVAILABLE', level: levels.warn, state: '25006' },
    message: 'The database is read-only at the moment; try again later',
  });
  await database.admin(`alter role ${user} reset default_transaction_read_only`);
  await database.admin('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [user]);
});

test('a missing object in our own statement means that the schema is changing', async () => {
  const mutation = 'mutation { createItem(input: { itemId: 3, body: "x" }) { item { itemId } } }';
  const checks = () => api.queries.length;
  await database.admin('alter table events.item rename body to text');
  const before = checks();
  expect(await failure('{ items { nodes { body } } }')).toMatchObject({
    ...{ code: 'DATABASE_UNAVAILABLE', level: levels.warn, state: '42703' },
    message: 'The schema of the database is changing; try again',
  });
  expect(checks()).toBeGreaterThan(before);
  await expect.poll(() => api.send(mutation)).toMatchObject({ status: 400 });
});

test('an object in our own statement that never existed is a defect, not to be retried', async () => {
  const { rows } = api.db.within({});
  const wrong = rows(sql`select '{}'::json = '{}'::json`);
  await expect(wrong).rejects.toBeInstanceOf(DatabaseError);
  await expect(wrong).rejects.toMatchObject({ code: '42883' });
});
