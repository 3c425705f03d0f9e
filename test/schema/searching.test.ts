import { describe, expect, test } from 'vitest';
import { createEmptyDatabase } from '../support/database.ts';
import { costOf } from '../support/plans.ts';
import { setUp } from '../support/setUp.ts';

const { database, api } = await setUp({
  database: createEmptyDatabase,
  prepare: async (database) => {
    await database.admin(`
      create schema events;
      create extension pg_trgm;
      create text search configuration public.plain (copy = simple);
      create table events.report (
        report_id int primary key, title text not null, body text, note varchar(40), code text,
        words tsvector generated always as (to_tsvector('english', title)) stored, doc jsonb not null default '{}');
      comment on column events.report.body is '@search english';
      comment on column events.report.note is '@search public.plain';
      comment on column events.report.words is '@search english';
      insert into events.report (report_id, title, body, note, code, doc)
        select n, case when n % 1000 = 0 then 'Pumps are leaking' else 'Report ' || n end,
          case when n % 1000 = 1 then 'The valves were leaking; replaced' else 'Nothing to see ' || n end,
          case when n % 1000 = 2 then 'Running late' else 'on time' end, 'SN-' || n,
          jsonb_build_object('power', jsonb_build_object('volts', n))
        from generate_series(1, 20000) n;
      create index words on events.report using gin (words);
      create index body on events.report using gin (to_tsvector('english', body));
      create index code on events.report using gin (code gin_trgm_ops);
      create index doc on events.report using gin (doc jsonb_path_ops);
      analyze events.report`);
    await database.grantAll(database.connection);
  },
});

const list = 'query ($where: ReportWhere) { reports(where: $where, first: 1000) { nodes { reportId } } }';

const find = async (where: object): Promise<readonly number[]> =>
  (await api.query<{ reports: { nodes: { reportId: number }[] } }>(list, { where })).reports.nodes.map(
    ({ reportId }) => reportId,
  );

const thousands = (first: number) =>
  Array.from({ length: 20 }, (_, n) => n * 1000 + first).filter((n) => n > 0 && n <= 20_000);

describe('a search', () => {
  test("a search uses the configuration in the column's comment", async () => {
    expect(await find({ words: { search: 'leak pump' } })).toEqual(thousands(1000));
    expect(await find({ body: { search: '"valve were leaking" or nonsense' } })).toEqual(thousands(1));
    expect(await find({ note: { search: 'running' } })).toEqual(thousands(2));
    expect(await find({ note: { search: 'runs' } })).toEqual([]);
  });

  test("a search uses the database's configuration without a comment", async () => {
    await database.admin(
      `alter role ${database.connection.user} set default_text_search_config = 'pg_catalog.english'`,
    );
    const { rows } = await database.admin<{ count: number }>(
      `select count(*)::int from events.report where to_tsvector(get_current_ts_config(), title) @@ websearch_to_tsquery('leaking')`,
    );
    expect(await find({ title: { search: 'leaking' } })).toHaveLength(rows[0]?.count ?? 0);
  });

  test('a search is negated like any other condition', async () => {
    expect(await find({ not: { words: { search: 'report' } } })).toEqual(thousands(1000));
  });

  test('a search of stop words only finds nothing', async () => {
    expect(await find({ words: { search: 'the' } })).toEqual([]);
    expect(await find({ words: { search: '' } })).toEqual([]);
  });
});

