import { readFile } from 'node:fs/promises';
import { parse } from 'graphql';
import { describe, expect, onTestFinished, test } from 'vitest';
import { defaultPageLimits } from '../../src/config/limits.ts';
import { calling, sql, toQuery } from '../../src/db/sql/sql.ts';
import { priceOf } from '../../src/pricing/cost.ts';
import { createEmptyDatabase } from '../support/database.ts';
import { setUp } from '../support/setUp.ts';

const { api, database } = await setUp({
  database: createEmptyDatabase,
  schema: 'calls',
  prepare: async (database) => {
    await database.admin(await readFile(new URL('functions.sql', import.meta.url), 'utf8'));
    await database.grantAll(database.connection, 'calls');
  },
});

const otherRole = database.createRole().then(({ user }) => user);

test('every directive is applied', () => {
  expect(api.log.filter(({ level }) => level >= 40)).toEqual([]);
});

describe('a function of a query', () => {
  test('a function of rows can have parameters that are called like the arguments of lists and groups', async () => {
    const fields = api.api.schema.getQueryType()?.getFields() ?? {};
    const argumentsOf = (field: string) => fields[field]?.args.map(({ name }) => name) ?? [];
    const own = [...new Set(['things', 'thingsGroupedAggregate'].flatMap(argumentsOf))];
    for (const rest of ['', 'GroupedAggregate'])
      expect(argumentsOf(`likeArguments${rest}`)).toEqual(expect.arrayContaining(own.map((name) => `${name}_`)));
    expect(await api.query('{ likeArguments(distinctOn_: 3) { nodes { thingId } } }')).toEqual({
      likeArguments: { nodes: [{ thingId: 3 }] },
    });
  });

  test.each<[document: string, expected: Record<string, unknown>]>([
    ['{ doubleOf(n: 4) }', { doubleOf: 8 }],
    ['{ greet(name: "Ada") }', { greet: 'Hello, Ada!' }],
    ['{ greet(name: null, mark: ".") }', { greet: 'Hello, nobody.' }],
    ['{ greet(name: "Ada", greeting: null) }', { greet: 'Nothing, Ada!' }],
    ['{ opposite(m: SO_SO) }', { opposite: 'GLAD' }],
    ['{ reversed(list: [1, null, 3]) }', { reversed: [3, null, 1] }],
    ['{ half(p: 25) }', { half: '12.5000000000000000' }],
    ['{ document(d: { a: [1] }) }', { document: { a: [1], seen: true } }],
    ['{ width(span: { lo: 2, hi: 7 }) }', { width: 5 }],
    ['{ width(span: { lo: 2 }) }', { width: null }],
    ['{ widths(spans: [{ lo: 2, hi: 7 }, null, { hi: 1, lo: 0 }]) }', { widths: [5, null, 1] }],
    ['{ unnamed(arg1: 3) }', { unnamed: 'x3' }],
    ['{ numbers(n: 3) }', { numbers: [1, 2, 3] }],
    ['{ texts }', { texts: ['null', null, 'NULL', '{"a,b"}'] }],
    ['{ numbers(n: 9, first: 2, offset: 4) }', { numbers: [5, 6] }],
    [
      '{ spans(n: 2) { lo hi } }',
      {
        spans: [
          { lo: 1, hi: 2 },
          { lo: 2, hi: 4 },
        ],
      },
    ],
    ['{ nearest { lo } }', { nearest: null }],
    ['{ parted(arg1: "a\\"b") { head tail } }', { parted: { head: 'a', tail: '"b' } }],
    [
      '{ counted { mood howMany __typename } }',
      {
        counted: [
          { mood: 'GLAD', howMany: '5', __typename: 'CountedResult' },
          { mood: 'SO_SO', howMany: '5', __typename: 'CountedResult' },
        ],
      },
    ],
    [
      '{ best { name notes(first: 1) { nodes { body } } } }',
      { best: { name: 'thing 2', notes: { nodes: [{ body: 'note 4' }] } } },
    ],
    ['{ nobody { name } }', { nobody: null }],
    [
      '{ namedLike(part: "1") { totalCount approximateCount nodes { name title firstNote { body } } } }',
      {
        namedLike: {
          totalCount: 2,
          approximateCount: null,
          nodes: [
            { name: 'thing 10', title: 'THING 10', firstNote: null },
            { name: 'thing 1', title: 'THING 1', firstNote: { body: 'note 1' } },
          ],
        },
      },
    ],
    [
      '{ namedLike(part: "", most: 5, where: { score: { gt: 0 } }, orderBy: { score: DESC }) { nodes { thingId score } } }',
      {
        namedLike: {
          nodes: [
            { thingId: 10, score: 2 },
            { thingId: 6, score: 2 },
            { thingId: 9, score: 1 },
          ],
        },
      },
    ],
    [
      '{ namedLikeAggregate(part: "thing", where: { thingId: { lte: 4 } }) { count of { score { max } } } }',
      { namedLikeAggregate: { count: 4, of: { score: { max: 2 } } } },
    ],
    [
      '{ namedLikeGroupedAggregate(part: "", groupBy: { columns: [MOOD] }) { key { mood } count } }',
      {
        namedLikeGroupedAggregate: [
          { key: { mood: 'GLAD' }, count: 5 },
          { key: { mood: 'SO_SO' }, count: 5 },
        ],
      },
    ],
    ['{ pick(n: 1) }', { pick: 'int' }],
    ['{ pickByText(t: "") }', { pickByText: 'text' }],
    ['{ pickByInt4Text(n: 1, t: "") }', { pickByInt4Text: 'both' }],
    // The shorter function has no field, since PostgreSQL refuses its calls as ambiguous.
    ['{ step(n: 1, by: 2) }', { step: '3' }],
    ['{ stride(n: 1) strideByInt4Int4Int4(n: 1, by: 2, times: 3) }', { stride: 3, strideByInt4Int4Int4: 7 }],
    ['{ built }', { built: 'as ever' }],
    [
      '{ visits { at atEpochMs atEpochMs_ duringBounds { lower upper } alsoBounds { lower } } }',
      {
        visits: [
          {
            at: '2026-01-01T00:00:00Z',
            atEpochMs: 'its own',
            atEpochMs_: Date.UTC(2026, 0, 1),
            duringBounds: { lower: 1, upper: 5 },
            alsoBounds: [{ lower: 1 }, { lower: 7 }],
          },
          { at: null, atEpochMs: null, atEpochMs_: null, duringBounds: null, alsoBounds: null },
        ],
      },
    ],
  ])('a query calls a function: %s', async (document, expected) => {
    expect(await api.query(document)).toEqual(expected);
  });

  test('a function of a query requires arguments without a default, if only as null', async () => {
    const { errors } = await api.send('{ greet }');
    expect(errors).toMatchObject([
      { message: '"name" is missing; give a value, or null', extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  test('a function of a query requires arguments with a default if omitting them would make the call ambiguous', async () => {
    const { errors } = await api.send('{ step(n: 1) }');
    expect(errors).toMatchObject([
      { message: '"by" is missing; give a value, or null', extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  test('a function of a query runs in a transaction that is read-only, with the claims of the caller', async () => {
    expect(await api.query('{ readonly }')).toEqual({ readonly: 'on' });
    const claims = { sub: 'somebody' };
    const db = api.db.within({ claims });
    expect(await db.rows(calling(sql`select calls.whoami() as claims, calls.readonly() as mode`))).toMatchObject([
      { claims: JSON.stringify(claims), mode: 'on' },
    ]);
    expect(await db.rows(sql`select calls.readonly() as mode`)).toMatchObject([{ mode: 'off' }]);
  });

  test("a function of a query that writes anyway fails, as its owner's fault", async () => {
    const { data, errors } = await api.send('{ sly readonly }');
    expect(data).toEqual({ sly: null, readonly: 'on' });
    expect(errors).toMatchObject([{ path: ['sly'], extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
    expect(JSON.stringify(api.log)).toMatch(/not declared VOLATILE.*PL.pgSQL function calls\.sly\(\)/);
    expect((await database.admin('select from calls.log')).rowCount).toBe(0);
  });

  test.each([
    ['P0001', 'BAD_USER_INPUT', 'no P0001'],
    ['TM001', 'BAD_USER_INPUT', 'no TM001'],
    ['57014', 'TIMEOUT', expect.not.stringContaining('no 57014')],
    ['XX000', 'INTERNAL_SERVER_ERROR', expect.not.stringContaining('no XX000')],
  ])('a function of a query that raises %s results in %s', async (state, code, message) => {
    const { errors } = await api.send('query ($state: String!) { refuseAll(state: $state) }', { state });
    expect(errors).toMatchObject([{ message, extensions: { code } }]);
  });
});

describe('a computed field', () => {
  test.each<[document: string, expected: Record<string, unknown>]>([
    [
      '{ thing(thingId: 1) { title padded(width: 9) p: padded(width: 8, fill: "-") } }',
      { thing: { title: 'THING 1', padded: 'thing 1..', p: 'thing 1-' } },
    ],
    [
      '{ notes(first: 2, offset: 3) { nodes { thing { title padded(width: 8) } } } }',
      { notes: { nodes: Array.from({ length: 2 }, () => ({ thing: { title: 'THING 2', padded: 'thing 2.' } })) } },
    ],
    [
      '{ things(first: 2) { nodes { rangeOf { lo hi } scores firstNote { noteId } latest { totalCount nodes { body } } latestAggregate(most: 1) { count } } } }',
      {
        things: {
          nodes: [
            {
              rangeOf: { lo: 1, hi: 1 },
              scores: [1],
              firstNote: { noteId: 1 },
              latest: { totalCount: 2, nodes: [{ body: 'note 3' }, { body: 'note 2' }] },
              latestAggregate: { count: 1 },
            },
            {
              rangeOf: { lo: 2, hi: 2 },
              scores: [1, 2],
              firstNote: { noteId: 4 },
              latest: { totalCount: 2, nodes: [{ body: 'note 6' }, { body: 'note 5' }] },
              latestAggregate: { count: 1 },
            },
          ],
        },
      },
    ],
    [
      '{ looses(first: 1, orderBy: { score: ASC }) { nodes { caption } } }',
      { looses: { nodes: [{ caption: expect.stringMatching(/^thing \d\?$/) }] } },
    ],
    ['{ things(where: { title: { eq: "THING 5" } }) { nodes { thingId } } }', { things: { nodes: [{ thingId: 5 }] } }],
    [
      '{ notes(orderBy: { thing: { negated: ASC_NULLS_LAST } }, first: 1) { nodes { noteId } } }',
      { notes: { nodes: [{ noteId: 4 }] } },
    ],
    ['{ notes(where: { thing: { title: { eq: "THING 4" } } }) { totalCount } }', { notes: { totalCount: 3 } }],
    [
      '{ namedLike(part: "", where: { title: { startsWith: "THING 1" } }) { totalCount nodes { thingId } } }',
      { namedLike: { totalCount: 2, nodes: [{ thingId: 10 }, { thingId: 1 }] } },
    ],
    [
      'mutation { updateThing(thingId: 9, patch: { name: "nine" }) { thing { name title latest { totalCount } } } }',
      { updateThing: { thing: { name: 'nine', title: 'NINE', latest: { totalCount: 0 } } } },
    ],
  ])('a computed field has its value: %s', async (document, expected) => {
    expect(await api.query(document)).toEqual(expected);
  });

  test('a computed field comes with the statement that reads the rows', async () => {
    await api.query('{ things { nodes { title padded(width: 3) notes { nodes { thing { title } } } } } }');
    expect(api.queries).toHaveLength(2);
  });

  test('a computed field that fails leaves the other fields and rows their data', async () => {
    const { data, errors } = await api.send('{ things(first: 4) { nodes { thingId inverse } } }');
    expect(data).toEqual({
      things: {
        nodes: [
          { thingId: 1, inverse: '1.00000000000000000000' },
          { thingId: 2, inverse: '0.50000000000000000000' },
          { thingId: 3, inverse: null },
          { thingId: 4, inverse: null },
        ],
      },
    });
    expect(errors).toMatchObject([{ path: ['things', 'nodes', 3, 'inverse'], extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test('computed fields that fail for many rows do not cost a statement each', async () => {
    await database.admin(`insert into calls.thing select n, 'zero', 0 from generate_series(1001, 1500) n`);
    onTestFinished(async () => {
      await database.admin('delete from calls.thing where thing_id > 1000');
    });
    const before = api.sent.length;
    const { errors } = await api.send(`{
      things(first: 500, where: { thingId: { gt: 1000 } }) { nodes { inverse padded(width: 2000000000) } }
    }`);
    expect(errors).toHaveLength(1000);
    expect(api.sent.length - before).toBeLessThan(250);
  });

  test('a computed field with a wrong argument leaves the other fields their data', async () => {
    const { data, errors } = await api.send(
      'query ($w: Int) { things(first: 1) { nodes { thingId padded(width: $w) } } }',
    );
    expect(data).toEqual({ things: { nodes: [{ thingId: 1, padded: null }] } });
    expect(errors).toMatchObject([{ path: ['things', 'nodes', 0, 'padded'], extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test('a computed field uses the variables of each request', async () => {
    const document = 'query ($w: Int) { things(first: 1) { nodes { padded(width: $w) } } }';
    for (const w of [3, 5, 3])
      expect(await api.query(document, { w })).toEqual({ things: { nodes: [{ padded: 'thing 1'.slice(0, w) }] } });
  });
});

describe('PostgreSQL inlines the body of an SQL function', () => {
  test.each([
    [
      'of a computed field, whose expression has an index',
      '{ things(where: { title: { eq: "THING 5" } }) { nodes { thingId } } }',
      'thing_title',
    ],
    [
      'of a list with a declared key',
      '{ keyed(lowest: 1, where: { thingId: { eq: 3 } }, first: 1) { nodes { name } } }',
      'thing_pkey',
    ],
  ])('PostgreSQL inlines the body of an SQL function %s', async (_, document, index) => {
    await database.admin(
      'create index if not exists thing_title on calls.thing (upper(name)); set enable_seqscan = off',
    );
    await api.query(document);
    const [query] = api.queries;
    if (!query) throw new Error('There was no statement');
    const { text, values } = toQuery(query);
    const { rows } = await database.admin<{ 'QUERY PLAN': string }>(`explain ${text}`, values);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain(`using ${index} `);
    expect(plan).not.toContain('Function Scan');
  });
});

describe('a function of mutations', () => {
  test.each<[document: string, expected: Record<string, unknown>]>([
    ['mutation { say(said: "a") { logId said } }', { say: { logId: expect.any(Number), said: 'a' } }],
    ['mutation { sayEach(said: ["b", "c"]) { said } }', { sayEach: [{ said: 'b' }, { said: 'c' }] }],
    ['mutation { keep(t: { name: "kept", thingId: 3 }) }', { keep: 'kept' }],
    ['mutation { forget }', { forget: true }],
  ])('a mutation calls a function: %s', async (document, expected) => {
    expect(await api.query(document)).toEqual(expected);
  });

  test('a function of mutations shows the message that it raises', async () => {
    const { errors } = await api.send('mutation { refuse(state: "now") }');
    expect(errors).toMatchObject([{ message: 'not now', extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test('a function of mutations names the constraint that it violates', async () => {
    const { errors } = await api.send('mutation { say(said: null) { said } }');
    expect(errors).toMatchObject([
      { message: 'A value violates a constraint of the table', extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });
});

test('unsupported and omitted functions do not exist', () => {
  const { schema } = api.api;
  const all = [schema.getQueryType(), schema.getMutationType()].flatMap((type) => Object.keys(type?.getFields() ?? {}));
  for (const name of ['anyOne', 'passes', 'record', 'lists', 'proceed', 'total', 'sayAll', 'next', 'twice'])
    expect(all).not.toContain(name);
});

describe('the visibility of a function', () => {
  const isShown = async () => {
    await api.served.check();
    return 'alone' in (api.served.current()?.schema.getQueryType()?.getFields() ?? {});
  };

  test.each<[what: string, statement: string, shown: boolean]>([
    ['without a grant', 'create function calls.alone() returns int language sql stable as $$select 1$$', false],
    ['with a grant to PUBLIC', 'grant execute on function calls.alone to public', false],
    ['with a grant to another role', 'grant execute on function calls.alone to :other', false],
    ['with a grant to a role that it belongs to', 'grant :other to :user', true],
    ['after it left that role', 'revoke :other from :user', false],
    ['with a grant to the role itself', 'grant execute on function calls.alone to :user', true],
    ['without the grant to PUBLIC', 'revoke execute on function calls.alone from public', true],
    ['without any grant again', 'revoke execute on function calls.alone from :user', false],
    ['with @expose, but without EXECUTE', `comment on function calls.alone is '@expose'`, false],
    ['with @expose and EXECUTE', 'grant execute on function calls.alone to public', true],
    ['with EXECUTE, but without @expose', 'comment on function calls.alone is null', false],
  ])('grants and comments decide whether a function is shown: %s', async (_, statement, shown) => {
    const other = await otherRole;
    await database.admin(statement.replaceAll(':other', other).replaceAll(':user', database.connection.user));
    expect(await isShown()).toBe(shown);
  });
});

describe('the price of a function', () => {
  test.each([
    ['one row for a value', '{ doubleOf(n: 1) }', 1],
    ['its ROWS and its page', '{ namedLike(part: "a", first: 3) { nodes { name } } }', 20 + 3],
    ['its ROWS and a count', '{ namedLike(part: "a") { totalCount } }', 20 + 10],
    ['its ROWS and an aggregate', '{ namedLikeAggregate(part: "a") { count } }', 20 + 10],
    [
      'its ROWS and the groups',
      '{ namedLikeGroupedAggregate(part: "a", groupBy: {}, first: 2) { count } }',
      20 + 10 + 2,
    ],
    ["PostgreSQL's default of ROWS", '{ doubled(first: 3) { nodes { name } } }', 1000 + 3],
    ['only its page if PostgreSQL can inline it', '{ keyed(first: 3) { nodes { name } } }', 3],
    ['its ROWS and its page for rows of no table', '{ spans(n: 9, first: 3) { lo } }', 1000 + 3],
    ['its ROWS and its page for a set of values', '{ numbers(n: 9) }', 1000 + 50],
    ['its ROWS again for another alias', '{ a: numbers(n: 8, first: 3) b: numbers(n: 9, first: 4) }', 2000 + 7],
    [
      'its ROWS again for each row',
      '{ things(first: 4) { nodes { latest(first: 2) { nodes { body } } } } }',
      4 + 4 * 1002,
    ],
    ['one row for each value of a row', '{ things(first: 4) { nodes { title padded(width: 3) } } }', 4 + 2 * 4],
  ])('a function costs %s', (_, text, expected) => {
    const { schema } = api.api;
    expect(priceOf({ schema, document: parse(text), variables: {}, pages: defaultPageLimits }).rows).toBe(expected);
  });

  test('a query that calls functions for more rows than the limit is rejected', async () => {
    const { errors, status } = await api.send(
      '{ things { nodes { latest { nodes { thing { latest { totalCount } } } } } } }',
    );
    expect({ status, errors }).toMatchObject({
      status: 400,
      errors: [{ extensions: { code: 'QUERY_TOO_COMPLEX' } }],
    });
    expect(api.statements).toEqual([]);
  });
});
