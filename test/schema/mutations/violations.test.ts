import { beforeEach, describe, expect, test } from 'vitest';
import { setUp } from '../../support/setUp.ts';
import { createThings } from './things.ts';

const { database, api } = await setUp({
  database: createThings,
  prepare: async (database) => {
    await database.admin(`
      alter table events.part add parent text, add note text,
        add constraint same_thing foreign key (thing_id, parent) references events.part (thing_id, name);
      create table events.booking (
        room text, during daterange not null, held bool not null default true, at timestamptz unique,
        guest uuid, person text, primary key (guest, person),
        exclude using gist (during with &&),
        constraint held_is_true check (held)
      );
      create table events.strict (strict_id int generated always as identity primary key, name text, secret text not null);
      create function events.refuse() returns trigger language plpgsql as
        $$ begin raise exception 'The shop is closed'; end $$;
      create table events.closed (closed_id int primary key);
      create trigger refuse before insert on events.closed for each row execute function events.refuse()`);
    await database.grantAll(database.connection);
    await database.admin(`
      revoke select on events.strict from ${database.connection.user};
      grant select (strict_id, name) on events.strict to ${database.connection.user}`);
  },
});

beforeEach(async () => {
  await database.admin(`
    truncate events.thing, events.part, events.reading, events.booking restart identity;
    insert into events.thing (code, amount) values ('first', 1), ('second', 2);
    insert into events.part (thing_id, name, parent) values (1, 'wheel', null), (1, 'spoke', 'wheel')`);
});

/** Returns the message and extensions of a mutation's only error. */
async function refusal(mutation: string, variables: Record<string, unknown> = {}) {
  const { errors = [], data } = await api.send(mutation, variables);
  expect([errors.length, Object.values(data ?? {})]).toEqual([1, [null]]);
  return { message: errors[0]?.message, ...errors[0]?.extensions };
}

const bulk = (type: string, several: string) =>
  `mutation ($inputs: [Create${type}Input!]!) { create${several}(inputs: $inputs) { createdCount } }`;

describe("an error of one row names the violated constraint and the API's fields", () => {
  test.each([
    [
      'createThing(input: { code: "first" }) { thing { code } }',
      {
        message: 'Another Thing already has this code',
        code: 'CONFLICT',
        constraint: 'thing_code_key',
        fields: ['code'],
      },
    ],
    [
      'updateThing(thingId: 2, patch: { code: "first" }) { thing { code } }',
      {
        message: 'Another Thing already has this code',
        code: 'CONFLICT',
        constraint: 'thing_code_key',
        fields: ['code'],
      },
    ],
    [
      'createPart(input: { thingId: 9, name: "x" }) { part { name } }',
      {
        message: 'There is no Thing with this thingId',
        code: 'CONFLICT',
        constraint: 'part_thing_id_fkey',
        fields: ['thingId'],
      },
    ],
    [
      'updatePart(thingId: 1, name: "wheel", patch: { parent: "x" }) { part { name } }',
      {
        message: 'There is no Part with this thingId, parent',
        code: 'CONFLICT',
        constraint: 'same_thing',
        fields: ['thingId', 'parent'],
      },
    ],
    [
      'updatePart(thingId: 1, name: "wheel", patch: { name: "x" }) { part { name } }',
      {
        message: 'A Part still refers to this Part',
        code: 'CONFLICT',
        constraint: 'same_thing',
        fields: ['thingId', 'parent'],
      },
    ],
    [
      'deleteThing(thingId: 1) { thing { code } }',
      { message: 'A Part still refers to this Thing', code: 'CONFLICT', fields: ['thingId'] },
    ],
    [
      'createThing(input: { code: "x", amount: 0 }) { thing { code } }',
      {
        message: 'amount breaks the rule amount_is_positive',
        code: 'BAD_USER_INPUT',
        constraint: 'amount_is_positive',
        fields: ['amount'],
      },
    ],
    [
      'createThing(input: { code: "x", amount: 1000 }) { thing { code } }',
      {
        message: 'mood, amount breaks the rule What is mid costs less than 1000.',
        ...{ code: 'BAD_USER_INPUT', constraint: 'mid_is_cheap', fields: ['mood', 'amount'] },
      },
    ],
    [
      'createThing(input: { code: "x", share: 101 }) { thing { code } }',
      { message: 'A value breaks the rule percent_check', code: 'BAD_USER_INPUT', constraint: 'percent_check' },
    ],
    [
      'createThing(input: { code: "x", label: "more than eight" }) { thing { code } }',
      { message: 'value too long for type character varying(8)', code: 'BAD_USER_INPUT' },
    ],
    [
      'createReading(input: { sensor: "s", day: "2031-01-01" }) { reading { day } }',
      { message: 'No partition accepts a Reading with this day', code: 'BAD_USER_INPUT', fields: ['day'] },
    ],
    [
      'createStrict(input: { name: "x" }) { strict { name } }',
      { message: 'A value violates a constraint of the table', code: 'BAD_USER_INPUT' },
    ],
    [
      'createClosed(input: { closedId: 1 }) { closed { closedId } }',
      { message: 'The shop is closed', code: 'BAD_USER_INPUT' },
    ],
  ])("an error names the violated constraint and the API's fields: %s", async (mutation, expected) => {
    expect(await refusal(`mutation { ${mutation} }`)).toEqual(expected);
  });
});

