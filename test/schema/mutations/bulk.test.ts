import pg from 'pg';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Result } from '../../support/api.ts';
import { setUp } from '../../support/setUp.ts';
import { createThings } from './things.ts';

const { database, api } = await setUp({
  database: createThings,
  prepare: ({ admin, connection }) => admin(`alter role ${connection.user} set deadlock_timeout = '20ms'`),
  size: 16,
  config: { maxBodyBytes: 10_000_000 },
});

beforeEach(async () => {
  await database.admin('truncate events.thing, events.part, events.reading restart identity');
});

const createDocument = `mutation ($inputs: [CreateThingInput!]!, $onConflict: CreateThingOnConflict) {
  createThings(inputs: $inputs, onConflict: $onConflict) {
    things { code label amount tags } createdCount updatedCount ignoredCount
  }
}`;

const readings = `mutation ($inputs: [CreateReadingInput!]!, $onConflict: CreateReadingOnConflict) {
  createReadings(inputs: $inputs, onConflict: $onConflict) {
    readings { sensor day value } createdCount updatedCount ignoredCount
  }
}`;

/** The result of a document with one bulk create. */
interface Created {
  readonly createdCount: number;
  readonly updatedCount: number;
  readonly ignoredCount: number;
  readonly things?: readonly { readonly code: string }[];
}

const only = (data: unknown): Created => Object.values(data as Record<string, Created>)[0] as Created;

const create = async (document: string, variables: Record<string, unknown>): Promise<Created> =>
  only(await api.query(document, variables));

