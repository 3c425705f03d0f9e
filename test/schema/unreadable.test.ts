import { isInputObjectType, isListType } from 'graphql';
import { afterAll, describe, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '../support/api.ts';
import { createEmptyDatabase, createExtendedDatabase, hasExtensions, type TestDatabase } from '../support/database.ts';

/** By type, a text that is not a value of it. */
const builtIn = {
  tsquery: 'fat &',
  tsvector: "'x",
  jsonpath: '$.[',
  regclass: 'no_such_table',
  regtype: 'no_such_type',
  regproc: 'no_such_function',
  regprocedure: 'lower(',
  regnamespace: 'no_such_schema',
  regrole: 'a.b',
  int4range: '[5,1]',
  numrange: '[5,1]',
  int4multirange: '{[5,1]}',
  inet: 'x',
  cidr: '10.0.0.1/8',
  money: 'abc',
  uuid: 'zz',
  point: '(1',
  pg_lsn: 'x',
  'bit(3)': '102',
  macaddr: 'zz:zz',
  'events.pair': '(1',
  xid8: 'x',
  timestamptz: '2026-02-30T00:00:00Z',
} as const;

const extended = { ltree: 'a..b', hstore: '=>', cube: '(x', isbn: '12', geometry: 'POINT(1', citext: 'a\0' } as const;
const extensions = ['ltree', 'hstore', 'cube', 'isn', 'citext', 'postgis'];

const opened: { readonly api: TestApi; readonly database: TestDatabase }[] = [];

afterAll(async () => {
  for (const { api, database } of opened) {
    await api.close();
    await database.drop();
  }
});

/** Serves a table with a column of each type, called `c0`, `c1` and so on. */
async function serve(database: TestDatabase, types: readonly string[]): Promise<TestApi> {
  await database.admin(`
    create schema events;
    create type events.pair as (n int, s text);
    create table events.thing (thing_id int primary key, ${types.map((type, i) => `c${i} ${type}`).join(', ')})`);
  await database.grantAll(database.connection);
  const api = await createTestApi(database.connection);
  opened.push({ api, database });
  return api;
}

/** Writes each text, alone and in a batch, and filters by it; each time the client gets BAD_USER_INPUT. */
async function expectRefusals(api: TestApi, texts: readonly string[]): Promise<void> {
  for (const [i, text] of texts.entries()) {
    const documents = [
      `mutation ($x: T!) { createThing(input: { thingId: 1, c${i}: $x }) { thing { thingId } } }`,
      `mutation ($x: T!) { createThings(inputs: [{ thingId: 1 }, { thingId: 2, c${i}: $x }]) { createdCount } }`,
      `query ($x: T!) { things(where: { c${i}: { eq: $x } }) { totalCount } }`,
    ];
    const input = api.api.schema.getType('CreateThingInput');
    const type = input && 'getFields' in input ? String(input.getFields()[`c${i}`]?.type) : '';
    for (const document of documents) {
      const { errors } = await api.send(document.replace('T!', `${type}!`), { x: text });
      // A column without an order is compared as text, with any text.
      if (document.startsWith('query') && !errors) continue;
      expect(errors, `${text}: ${document}`).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    }
  }
}

/**
 * Passes texts that few types can read to every operator of every column; none of the errors may be an internal one.
 */
async function expectNoDefect(api: TestApi, columns: number, texts: readonly string[]): Promise<void> {
  for (let i = 0; i < columns; i++) {
    const where = api.api.schema.getType('ThingWhere');
    const filter = where && 'getFields' in where ? where.getFields()[`c${i}`]?.type : undefined;
    const operators = isInputObjectType(filter) ? Object.values(filter.getFields()) : [];
    for (const { name, type } of operators.filter((one) => one.name !== 'isNull'))
      for (const x of texts) {
        const document = `query ($x: ${type}) { things(where: { c${i}: { ${name}: $x } }) { totalCount } }`;
        const { errors = [] } = await api.send(document, {
          x: isListType(type) ? [x] : isInputObjectType(type) ? { from: x, distance: 1 } : x,
        });
        for (const { message, extensions } of errors)
          expect(extensions?.['code'], `${name}: ${x} ${message}`).toBe('BAD_USER_INPUT');
      }
  }
}

describe('a text that is not a value of its type', () => {
  test("a text that is not a value of PostgreSQL's type is the client's fault", async () => {
    const database = await createEmptyDatabase();
    const { rows } = await database.admin<{ version: number }>(
      "select current_setting('server_version_num')::int as version",
    );
    // Before version 16, PostgreSQL reads any text as an xid8.
    const texts = Object.entries(builtIn).filter(([type]) => type !== 'xid8' || (rows[0]?.version ?? 0) >= 160_000);
    const api = await serve(
      database,
      texts.map(([type]) => type),
    );
    await expectRefusals(
      api,
      texts.map(([, text]) => text),
    );
    await expectNoDefect(api, texts.length, ['5', 'abc', '[1', '{5}']);
  });

  test.skipIf(!hasExtensions(...extensions))(
    "a text that is not a value of an extension's type is the client's fault",
    async () => {
      const types = Object.keys(extended).map((type) => `public.${type}`);
      const api = await serve(await createExtendedDatabase(...extensions), types);
      await expectRefusals(api, Object.values(extended));
      await expectNoDefect(api, types.length, ['5', 'abc', 'a..b', '=>']);
    },
  );
});

test("a table that a trigger misses is not the client's fault", async () => {
  const database = await createEmptyDatabase();
  const api = await serve(database, ['text']);
  await database.admin(`
    create function events.note() returns trigger language plpgsql as $$ begin
      insert into events.gone values (1); return new;
    end $$;
    create trigger note before insert on events.thing for each row execute function events.note()`);
  const { errors } = await api.send('mutation { createThing(input: { thingId: 1 }) { thing { thingId } } }');
  expect(errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
});
