import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { coerceInputValue, isInputType, Kind, parse } from 'graphql';
import { afterAll, describe, expect, test } from 'vitest';
import { examineDocument } from '../../src/commands/check/examine.ts';
import { createRecorder } from '../../src/commands/check/recorder.ts';
import { countStatements } from '../../src/commands/check/statements.ts';
import { plausibleValue } from '../../src/commands/check/variables.ts';
import { prepareDocuments } from '../../src/documents/prepare.ts';
import { createStore } from '../../src/documents/store.ts';
import { createLoaders } from '../../src/loaders/loaders.ts';
import { appConfig } from '../support/config.ts';
import { generateDocument } from '../support/documents.ts';
import { startProgram } from '../support/program.ts';
import { runs } from '../support/property.ts';
import { setUp } from '../support/setUp.ts';
import { withoutLooks } from '../support/streams.ts';

const manifests = new URL('manifests', import.meta.url).pathname;

const { database, api } = await setUp({
  prepare: `
    create table events.large (large_id int primary key, word text not null);
    insert into events.large select n, 'word ' || n from generate_series(1, 20000) n;
    create table events.uncounted (word text);
    insert into events.uncounted select repeat('x', 100) from generate_series(1, 20000);
    analyze events.large`,
});
const directory = await mkdtemp(join(tmpdir(), 'events-graphql-check-'));

afterAll(() => rm(directory, { recursive: true, force: true }));

/** Runs the command with these arguments; resolves with its exit code and output. */
async function check(...args: string[]) {
  const { host, port, database: name, user, password } = database.connection;
  const program = startProgram(['check', ...args], {
    ...{
      PGHOST: host,
      PGPORT: String(port),
      PGDATABASE: name,
      PGUSER: user,
      PGPASSWORD: password,
      PG_AUTH: 'password',
    },
  });
  const code = await program.ended;
  return { code, out: program.out(), err: program.err() };
}

/** Returns the findings about the operations of one document. */
async function examined(text: string) {
  const [document] = prepareDocuments(createStore([{ id: 'x', text, file: 'm.json' }]).store, api.api.schema).all;
  if (!document) throw new Error('There is no document');
  // The recorder wraps the test API's database, which is a wrapper too.
  const recorder = createRecorder(api.db);
  const createContext: typeof api.api.createContext = (incoming, limits) => {
    const { loaders: _, ...context } = api.api.createContext(incoming, limits);
    return { ...context, db: recorder.db, loaders: createLoaders(recorder.db, api.api.catalog, context.borrower) };
  };
  return examineDocument(document, {
    api: { schema: api.api.schema, plans: api.api.plans, createContext },
    recorder,
    tails: api.tails,
    db: api.db,
    config: appConfig,
  });
}

