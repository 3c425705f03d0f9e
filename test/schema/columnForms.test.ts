import fc from 'fast-check';
import { isObjectType } from 'graphql';
import { expect, test } from 'vitest';
import { createEmptyDatabase } from '../support/database.ts';
import { patience, runs } from '../support/property.ts';
import { setUp } from '../support/setUp.ts';
import { createTwoWays, differenceOf } from '../support/twoWays.ts';

const { database, api } = await setUp({
  database: createEmptyDatabase,
  prepare: `
    create schema events;
    create type events.text_range as range (subtype = text, collation = "C");
    create domain events.open_hours as tsrange;
    create table events.shift (
      shift_id int primary key, whole int4range not null, exact numrange, days daterange, instants tstzrange,
      hours events.open_hours, words events.text_range, breaks tstzmultirange, many int4range[],
      at timestamptz not null, day date, local timestamp, days_bounds text);
    create function events.at_epoch_ms(events.shift) returns text stable language sql return 'a function';
    grant execute on function events.at_epoch_ms to public;
    comment on function events.at_epoch_ms is '@expose';`,
});

const bounds = '{ lower upper lowerInclusive upperInclusive isEmpty }';
const allBounds = ['whole', 'exact', 'days', 'instants', 'hours', 'words', 'breaks']
  .map((name) => `${name}Bounds${name === 'days' ? '_' : ''} ${bounds}`)
  .join(' ');

/** Replaces the only row of the table. The values are PostgreSQL's texts, by column. */
async function store(values: Readonly<Record<string, string | null>>): Promise<void> {
  await database.admin('delete from events.shift');
  await database.admin('insert into events.shift select (jsonb_populate_record(null::events.shift, $1)).*', [
    JSON.stringify({ shift_id: '1', whole: 'empty', at: '-infinity', ...values }),
  ]);
}

const read = async (selection: string) => {
  const { shifts } = await api.query<{ shifts: { nodes: Record<string, unknown>[] } }>(
    `{ shifts { nodes { ${selection} } } }`,
  );
  return shifts.nodes[0];
};

test('ranges have their bounds in the scalar of their values', async () => {
  await store({
    whole: '[1,5]',
    exact: '(1.50,)',
    days: '[2026-01-01,2026-01-31]',
    instants: '["2026-03-29 03:30:00.5+02",infinity)',
    hours: '(,"2026-01-01 08:00")',
    words: '["","a ""b"" \\\\ , (c]"]',
    breaks: '{[2026-01-01Z,2026-01-02Z],(2026-02-01Z,)}',
  });
  const both = { lowerInclusive: true, upperInclusive: false, isEmpty: false };
  const none = { lowerInclusive: false, upperInclusive: false, isEmpty: false };
  expect(await read(`${allBounds} whole`)).toEqual({
    whole: '[1,6)',
    wholeBounds: { lower: 1, upper: 6, ...both },
    exactBounds: { lower: '1.50', upper: null, ...none },
    daysBounds_: { lower: '2026-01-01', upper: '2026-02-01', ...both },
    instantsBounds: { lower: '2026-03-29T01:30:00.5Z', upper: 'infinity', ...both },
    hoursBounds: { lower: null, upper: '2026-01-01T08:00:00', ...none },
    wordsBounds: { lower: '', upper: 'a "b" \\ , (c]', ...both, upperInclusive: true },
    breaksBounds: [
      { lower: '2026-01-01T00:00:00Z', upper: '2026-01-02T00:00:00Z', ...both, upperInclusive: true },
      { lower: '2026-02-01T00:00:00Z', upper: null, ...none },
    ],
  });
});

test('a plan answers like the executor', async () => {
  await store({
    whole: '[1,5]',
    exact: 'empty',
    instants: '(,infinity)',
    breaks: '{(2026-02-01Z,)}',
    day: '2026-03-29',
  });
  const text = `{ shifts { nodes { ${allBounds} atEpochMs_ dayEpochMs localEpochMs } } }`;
  const answers = await createTwoWays(api)({ text, variables: {} });
  expect([differenceOf(answers), answers.interpreter]).toEqual([null, 'plan']);
});

test('a bound may be a space that PostgreSQL does not quote', async () => {
  await store({ words: '["",\u{a0}]' });
  expect(await read('wordsBounds { lower upper }')).toEqual({ wordsBounds: { lower: '', upper: '\u{a0}' } });
});

test('an empty range is distinguished from one without bounds, and both from null', async () => {
  await store({ whole: '(,)', exact: 'empty', breaks: '{}' });
  const none = { lower: null, upper: null, lowerInclusive: false, upperInclusive: false };
  expect(
    await read(`wholeBounds ${bounds} exactBounds ${bounds} hoursBounds ${bounds} breaksBounds ${bounds}`),
  ).toEqual({
    wholeBounds: { ...none, isEmpty: false },
    exactBounds: { ...none, isEmpty: true },
    hoursBounds: null,
    breaksBounds: [],
  });
});

test('the bounds are those that PostgreSQL finds', { timeout: patience }, async () => {
  const text = fc.string({ unit: 'binary', maxLength: 6 }).map((value) => value.replaceAll('\0', ''));
  const odd = fc
    .array(fc.constantFrom(...'"\\,()[]{} \n', 'a', 'empty'), { maxLength: 5 })
    .map((parts) => parts.join(''));
  const end = fc.option(fc.oneof(text, odd));
  await fc.assert(
    fc.asyncProperty(end, end, fc.constantFrom('[]', '[)', '(]', '()'), async (a, b, form) => {
      const { rows } = await database.admin<{ range: string; expected: object }>(
        `select range, jsonb_build_object('lower', lower(range), 'upper', upper(range), 'lowerInclusive', lower_inc(range),
           'upperInclusive', upper_inc(range), 'isEmpty', isempty(range)) as expected
         from (select events.text_range(least($1, $2), greatest($1, $2), $3) as range
           from (select $1::text collate "C", $2::text collate "C") given) ranges`,
        [a, b, form],
      );
      const [found] = rows;
      await store({ words: found?.range ?? null });
      expect(await read(`words wordsBounds ${bounds}`)).toEqual({ words: found?.range, wordsBounds: found?.expected });
    }),
    runs(100),
  );
});

test('times are milliseconds too, unless they are infinite; an existing field keeps its name', async () => {
  await store({
    at: '2026-03-29 03:30:00.123456+02',
    day: '1969-12-31',
    local: '0044-03-15 12:00 BC',
    days_bounds: 'x',
  });
  expect(await read('atEpochMs atEpochMs_ dayEpochMs localEpochMs daysBounds')).toEqual({
    atEpochMs: 'a function',
    atEpochMs_: Date.UTC(2026, 2, 29, 1, 30) + 123.456,
    dayEpochMs: -86_400_000,
    localEpochMs: new Date('-000043-03-15T12:00Z').getTime(),
    daysBounds: 'x',
  });
  await store({});
  const { data, errors } = await api.send('{ shifts { nodes { shiftId atEpochMs_ dayEpochMs } } }');
  expect(data).toEqual({ shifts: { nodes: [{ shiftId: 1, atEpochMs_: null, dayEpochMs: null }] } });
  expect(errors).toMatchObject([{ extensions: { code: 'VALUE_NOT_REPRESENTABLE' } }]);
});

test('lists of ranges have no fields for their bounds', () => {
  const type = api.api.schema.getType('Shift');
  const fields = isObjectType(type) ? Object.keys(type.getFields()) : [];
  expect(fields).toContain('many');
  expect(fields).not.toContain('manyBounds');
});