describe('an order by rank', () => {
  const ranked = `query ($search: String!) {
    reports(first: 3, where: { body: { search: $search } }, orderBy: [{ bodyRank: { search: $search } }, { reportId: ASC }]) {
      nodes { reportId }
    }
  }`;
  const search = (words: string) => api.query(ranked, { search: words });

  test('an order by rank is best first, by the configuration in the comment of the column', async () => {
    await database.admin(`
      update events.report set body = case report_id when 13 then 'A leak: valves leaked, a valve is leaking'
        else 'The valve has a leak' end where report_id in (12, 13)`);
    expect(await search('leaking valve')).toEqual({
      reports: { nodes: [{ reportId: 13 }, { reportId: 1 }, { reportId: 1001 }] },
    });
  });

  test('an order by rank is one statement whatever the words', async () => {
    const statementFor = async (words: string) => {
      await search(words);
      return api.queries.at(-1);
    };
    const [one, other] = [await statementFor('leak'), await statementFor('"nothing to see"')];
    expect(other?.text).toEqual(one?.text);
    expect(other?.values).not.toEqual(one?.values);
  });

  test('an order by rank exists for words, and for texts whose owner chose a configuration', async () => {
    const { __type } = await api.query<{ __type: { inputFields: { name: string }[] } }>(
      '{ __type(name: "ReportOrderBy") { inputFields { name } } }',
    );
    const names = __type.inputFields.map(({ name }) => name);
    expect(names.filter((name) => name.endsWith('Rank'))).toEqual(['bodyRank', 'noteRank', 'wordsRank']);
  });

  test('an order by rank takes words, not null', async () => {
    const { errors } = await api.send(
      '{ reports(orderBy: [{ bodyRank: { search: "leak", direction: null } }]) { nodes { reportId } } }',
    );
    expect(errors).toHaveLength(1);
  });
});

/** Returns the scans of the statement that reads a list. */
async function scansOf(where: object): Promise<readonly string[]> {
  await find(where);
  const statement = api.queries.at(-1);
  if (!statement) throw new Error('There was no statement');
  return (await costOf(api.db, statement)).scans.filter((scan) => !scan.startsWith('Bitmap Heap'));
}

test.each([
  ['words', { words: { search: 'leak' } }],
  ['body', { body: { search: 'valve' } }],
  ['code', { code: { matches: '^SN-1999\\d$' } }],
  ['code', { code: { containsInsensitive: 'sn-1999' } }],
  ['code', { code: { eqInsensitive: 'sn-19999' } }],
  ['doc', { doc: { contains: { power: { volts: 77 } } } }],
])('the index %s serves %j', async (index, where) => {
  expect(await scansOf(where)).toEqual([`Bitmap Index Scan ${index}`]);
});

describe('a regular expression', () => {
  const refuse = async (pattern: string) => {
    const { errors } = await api.send(list, { where: { code: { matches: pattern } } });
    expect(errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['BAD_USER_INPUT']);
    return errors?.[0]?.message;
  };

  test("a regular expression that is invalid is rejected with PostgreSQL's reason", async () => {
    expect(await refuse('SN-[0-9')).toBe('invalid regular expression: brackets [] not balanced');
    expect(await refuse('(')).toBe('invalid regular expression: parentheses () not balanced');
    expect(await refuse('*{')).toMatch(/^invalid regular expression: /);
  });

  test('a regular expression is bounded in what it may cost', async () => {
    expect(await refuse('a'.repeat(201))).toBe(
      'A regular expression may have at most 200 characters; this one has 201',
    );
    expect(await refuse('((.{1,255}){1,255}){1,255}')).toBe(
      'invalid regular expression: regular expression is too complex',
    );
    for (const pattern of ['(.)\\1', '(.)\\\\\\1', '(?b)\\(a\\)[\\]\\1', '(a)(b)\\12'])
      expect(await refuse(pattern)).toMatch(/^A regular expression must not have back references/);
  });

  test('a regular expression finishes whatever is nested in it', async () => {
    await database.admin(`update events.report set code = repeat('a', 5000) || 'x' where report_id = 5`);
    for (const pattern of ['((((((a*)*)*)*)*)*)*b', '(a+a+)+y', '(a|aa)+$', '(.*a){20}b', '\\\\1'])
      expect(await find({ reportId: { eq: 5 }, code: { matches: pattern } }), pattern).toEqual([]);
    expect(await find({ code: { matches: '^(a|aa)+x$' } })).toEqual([5]);
  });
});
