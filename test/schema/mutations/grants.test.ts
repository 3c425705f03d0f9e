import { isInputObjectType, isObjectType, isRequiredInputField } from 'graphql';
import { afterAll, describe, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '../../support/api.ts';
import { setUpDatabase } from '../../support/setUp.ts';
import { createThings } from './things.ts';

const apis: TestApi[] = [];

const database = await setUpDatabase({ database: createThings });

afterAll(() => Promise.all(apis.map((api) => api.close())));

/** Builds the API for a new role that has only these privileges. */
async function apiOf(...grants: readonly string[]): Promise<TestApi> {
  const role = await database.createRole();
  await database.admin(`grant usage on schema events to ${role.user}`);
  for (const grant of grants) await database.admin(`grant ${grant} to ${role.user}`);
  const api = await createTestApi(role);
  apis.push(api);
  return api;
}

const mutations = ({ api }: TestApi): readonly string[] => Object.keys(api.schema.getMutationType()?.getFields() ?? {});

/** Returns the fields of a type; required input fields end in `!`. */
function fields({ api }: TestApi, name: string): readonly string[] {
  const type = api.schema.getType(name);
  if (isInputObjectType(type))
    return Object.values(type.getFields()).map((field) => field.name + (isRequiredInputField(field) ? '!' : ''));
  return isObjectType(type) ? Object.keys(type.getFields()) : [];
}

describe('grants of a role', () => {
  test('a role that was granted only SELECT has no Mutation type', async () => {
    const api = await apiOf('select on all tables in schema events');
    expect(api.api.schema.getMutationType()).toBeUndefined();
    expect(api.api.schema.getType('ConflictAction')).toBeUndefined();
  });

  test('a role that was granted everything has every mutation, except on views and on tables without writable columns', async () => {
    const api = await apiOf('all on all tables in schema events');
    expect(mutations(api)).toEqual([
      ...['createPart', 'createParts', 'createReading', 'createReadings', 'createThing', 'createThings'],
      ...['deleteCounted', 'deletePart', 'deleteReading', 'deleteThing', 'deleteThingByCode'],
      ...['updatePart', 'updateReading', 'updateThing', 'updateThingByCode'],
    ]);
  });

  test('a role that was granted INSERT without SELECT has no mutation', async () => {
    const api = await apiOf('insert on events.thing', 'select, insert on events.part');
    expect(mutations(api)).toEqual(['createPart', 'createParts']);
  });

  test('a role that was granted single columns may set those that it may also read', async () => {
    const api = await apiOf(
      'select (thing_id, code, label, amount), insert (code, label, doc, number), update (label, twice) on events.thing',
    );
    expect(mutations(api)).toEqual(['createThing', 'createThings', 'updateThing', 'updateThingByCode']);
    expect(fields(api, 'CreateThingInput')).toEqual(['code!', 'label']);
    expect(fields(api, 'UpdateThingPatch')).toEqual(['label']);
    const document = `mutation {
      one: createThing(input: { code: "granted" }) { thing { thingId code label amount } }
      many: createThings(
        inputs: [{ code: "granted", label: "new" }, { code: "other" }]
        onConflict: { do: IGNORE, on: CODE }
      ) { createdCount ignoredCount things { code } }
      updateThingByCode(code: "granted", patch: { label: "changed" }) { thing { label } }
    }`;
    expect(await api.query(document)).toMatchObject({
      one: { thing: { code: 'granted', label: 'none', amount: null } },
      many: { createdCount: 1, ignoredCount: 1, things: [{ code: 'other' }] },
      updateThingByCode: { thing: { label: 'changed' } },
    });
  });

  test('a role that was granted INSERT and UPDATE of single columns may do both at once', async () => {
    const api = await apiOf('select (code, label), insert (code, label), update (label) on events.thing');
    const document = `mutation ($inputs: [CreateThingInput!]!) {
      createThings(inputs: $inputs, onConflict: { do: UPDATE, on: CODE }) { createdCount updatedCount things { label } }
    }`;
    const inputs = ['a', 'b', 'c'].map((label) => ({ code: `upsert ${label}`, label }));
    expect(await api.query(document, { inputs: inputs.slice(0, 2) })).toMatchObject({
      createThings: { createdCount: 2, updatedCount: 0 },
    });
    expect(await api.query(document, { inputs })).toEqual({
      createThings: { createdCount: 1, updatedCount: 2, things: [{ label: 'a' }, { label: 'b' }, { label: 'c' }] },
    });
  });

  test('a role that was granted a partitioned table alone, and not its partitions, may write to it', async () => {
    const api = await apiOf('select, insert, update, delete on events.reading');
    const document = `mutation ($inputs: [CreateReadingInput!]!, $onConflict: CreateReadingOnConflict) {
      createReadings(inputs: $inputs, onConflict: $onConflict) { createdCount updatedCount readings { value } }
    }`;
    const inputs = ['2025-05-01', '2026-05-01'].map((day) => ({ sensor: 'granted', day, value: '1.000' }));
    expect(await api.query(document, { inputs })).toMatchObject({ createReadings: { createdCount: 2 } });
    expect((await api.send(document, { inputs })).errors?.[0]?.extensions).toEqual({ code: 'CONFLICT' });
    expect((await api.send(document, { inputs: [...inputs, inputs[1]] })).errors?.[0]).toMatchObject({
      message: 'inputs 1, 2 have the same sensor, day',
      extensions: { code: 'BAD_USER_INPUT', indexes: [1, 2] },
    });
    const onConflict = { do: 'UPDATE', on: 'SENSOR_DAY' };
    const changed = inputs.map((input) => ({ ...input, value: '2.000' }));
    expect(await api.query(document, { inputs: changed, onConflict })).toEqual({
      createReadings: { createdCount: 0, updatedCount: 2, readings: [{ value: '2.000' }, { value: '2.000' }] },
    });
  });

  test('a role that was granted no UPDATE of a column cannot set it on a conflict either', async () => {
    const api = await apiOf('select, insert on events.thing', 'update (label) on events.thing');
    const document = `mutation { createThings(
      inputs: [{ code: "x", label: "y" }, { code: "z", amount: 1 }], onConflict: { do: UPDATE, on: CODE }
    ) { createdCount } }`;
    expect((await api.send(document)).errors?.[0]).toMatchObject({
      message: 'The database does not permit changing amount',
      extensions: { code: 'FORBIDDEN', fields: ['amount'], index: 1 },
    });
  });
});

test('columns with a default may be omitted; generated ones cannot be given', async () => {
  const api = await apiOf('all on all tables in schema events');
  expect(fields(api, 'CreateThingInput')).toEqual([
    ...['amount', 'at', 'code!', 'doc', 'label', 'mood', 'share', 'tags', 'thingId'],
  ]);
  expect(fields(api, 'UpdateThingPatch')).toEqual([
    ...['amount', 'at', 'code', 'doc', 'label', 'mood', 'share', 'tags', 'thingId'],
  ]);
  expect(fields(api, 'CreateThingsPayload')).toEqual(['createdCount', 'ignoredCount', 'things', 'updatedCount']);
});

describe('row security', () => {
  test('row security hides rows from changes, and rejects new rows that it would hide', async () => {
    await database.admin(`
      insert into events.thing (code, label) values ('mine', 'mine'), ('theirs', 'theirs'), ('shown', 'shown');
      alter table events.thing enable row level security;
      create policy reads on events.thing for select using (label in ('mine', 'shown'));
      create policy inserts on events.thing for insert with check (label = 'mine');
      create policy updates on events.thing for update using (label = 'mine');
      create policy deletes on events.thing for delete using (label = 'mine')`);
    const api = await apiOf('select, insert, update, delete on events.thing');
    const change = (code: string) => `updateThingByCode(code: "${code}", patch: { amount: 7 }) { thing { amount } }`;
    expect(
      await api.query(`mutation { mine: ${change('mine')} theirs: ${change('theirs')} shown: ${change('shown')}
        deleteThingByCode(code: "theirs") { thing { code } } }`),
    ).toEqual({
      mine: { thing: { amount: 7 } },
      theirs: { thing: null },
      shown: { thing: null },
      deleteThingByCode: { thing: null },
    });
    const { errors } = await api.send(
      'mutation { createThing(input: { code: "new", label: "theirs" }) { thing { code } } }',
    );
    expect(errors?.[0]).toMatchObject({
      message: 'Grants or row security in the database do not permit this',
      extensions: { code: 'FORBIDDEN' },
    });
    await database.admin('alter table events.thing disable row level security');
  });
});