/** Sends a document like `api.send`, but also allows concurrent requests. */
async function send(query: string, variables: object): Promise<Result> {
  const response = await api.app.fetch('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, ...((await response.json()) as Omit<Result, 'status'>) };
}

const rowsOf = async (query: string) => (await database.admin<Record<string, unknown>>(query)).rows;

describe('a bulk create', () => {
  test('a bulk create returns its rows in the order of the inputs, whatever their fields', async () => {
    const inputs = [
      { code: 'd', label: 'mine', amount: 4 },
      { code: 'b' },
      { code: 'c', label: 'too', tags: ['x', null, 'y,z'] },
      { code: 'a', amount: 1, tags: [] },
      { code: 'e', label: 'last' },
    ];
    const things = inputs.map((input) => ({ label: 'none', amount: null, tags: [], ...input }));
    const created = { things, createdCount: 5, updatedCount: 0, ignoredCount: 0 };
    expect(await create(createDocument, { inputs })).toEqual(created);
    expect(api.statements).toHaveLength(1);
    await database.admin('truncate events.thing cascade');
    const onConflict = { do: 'IGNORE', on: 'CODE' };
    expect(await create(createDocument, { inputs, onConflict })).toEqual(created);
    expect(await create(createDocument, { inputs, onConflict: { ...onConflict, do: 'UPDATE' } }).catch(String)).toMatch(
      /inputs\[1\] gives only its key and nothing to update/,
    );
    await database.admin('truncate events.thing cascade');
    const changes = inputs.filter(({ code }) => code !== 'b');
    expect(await create(createDocument, { inputs: changes, onConflict: { ...onConflict, do: 'UPDATE' } })).toEqual({
      ...created,
      createdCount: 4,
      things: things.filter(({ code }) => code !== 'b'),
    });
  });

  test('a bulk create of nothing creates nothing, without a statement', async () => {
    expect(await create(createDocument, { inputs: [] })).toMatchObject({
      things: [],
      createdCount: 0,
      ignoredCount: 0,
    });
    expect(api.statements).toEqual([]);
  });

  test('a bulk create of 10,000 rows is one statement with a parameter for each column', async () => {
    const inputs = Array.from({ length: 10_000 }, (_, i) => ({ code: `thing ${i}`, amount: i + 1, mood: 'LOW_END' }));
    const counts = createDocument.replace('things { code label amount tags }', '');
    expect(await create(counts, { inputs })).toEqual({ createdCount: 10_000, updatedCount: 0, ignoredCount: 0 });
    expect(api.statements).toHaveLength(1);
    expect(api.statements[0]?.match(/\?/g)).toHaveLength(4); // three columns, and how they are grouped
    const [row] = await rowsOf('select count(*)::int, sum(amount)::int, max(number)::int from events.thing');
    expect(row).toEqual({ count: 10_000, sum: 50_005_000, max: 10_000 });
    expect((await api.send(counts, { inputs: [...inputs, { code: 'more' }] })).errors?.[0]).toMatchObject({
      message: 'inputs has 10001 items; at most 10000 rows can be created at once',
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });

  test('a bulk create creates all rows or none', async () => {
    await database.admin("insert into events.thing (code) values ('there')");
    const inputs = [{ code: 'new' }, { code: 'newer' }, { code: 'there' }];
    expect((await api.send(createDocument, { inputs })).errors?.[0]).toMatchObject({
      message: 'Another Thing already has this code',
      extensions: { code: 'CONFLICT', index: 2 },
    });
    expect(await rowsOf('select code from events.thing')).toEqual([{ code: 'there' }]);
  });

  test('a bulk create whose inputs have too many different combinations of fields is rejected', async () => {
    const optional = { label: 'x', mood: 'MID', tags: [], doc: 1, at: '2026-01-01T00:00:00Z', thingId: 1, share: 1 };
    const inputs = Array.from({ length: 128 }, (_, i) => ({
      code: `thing ${i}`,
      ...Object.fromEntries(Object.entries({ ...optional, thingId: i + 1000 }).filter((_, bit) => i & (1 << bit))),
    }));
    expect(await create(createDocument, { inputs })).toMatchObject({ createdCount: 128 }); // 64: `share` has no default
    const onConflict = { do: 'UPDATE', on: 'CODE' };
    expect((await api.send(createDocument, { inputs: inputs.slice(1), onConflict })).errors?.[0]).toMatchObject({
      message: expect.stringMatching(/^The inputs give 127 different sets of fields, more than 100: /),
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });
});

describe.each([
  ['a table', createDocument, (key: number, change = 0) => ({ code: `key ${key}`, amount: key + 1 + change }), 'CODE'],
  [
    'a partitioned table with different partitions',
    readings,
    (key: number, change = 0) => ({
      sensor: `s${key}`,
      day: `${2025 + (key % 2)}-05-01`,
      value: `${key + change}.000`,
    }),
    'SENSOR_DAY',
  ],
] as const)('bulk creates in %s, of inputs whose rows exist', (_, document, input, on) => {
  const inputs = (from: number, to: number, change = 0) =>
    Array.from({ length: to - from }, (_, i) => input(from + i, change));

  test('IGNORE leaves existing rows as they are', async () => {
    await create(document, { inputs: inputs(0, 4) });
    const answer = await create(document, { inputs: inputs(2, 7, 50), onConflict: { do: 'IGNORE', on } });
    expect(answer).toMatchObject({ createdCount: 3, updatedCount: 0, ignoredCount: 2 });
    expect(Object.values(answer)[0]).toMatchObject(inputs(4, 7, 50));
  });

  test('UPDATE sets the given fields of existing rows, and counts exactly', async () => {
    await create(document, { inputs: inputs(0, 4) });
    const given = inputs(2, 7, 50).toReversed();
    const answer = await create(document, { inputs: given, onConflict: { do: 'UPDATE', on } });
    expect(answer).toMatchObject({ createdCount: 3, updatedCount: 2, ignoredCount: 0 });
    expect(Object.values(answer)[0]).toMatchObject(given);
  });

  test('two inputs with the same key are rejected, with their indexes', async () => {
    const given = [...inputs(0, 3), input(1, 7)];
    for (const onConflict of [undefined, { do: 'IGNORE', on }, { do: 'UPDATE', on }]) {
      const { errors } = await api.send(document, { inputs: given, onConflict });
      expect(errors?.[0]).toMatchObject({
        message: expect.stringMatching(/^inputs 1, 3 have the same (code|sensor, day)$/),
        extensions: { code: 'BAD_USER_INPUT', indexes: [1, 3] },
      });
    }
    expect(await create(document, { inputs: inputs(0, 3) })).toMatchObject({ createdCount: 3 });
  });

  test.each(['IGNORE', 'UPDATE'])('100 concurrent requests with %s lose and duplicate no row', async (action) => {
    const requests = Array.from({ length: 100 }, (_, n) => {
      const given = inputs(n, n + 20);
      return { inputs: n % 2 ? given : given.toReversed(), onConflict: { do: action, on } };
    });
    const answers = await Promise.all(requests.map((variables) => send(document, variables)));
    expect(answers.flatMap(({ errors = [] }) => errors)).toEqual([]);
    const counts = answers.map(({ data }) => only(data));
    const sum = (count: 'createdCount' | 'updatedCount' | 'ignoredCount') =>
      counts.reduce((total, answer) => total + answer[count], 0);
    expect(sum('createdCount')).toBe(119);
    expect(sum(action === 'IGNORE' ? 'ignoredCount' : 'updatedCount')).toBe(100 * 20 - 119);
    const table = on === 'CODE' ? 'thing' : 'reading';
    const [row] = await rowsOf(`select count(*)::int from events.${table}`);
    expect(row).toEqual({ count: 119 });
  });
});

test('on a conflict, fields that an input omits keep their values', async () => {
  await create(createDocument, {
    inputs: [
      { code: 'a', label: 'old', amount: 1, tags: ['t'] },
      { code: 'b', label: 'old', amount: 1 },
    ],
  });
  const inputs = [
    { code: 'a', amount: 2 },
    { code: 'b', label: 'new' },
    { code: 'c', amount: null },
  ];
  expect(await create(createDocument, { inputs, onConflict: { do: 'UPDATE', on: 'CODE' } })).toEqual({
    things: [
      { code: 'a', label: 'old', amount: 2, tags: ['t'] },
      { code: 'b', label: 'new', amount: 1, tags: [] },
      { code: 'c', label: 'none', amount: null, tags: [] },
    ],
    ...{ createdCount: 1, updatedCount: 2, ignoredCount: 0 },
  });
});

test('an input without the key of onConflict is rejected', async () => {
  const onConflict = { do: 'IGNORE', on: 'THING_ID' };
  const inputs = [{ code: 'a', thingId: 1 }, { code: 'b' }];
  expect((await api.send(createDocument, { inputs, onConflict })).errors?.[0]).toMatchObject({
    message: 'inputs[1] must give thingId, since onConflict uses this key',
    extensions: { code: 'BAD_USER_INPUT', fields: ['thingId'], index: 1 },
  });
});

test('keys that are equal to PostgreSQL are the same, however they are written', async () => {
  await database.admin('create table events.priced (price numeric primary key, note text)');
  await database.grantAll(database.connection);
  await api.served.check();
  const document = `mutation ($inputs: [CreatePricedInput!]!) {
    createPriceds(inputs: $inputs, onConflict: { do: IGNORE, on: PRICE }) { createdCount }
  }`;
  const { errors } = await api.send(document, { inputs: [{ price: '1.0' }, { price: '2' }, { price: '1.00' }] });
  expect(errors?.[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT', indexes: [0, 2] } });
});

/** Sends each batch of readings until a response confirms it; `post` may lose a request or its response. */
async function collect(batches: readonly object[][], post: (inputs: readonly object[]) => Promise<Created>) {
  const received: Created[] = [];
  for (const batch of batches) {
    for (let answer: Created | null = null; !answer; ) {
      answer = await post(batch).catch(() => null);
      if (answer) received.push(answer);
    }
  }
  return received;
}

test('a collector that sends each batch until it is acknowledged stores every reading once', async () => {
  const batches = Array.from({ length: 12 }, (_, b) =>
    Array.from({ length: 25 }, (_, i) => ({ sensor: `s${i}`, day: `2026-03-${10 + b}`, value: `${b}.500` })),
  );
  let sent = 0;
  const answers = await collect(batches, async (inputs) => {
    sent++;
    if (sent % 4 === 1) throw new Error('the request was lost');
    const answer = await create(readings, { inputs, onConflict: { do: 'IGNORE', on: 'SENSOR_DAY' } });
    if (sent % 4 === 3) throw new Error('the answer was lost');
    return answer;
  });
  expect(sent).toBeGreaterThan(batches.length * 1.5);
  expect(answers.some(({ ignoredCount }) => ignoredCount === 25)).toBe(true);
  expect(await rowsOf('select count(*)::int, sum(value)::float from events.reading')).toEqual([
    { count: 300, sum: 25 * batches.reduce((sum, _, b) => sum + b + 0.5, 0) },
  ]);
});

test('after a deadlock, which rolled the statement back, it is repeated', async () => {
  const { admin } = database;
  const role = await database.createRole();
  await database.grantAll(role);
  const other = new pg.Client(role);
  await other.connect();
  await admin("set deadlock_timeout = '1min'; begin; insert into events.thing (code) values ('c')");
  await other.query("begin; insert into events.thing (code) values ('b')");
  const inputs = [{ code: 'a' }, { code: 'b' }, { code: 'c' }];
  const request = send(createDocument, { inputs });
  await expect.poll(() => waiting(other)).toBe(1); // for what becomes of "b", with "a" inserted
  const inserted = admin("insert into events.thing (code) values ('a')");
  await expect.poll(() => waiting(other)).toBe(2);
  await other.query('rollback'); // now the request waits for "c", and its owner for the request
  await inserted; // not before the request was rolled back
  await admin('rollback; reset deadlock_timeout');
  expect(only((await request).data)).toMatchObject({ createdCount: 3, things: inputs });
  await other.end();
});

async function waiting(client: pg.Client): Promise<number | undefined> {
  const { rows } = await client.query<{ n: number }>(
    'select count(*)::int n from pg_locks l join pg_stat_activity a using (pid) where not granted and a.datname = current_database()',
  );
  return rows[0]?.n;
}