describe('an error of many rows says which input caused it', () => {
  const guest = '00000000-0000-0000-0000-00000000000';
  const booking = (n: number, more: object = {}) => ({
    ...{ guest: `${guest}${n}`, person: `Ann, the ${n}th`, room: 'r', during: `[2026-01-0${n},2026-01-0${n + 1})` },
    ...more,
  });

  test.each([
    ['an existing row', 'Thing', 'Things', [{ code: 'x' }, { code: 'second' }], { code: 'CONFLICT', index: 1 }],
    [
      'two equal rows',
      ...(['Booking', 'Bookings'] as const),
      [booking(1), booking(2), booking(3), booking(4, { guest: `${guest}1`.toUpperCase(), person: 'Ann, the 1th' })],
      { code: 'BAD_USER_INPUT', fields: ['guest', 'person'], indexes: [0, 3] },
    ],
    [
      'two rows with the same time',
      ...(['Booking', 'Bookings'] as const),
      [booking(1, { at: '2026-01-01T00:00:00Z' }), booking(2), booking(3, { at: '2026-01-01T00:00:00Z' })],
      { code: 'BAD_USER_INPUT', fields: ['at'], indexes: [0, 2] },
    ],
    [
      'a missing row',
      ...(['Part', 'Parts'] as const),
      [
        { thingId: 1, name: 'x' },
        { thingId: 2, name: 'y' },
        { thingId: 3, name: 'z' },
      ],
      { code: 'CONFLICT', index: 2, fields: ['thingId'] },
    ],
    [
      'a check',
      ...(['Thing', 'Things'] as const),
      [
        { code: 'x', amount: 5 },
        { code: 'y', amount: -5 },
        { code: 'z', amount: 6 },
      ],
      { code: 'BAD_USER_INPUT', index: 1, fields: ['amount'] },
    ],
    [
      'a check of a flag',
      ...(['Booking', 'Bookings'] as const),
      [booking(1, { held: true }), booking(2, { held: false, at: '2026-01-01T00:00:00Z' })],
      { code: 'BAD_USER_INPUT', index: 1, constraint: 'held_is_true' },
    ],
    [
      'a missing partition',
      ...(['Reading', 'Readings'] as const),
      [
        { sensor: 's', day: '2026-01-01' },
        { sensor: 's', day: '2024-01-01' },
      ],
      { code: 'BAD_USER_INPUT', index: 1, fields: ['day'] },
    ],
    [
      'a null',
      ...(['Thing', 'Things'] as const),
      [{ code: 'x' }, { code: 'y' }, { code: 'z', tags: null }],
      { code: 'BAD_USER_INPUT', index: 2, fields: ['tags'] },
    ],
  ])('an error says which input caused it: %s', async (_, type, several, inputs, expected) => {
    expect(await refusal(bulk(type, several), { inputs })).toMatchObject(expected);
  });

  test("an error does not say which input caused it if PostgreSQL's detail does not reveal it", async () => {
    const overlap = await refusal(bulk('Booking', 'Bookings'), {
      inputs: [booking(1), booking(2, { during: '[2026-01-01,2026-01-03)' })],
    });
    expect(overlap).toEqual({
      message: 'The Booking conflicts with another in during',
      code: 'CONFLICT',
      fields: ['during'],
    });
  });
});

test('an error shows only names of constraints, and the log no values', async () => {
  const { errors } = await api.send('mutation { createThing(input: { code: "first" }) { thing { code } } }');
  expect(JSON.stringify(errors)).not.toMatch(/insert|unnest|"events|\bevents\.|key value|duplicate/i);
  const line = api.log.find(({ msg }) => msg === 'Another Thing already has this code');
  expect(line).toMatchObject({ err: { code: '23505', constraint: 'thing_code_key' } });
  expect(JSON.stringify(line)).not.toContain('(first)');
});

test('a write whose connection is lost is not repeated, and its error says that it may have been executed', async () => {
  await database.admin('begin; lock table events.thing in exclusive mode');
  const request = api.send('mutation { createThing(input: { code: "lost" }) { thing { code } } }');
  const blocked = async () =>
    (
      await database.admin<{ pid: number }>(
        "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      )
    ).rows;
  await expect.poll(blocked).toHaveLength(1);
  const [row] = await blocked();
  await database.admin('select pg_terminate_backend($1)', [row?.pid]);
  const { errors, status } = await request;
  await database.admin('rollback');
  expect(status).toBe(200);
  expect(errors?.[0]).toMatchObject({
    message: 'The connection to the database was lost; check whether the change was made before you repeat it',
    extensions: { code: 'DATABASE_UNAVAILABLE' },
  });
  expect(await api.query('{ thingByCode(code: "lost") { code } }')).toEqual({ thingByCode: null });
});
