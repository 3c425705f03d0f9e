import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEmptyDatabase } from '../support/database.ts';
import { documentOf } from '../support/everyField.ts';
import { patience, runs } from '../support/property.ts';
import { setUp } from '../support/setUp.ts';
import { anyValue, type Column, columns } from '../support/values.ts';

const names = Object.keys(columns) as Column[];

const { database, api } = await setUp({
  database: createEmptyDatabase,
  prepare: `
    create schema events;
    create type events.mood as enum ('sad', 'so so', '{"quoted", \\}');
    create table events.thing (
      thing_id int generated always as identity primary key,
      ${names.map((name) => `${name} ${columns[name][0]}`).join(', ')}
    )`,
});

const fieldOf = (column: Column) => column.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Stores values, given as PostgreSQL's texts, in a new row; resolves with its key. */
async function store(values: Readonly<Partial<Record<Column, string>>>): Promise<number> {
  const given = Object.entries(values);
  const list = given.map(([name]) => name).join(', ');
  const casts = given.map(([name], i) => `$${i + 1}::text::${columns[name as Column][0]}`).join(', ');
  const { rows } = await database.admin<{ thing_id: number }>(
    `insert into events.thing (${list}) values (${casts}) returning thing_id`,
    given.map(([, value]) => value),
  );
  return rows[0]?.thing_id ?? 0;
}