describe('the command', () => {
  test('the command prints what each document costs', async () => {
    const { code, out } = await check(`${manifests}/client-preset.json`, `${manifests}/relay-md5.json`);
    expect(out).toBe(
      [
        'status  document         cost  statements  id',
        'ok      DeviceGrid       60    2           sha256:0634a78e6acd16b8631e7870274b0bd5d16dd5bb9a346dff9ca51f53ed427c7e',
        'ok      LastEvents       3     2           sha256:f4d181f6e066dcfccad17baddf6926f6f675a2f120c5d8ed6402c54b04fbabfc',
        'ok      DeviceListQuery  2000  1           f0941ef47affafee0749b31ce807af8d',
        '',
      ].join('\n'),
    );
    expect(code).toBe(0);
  });

  test('the command fails on an invalid document, and on an id that is not that of its document', async () => {
    const file = join(directory, 'wrong.json');
    const wrong = {
      old: 'query Old { nothing }',
      'sha256:abc': '{ __typename }',
      large: '{ larges(where: { word: { eq: "a" } }) { nodes { word } } }',
    };
    await writeFile(file, JSON.stringify(wrong));
    const { code, out } = await check(file);
    expect(out.split('\n').map((line) => line.trimEnd())).toEqual([
      'status   document   cost  statements  id',
      'failed   Old        -     -           old',
      '         Cannot query field "nothing" on type "Query".',
      `         in ${file}`,
      'warning  (no name)  50    1           large',
      '         sequential scan of events.large: about 20000 rows',
      expect.stringContaining(`failed   ${file}: the id "sha256:abc" is not the SHA-256 of its document`),
      '',
    ]);
    expect(code).toBe(1);
  });

  test('the command prints the same as JSON, and as annotations for GitHub', async () => {
    const file = join(directory, 'ci,1.json');
    const documents = {
      old: 'query Old { nothing other }',
      large: 'query Large { larges(where: { word: { eq: "a" } }) { nodes { word } } }',
      fine: 'query Fine { devices(first: 1) { nodes { serial } } }',
      'sha256:abc': '{ __typename }',
    };
    await writeFile(file, JSON.stringify(documents));
    const json = await check('--json', file);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out)).toEqual({
      ok: false,
      findings: [
        expect.objectContaining({ status: 'failed', name: 'Old', id: 'old', file, cost: null, statements: null }),
        expect.objectContaining({ status: 'warning', name: 'Large', cost: 50, statements: 1 }),
        { status: 'ok', name: 'Fine', id: 'fine', file, cost: 1, statements: 1, details: [] },
      ],
      problems: [expect.stringContaining('is not the SHA-256 of its document')],
    });
    const { code, out } = await check('--github', file);
    expect(code).toBe(1);
    const place = file.replace(',', '%2C');
    const query = 'on type "Query".';
    expect(out.split('\n').filter((line) => line.startsWith('::'))).toEqual([
      `::error file=${place},title=Old::Cannot query field "nothing" ${query}%0ACannot query field "other" ${query}`,
      `::warning file=${place},title=Large::sequential scan of events.large: about 20000 rows`,
      expect.stringMatching(/^::error::.*is not the SHA-256 of its document/),
    ]);
    expect(out).toMatch(/^status +document/);
  });

  test('the command runs queries with the given values', async () => {
    const file = join(directory, 'serials.json');
    const query =
      'query Of($s: String!) { devices(where: { serial: { eq: $s } }) { nodes { deviceActivity { eventCount } } } }';
    await writeFile(file, JSON.stringify({ of: query }));
    const values = join(directory, 'values.json');
    const { serial } = (await database.admin<{ serial: string }>('select min(serial) as serial from events.device'))
      .rows[0] ?? { serial: '' };
    const checked = async (given: unknown) => {
      await writeFile(values, JSON.stringify(given));
      return check('--variables', values, file);
    };
    expect((await check(file)).out).toContain('explained 1 of 2 statements');
    expect(await checked({ Of: { s: serial } })).toMatchObject({
      code: 0,
      out: expect.not.stringContaining('explained'),
    });
    expect(await checked({ Off: {} })).toMatchObject({ code: 2, err: expect.stringContaining('did you mean Of?') });
    expect(await checked({ Of: { t: 1 } })).toMatchObject({
      code: 2,
      err: expect.stringContaining('t: unknown variable of Of'),
    });
    expect(await checked({ Of: { s: 1 } })).toMatchObject({
      code: 0,
      out: expect.stringContaining('String cannot represent'),
    });
  });
});

describe('the operations of a document', () => {
  test('variables of a lookup get the keys of existing rows', async () => {
    const byKey =
      'query ($id: UUID!) { device(deviceId: $id) { site { name } events(first: 1) { totalCount nodes { id } } } }';
    expect(await examined(byKey)).toMatchObject([{ status: 'ok', statements: 3, details: [] }]);
    const byId = 'query ($id: ID!) { node(id: $id) { ... on Device { site { name } } } }';
    expect(await examined(byId)).toMatchObject([{ status: 'ok', statements: 1, details: [] }]);
  });

  test('a made-up duration is also the length of a bucket', async () => {
    const grouped = 'incidentsGroupedAggregate(groupBy: { openedAt: { every: $every } }) { bucket count }';
    expect(await examined(`query ($every: Duration!) { ${grouped} }`)).toMatchObject([{ statements: 1, details: [] }]);
  });

  test('the output says what could not be explained, and which variables were used', async () => {
    expect(
      await examined(
        'query A($w: String!) { larges(where: { word: { eq: $w } }) { nodes { word } totalCount } larges2: uncounteds { nodes { word } } }',
      ),
    ).toMatchObject([
      {
        status: 'warning',
        details: [
          'sequential scan of events.large: about 20000 rows',
          expect.stringMatching(/^sequential scan of events\.uncounted: about 2\d{4} rows$/),
        ],
      },
    ]);
    expect(
      await examined(
        'query B($s: String!) { devices(where: { serial: { eq: $s } }) { nodes { deviceActivity { eventCount } } } }',
      ),
    ).toMatchObject([{ statements: 2, details: ['explained 1 of 2 statements (with {"s":"a"})'] }]);
    expect(await examined('{ devices(first: -1) { nodes { serial } } }')).toMatchObject([
      { details: ['explained 0 of 1 statements', 'devices: first must be from 0 to 1000'] },
    ]);
  });

  test('a cost counts the largest page that a client may send, and what the defaults cost', async () => {
    const paged = (first: string) => `query ($first: Int${first}) { devices(first: $first) { nodes { serial } } }`;
    expect(await examined(paged(' = 5'))).toMatchObject([
      { status: 'ok', cost: 1000, details: ['costs 5 if variables with a default are left out'] },
    ]);
    expect(await examined(paged(''))).toMatchObject([{ cost: 1000, details: [] }]);
  });

  test('a document that variables can make too costly is a warning', async () => {
    const nested = `query ($n: Int = 5, $m: Int = 5) {
      sites(first: $n) { nodes { devices(first: $m) { nodes { events(first: 1) { nodes { value } } } } } }
    }`;
    expect(await examined(nested)).toMatchObject([
      {
        status: 'warning',
        details: [
          expect.stringMatching(/^too costly: it could read 2001000 rows$/),
          'costs 55 if variables with a default are left out',
        ],
      },
    ]);
  });

  test('each operation of a document is listed', async () => {
    expect(await examined('query A { devices { totalCount } } query B { devices { nodes { serial } } }')).toMatchObject(
      [
        { name: 'A', statements: 1, details: [] },
        { name: 'B', statements: 1, details: [] },
      ],
    );
  });

  test('the field that prevents a plan is named', async () => {
    const [asked] = await examined('{ devices { nodes { serial } } __schema { queryType { name } } }');
    expect(asked?.details).toContain('no plan, so it runs in the executor: Query.__schema');
  });

  test('mutations are not run', async () => {
    const document = parse('mutation M { deleteAll }');
    const stored = { ids: ['m'], text: 'mutation M { deleteAll }', file: 'm.json', parsed: document };
    const recorder = createRecorder(api.db);
    expect(
      await examineDocument(
        { stored, document, errors: [] },
        { api: api.api, recorder, tails: api.tails, db: api.db, config: appConfig },
      ),
    ).toMatchObject([{ name: 'M', status: 'ok', details: ['not explained: a mutation'] }]);
  });
});