/** Returns a response as text, because parsing would round its numbers. */
async function textOf(query: string, variables: object = {}): Promise<string> {
  const response = await api.app.fetch('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return response.text();
}

/** Reads the values of a row. */
async function read(thingId: number, fields: readonly string[]): Promise<Record<string, unknown>> {
  const { thing } = await api.query<{ thing: Record<string, unknown> }>(
    `query ($thingId: Int!) { thing(thingId: $thingId) { ${fields.join(' ')} } }`,
    { thingId },
  );
  return thing;
}

describe('a value of PostgreSQL', () => {
  test.each<[Column, string, unknown]>([
    ['big', '9223372036854775807', '9223372036854775807'],
    ['big', '-9223372036854775808', '-9223372036854775808'],
    ['exact', '12345678901234567890.1234567890', '12345678901234567890.1234567890'],
    ['exact', '1.00', '1.00'],
    ['exact', '1e30', '1000000000000000000000000000000'],
    ['exact', 'NaN', 'NaN'],
    ['exact', '-Infinity', '-Infinity'],
    ['single', '0.1', 0.1],
    ['double', '0.30000000000000004', 0.30000000000000004],
    ['double', '5e-324', 5e-324],
    ['at', '2026-03-29 03:30:00.123456+02', '2026-03-29T01:30:00.123456Z'],
    ['at', '2026-03-29 01:30:00.5Z', '2026-03-29T01:30:00.5Z'],
    ['at', '2026-03-29 01:30:00Z', '2026-03-29T01:30:00Z'],
    ['at', '0001-01-01 00:00:00Z', '0001-01-01T00:00:00Z'],
    ['at', '9999-12-31 23:59:59.999999Z', '9999-12-31T23:59:59.999999Z'],
    ['at', '10000-01-01 00:00:00Z', '10000-01-01 00:00:00+00'],
    ['at', '0044-03-15 12:00:00Z BC', '0044-03-15 12:00:00+00 BC'],
    ['at', '-infinity', '-infinity'],
    ['local', '2026-03-29 01:30:00.000001', '2026-03-29T01:30:00.000001'],
    ['local', '0044-03-15 12:00:00 BC', '0044-03-15 12:00:00 BC'],
    ['local', 'infinity', 'infinity'],
    ['day', '2026-03-29', '2026-03-29'],
    ['day', '5874897-12-31', '5874897-12-31'],
    ['day', '4713-01-01 BC', '4713-01-01 BC'],
    ['clock', '24:00', '24:00:00'],
    ['clock', '01:02:03.000004', '01:02:03.000004'],
    ['span', '1 year 2 mons 3 days 04:05:06.000007', 'P1Y2M3DT4H5M6.000007S'],
    ['span', '-1 mons +2 days -00:00:00.5', 'P-1M2DT-0.5S'],
    ['span', '0', 'PT0S'],
    ['span', '1 week', 'P7D'],
    ['doc', '{"b": [1, 1.5, null, "x"], "a": {}}', { a: {}, b: [1, 1.5, null, 'x'] }],
    ['doc', 'null', null],
    ['doc', '"text"', 'text'],
    ['bytes', '\\x', ''],
    ['bytes', '\\x00ff10', 'AP8Q'],
    ['mood', 'so so', 'SO_SO'],
    ['fixed', 'ab', 'ab       '],
    ['words', 'a "b" \\ 🙂\n', 'a "b" \\ 🙂\n'],
    ['moods', '{"so so",NULL,"{\\"quoted\\", \\\\}"}', ['SO_SO', null, '_QUOTED_']],
    ['blobs', '{"\\\\x00",NULL}', ['AA==', null]],
    ['docs', '{"{\\"a\\": \\"\\\\\\"\\"}",NULL,"null"}', [{ a: '"' }, null, null]],
  ])('%s %s arrives as %j', async (column, text, expected) => {
    expect(await read(await store({ [column]: text }), [column])).toEqual({ [column]: expected });
  });

  test('JSON keeps the digits of numbers, which JavaScript would round', async () => {
    const doc = '{"a": 12345678901234567890, "b": [0.1234567890123456789, 1.10, 9007199254740993]}';
    const thingId = await store({ doc, raw: '{"huge": 1e400}' });
    const text = await textOf(`{ thing(thingId: ${thingId}) { doc raw } }`);
    expect(text.replaceAll(' ', '')).toBe(
      '{"data":{"thing":{"doc":{"a":12345678901234567890,"b":[0.1234567890123456789,1.10,9007199254740993]},"raw":{"huge":1e400}}}}',
    );
  });

  test.each([['NaN'], ['Infinity'], ['-Infinity']])('%s of a float is null, with an error of its own', async (text) => {
    const thingId = await store({ single: text, double: text, doubles: `{1,${text}}`, big: '1' });
    const { data, errors, status } = await api.send(`{ thing(thingId: ${thingId}) { single double doubles big } }`);
    expect(status).toBe(200);
    expect(data).toEqual({ thing: { single: null, double: null, doubles: [1, null], big: '1' } });
    expect(errors?.map(({ path, message, extensions }) => [path?.join('.'), message, extensions?.['code']])).toEqual(
      ['thing.single', 'thing.double', 'thing.doubles.1'].map((path) => [
        ...[path, `${text} cannot be expressed in JSON`, 'VALUE_NOT_REPRESENTABLE'],
      ]),
    );
  });
});

/** Filters by an operand, once as a variable and once as a literal. */
async function filter(column: Column, operand: unknown, literal = JSON.stringify(operand)) {
  const list = (value: string) => `{ things(where: { ${fieldOf(column)}: { eq: ${value} } }) { totalCount } }`;
  const variable = await api.send(`query ($v: ${columns[column][1]}) ${list('$v')}`, { v: operand });
  return { variable, literal: await api.send(list(literal)) };
}

describe('an operand', () => {
  const invalid = expect.stringMatching(/^(BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED)$/);

  test.each<[Column, unknown, string?]>([
    ['big', '9223372036854775807'],
    ['big', 42],
    ['big', '-1'],
    ['exact', '1234.50'],
    ['exact', 1.5],
    ['exact', '.5e-7'],
    ['exact', 'NaN'],
    ['key', 'F81D4FAE-7dec-11d0-a765-00a0c91e6bf6'],
    ['key', 'f81d4fae7dec11d0a76500a0c91e6bf6'],
    ['at', '2026-03-29T01:30:00.123456Z'],
    ['at', '2026-03-29t01:30:00z'],
    ['at', '2026-03-29T03:30:00+02:00'],
    ['at', '2026-03-29 03:30+0200'],
    ['at', 'infinity'],
    ['at', '10000-01-01 00:00:00+00'],
    ['at', '0044-03-15 12:00:00+00 BC'],
    ['local', '2026-03-29T01:30:00'],
    ['day', '2026-03-29'],
    ['clock', '01:30'],
    ['span', 'P1Y2M3W4DT5H6M7.5S'],
    ['span', 'PT0S'],
    ['span', 'P-1M2DT-0.5S'],
    ['doc', { a: [1, 'x', null] }, '{ a: [1, "x", null] }'],
    ['doc', 'text'],
    ['doc', false],
    ['bytes', 'AP8Q'],
    ['bytes', ''],
    ['mood', 'SAD', 'SAD'],
    ['span', '1w2d3h4m5.5s'],
    ['span', '15m'],
    ['bigs', ['1', 2]],
  ])('an operand of %s may be %j', async (column, operand, literal) => {
    const answers = await filter(column, operand, literal);
    expect([answers.variable.errors, answers.literal.errors]).toEqual([undefined, undefined]);
  });

  test.each<[Column, unknown, RegExp]>([
    ['big', '1.5', /"1\.5" is not a BigInt; write it like "9007199254740993"/],
    ['big', 1.5, /is not a BigInt/],
    ['big', 'one', /is not a BigInt/],
    ['big', true, /true is not a BigInt/],
    ['exact', '1,5', /is not a Decimal; write it like "1234\.50"/],
    ['exact', '0x10', /is not a Decimal/],
    ['exact', {}, /\{\} is not a Decimal/],
    ['key', 'f81d4fae', /is not a UUID; write it like "f81d4fae-/],
    ['at', '2026-03-29T01:30:00', /is not a DateTime; write it like "2026-03-29T01:30:00\.123456Z"/],
    ['at', '2026-03-29', /is not a DateTime/],
    ['at', 'yesterday', /is not a DateTime/],
    ['at', 1774747800, /1774747800 is not a DateTime/],
    ['local', '2026-03-29T01:30:00Z', /is not a LocalDateTime; write it like "2026-03-29T01:30:00\.5"/],
    ['day', '2026-03-29T01:30:00', /is not a Date; write it like "2026-03-29"/],
    ['day', '29.03.2026', /is not a Date/],
    ['clock', '1:30', /is not a LocalTime; write it like "13:45:00\.25"/],
    ['clock', '01:30+02', /is not a LocalTime/],
    ['span', '1 day', /is not a Duration; write it like "P1DT2H30M"/],
    ['span', '1m1h', /is not a Duration/],
    ['span', '1.5h', /is not a Duration/],
    ['span', '1y', /is not a Duration/],
    ['span', 'P', /is not a Duration/],
    ['span', 'PT', /is not a Duration/],
    ['span', 'P1H', /is not a Duration/],
    ['span', '-P1D', /is not a Duration/],
    ['bytes', 'AP8', /is not base64/],
    ['bytes', 'AP_-', /is not base64/],
    ['mood', 'ANGRY', /"ANGRY"|Mood/],
    ['whole', 2147483648, /32-bit/],
    ['flag', 'yes', /Boolean/],
  ])('an operand of %s may not be %j, and the error says how to write it', async (column, operand, message) => {
    const { variable, literal } = await filter(column, operand);
    expect(variable).toMatchObject({ status: 400, errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    expect(literal).toMatchObject({ status: 400, errors: [{ extensions: { code: invalid } }] });
    expect(variable.errors?.[0]?.message).toMatch(message);
    expect(literal.errors?.[0]?.message).toMatch(message);
  });

  test.each<[Column, string, RegExp]>([
    ['day', '"2026-02-30"', /out of range/],
    ['at', '"2026-03-29T25:00:00Z"', /out of range/],
    ['at', '"0000-01-01T00:00:00Z"', /out of range/],
    ['address', '"10.0.0"', /invalid input syntax for type inet/],
    ['words', '"\\u0000"', /0x00/],
  ])('an operand of %s may not be %s, as PostgreSQL says', async (column, literal, message) => {
    const document = `{ things(where: { ${column}: { eq: ${literal} } }) { totalCount } }`;
    const { errors } = await api.send(document);
    expect(errors).toMatchObject([{ message: expect.stringMatching(message), extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test('an operand that is a number in a document keeps all its digits', async () => {
    await database.admin('truncate events.thing');
    const thingId = await store({
      ...{ big: '9223372036854775807', exact: '12345678901234567890.123' },
      doc: '{"n": [12345678901234567890, 0.1234567890123456789]}',
    });
    const document = `query ($n: JSON) {
      big: things(where: { big: { in: [9223372036854775807] } }) { nodes { thingId } }
      exact: things(where: { exact: { eq: 12345678901234567890.123 } }) { nodes { thingId } }
      doc: things(where: { doc: { eq: { n: [12345678901234567890, 0.1234567890123456789] } } }) { nodes { thingId } }
      mixed: things(where: { doc: { contains: { n: [$n, 12345678901234567890] } } }) { nodes { thingId } }
      at: things(where: { doc: { at: { path: ["n", "0"], eq: 12345678901234567890 } } }) { nodes { thingId } }
      none: things(where: { big: { eq: 9223372036854775806 } }) { nodes { thingId } }
    }`;
    const found = { nodes: [{ thingId }] };
    expect(await api.query(document, { n: 12345678901234567000 })).toEqual({
      ...{ big: found, exact: found, doc: found, mixed: { nodes: [] }, at: found, none: { nodes: [] } },
    });
  });
});

test('every value that is read finds its row, and no filter for another value does', {
  timeout: patience,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.record(anyValue), async (values) => {
      const thingId = await store(values);
      const row = await read(thingId, names.map(fieldOf));
      const questions = names.flatMap((column) =>
        ['eq', 'ne'].map((operator) => ({
          what: `${column} ${operator} ${values[column]}`,
          expected: operator === 'eq' ? 1 : 0,
          variables: { v: [columns[column][1], row[fieldOf(column)]] as const },
          field: ({ v = '' }) =>
            `things(where: { thingId: { eq: ${thingId} }, ${fieldOf(column)}: { ${operator}: ${v} } }) { totalCount }`,
        })),
      );
      const { document, variables } = documentOf(questions);
      const counts = await api.query<Record<string, { totalCount: number }>>(document, variables);
      const wrong = questions.filter(({ expected }, i) => counts[`q${i}`]?.totalCount !== expected);
      expect(wrong.map(({ what }) => what)).toEqual([]);
    }),
    runs(15),
  );
});

test('every value that is written is read again, by one row and by many', { timeout: patience }, async () => {
  const fields = names.map(fieldOf);
  const all = `thingId ${fields.join(' ')}`;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record(anyValue, { requiredKeys: [] }), { minLength: 1, maxLength: 4 }),
      async (rows) => {
        const originals: Record<string, unknown>[] = [];
        for (const row of rows) originals.push(await read(await store(row), fields));
        const [first] = originals;
        const document = `mutation ($input: CreateThingInput!, $inputs: [CreateThingInput!]!) {
        createThing(input: $input) { thing { ${all} } }
        createThings(inputs: $inputs) { things { ${all} } }
      }`;
        const written = await api.query<Written>(document, { input: first, inputs: originals });
        const created = [written.createThing.thing, ...written.createThings.things];
        const expected = [first, ...originals].map((values, i) => ({ ...values, thingId: created[i]?.['thingId'] }));
        expect(created).toEqual(expected);
        const [again] = originals.toReversed();
        const change = `mutation ($id: Int!, $patch: UpdateThingPatch!) { updateThing(thingId: $id, patch: $patch) { thing { ${all} } } }`;
        const id = created[0]?.['thingId'];
        expect(await api.query(change, { id, patch: again })).toEqual({
          updateThing: { thing: { ...again, thingId: id } },
        });
      },
    ),
    runs(15),
  );
});

interface Written {
  readonly createThing: { readonly thing: Readonly<Record<string, unknown>> };
  readonly createThings: { readonly things: readonly Readonly<Record<string, unknown>>[] };
}