describe('the number of statements', () => {
  const count = (text: string) => {
    const document = parse(text);
    const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
    return operation ? countStatements(api.api.schema, document, operation) : NaN;
  };

  test('the number of statements is at least what a document needs, and at most its fields and arguments', async () => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (g) => {
        const { text, statements } = generateDocument(g, api.api.schema);
        const { errors } = await api.send(text);
        fc.pre(errors === undefined); // groups of a table as large as this are refused, after one more statement
        // Thousands of groups are handled in slices, and each slice sends the same statement for what lies below its groups.
        const sent = new Set(withoutLooks(api.statements));
        expect(count(text), text).toBeGreaterThanOrEqual(sent.size);
        expect(count(text), text).toBeLessThanOrEqual(statements.size);
      }),
      runs(60),
    );
  });

  test.each([
    ['{ devices { totalCount } }', 1],
    ['{ devices { nodes { serial } } }', 1],
    ['{ devices { nodes { serial } pageInfo { hasNextPage } edges { node { serial } } totalCount } }', 2],
    ['{ a: devices(first: 1) { nodes { id } } b: devices(first: 1) { nodes { serial } } }', 1],
    ['{ a: devices(first: 1) { nodes { id } } b: devices(first: 2) { nodes { serial } } }', 2],
    [
      '{ devices { ...F } } fragment F on DeviceConnection { nodes { ...D } edges { node { ...D } } } fragment D on Device { site { name } deviceActivity { eventCount } }',
      2,
    ],
    ['{ a: devices { nodes { id } } b: devices { nodes { id } pageInfo { hasNextPage } } }', 2],
    ['{ a: events { liveCursor } b: events { liveCursor nodes { id } } c: events { nodes { id } } }', 2],
    ['{ a: events { nodes { id } } b: events { ...F } } fragment F on EventConnection { nodes { id } liveCursor }', 2],
    ['{ node(id: "x") { ... on Device { site { name } } ... on Site { devices { totalCount } } } }', 2],
    ['mutation { deleteDevice(deviceId: "x") { device { site { name } } } }', 2],
    ['subscription { eventsAdded { edges { node { device { serial site { name } } } } } }', 2],
    ['{ __schema { types { name } } __typename }', 0],
  ])('the number of statements of %s is %i', (text, expected) => {
    expect(count(text)).toBe(expected);
  });
});

test('there is a plausible value for every type of variable', () => {
  const types = Object.values(api.api.schema.getTypeMap()).flatMap((type) => (isInputType(type) ? [type] : []));
  expect(types.length).toBeGreaterThan(50);
  for (const type of types) {
    const onError = (_path: unknown, value: unknown, error: Error) => {
      throw new Error(`${type.name}: ${JSON.stringify(value)}: ${error.message}`);
    };
    coerceInputValue(plausibleValue(type), type, onError);
  }
});
