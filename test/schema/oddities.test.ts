import { readFile } from 'node:fs/promises';
import { getNamedType, isEnumType, isInputObjectType, isObjectType, printSchema } from 'graphql';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { buildApi } from '../../src/api/api.ts';
import { defaultPageLimits } from '../../src/config/limits.ts';
import { groupingsOf, measuresOf, withoutAggregates } from '../support/aggregates.ts';
import { unlimited } from '../support/config.ts';
import { createEmptyDatabase } from '../support/database.ts';
import { documentOf, type Question, type ServedList, servedLists } from '../support/everyField.ts';
import { setUp } from '../support/setUp.ts';

type Row = Readonly<Record<string, unknown>>;

/** The rows of each list, with all their values and relations. */
const rows = new Map<string, readonly Row[]>();

const { database, api } = await setUp({
  database: createEmptyDatabase,
  prepare: async (database) => {
    const { connection, admin } = database;
    await admin(await readFile(new URL('oddities.sql', import.meta.url), 'utf8'));
    await database.grantAll(connection, 'odd');
    await admin(`
      grant usage on schema elsewhere to ${connection.user};
      revoke select on odd.secret, odd.half_secret, odd.hidden_key, odd.curious from ${connection.user};
      grant select (half_id, code) on odd.half_secret to ${connection.user};
      grant select (code, note) on odd.hidden_key to ${connection.user};
      grant select (curious_id, secret_id, half_id, code, key_id, key_code) on odd.curious to ${connection.user}`);
  },
  schema: 'odd',
  config: { requestLimits: unlimited },
});
const lists = servedLists(api.api.schema);

/** Asks all questions in one document; numbers that JSON cannot express are allowed. */
async function ask(questions: readonly Question[]): Promise<readonly unknown[]> {
  if (questions.length === 0) return [];
  const { document, variables } = documentOf(questions);
  const { data, errors = [] } = await api.send(document, variables);
  expect(errors.filter(({ extensions }) => extensions?.['code'] !== 'VALUE_NOT_REPRESENTABLE')).toEqual([]);
  return questions.map((_, i) => data?.[`q${i}`]);
}

/** Returns all values of a row, without its relations. */
const valuesOf = (list: ServedList, row: Row) =>
  Object.fromEntries(list.values.split(' ').map((field) => [field, row[field]]));

describe('every list', () => {
  test('every list has all its rows, with every value and every relation', async () => {
    for (const list of lists) {
      const [answer] = await ask([
        { field: () => `${list.name} { totalCount nodes { ${list.everything} } }`, variables: {} },
      ]);
      const { totalCount, nodes } = answer as { totalCount: number; nodes: readonly Row[] };
      const { rows: counted } = await database.admin<{ n: number }>(
        `select count(*)::int n from odd."${list.relation.replaceAll('"', '""')}"`,
      );
      expect([list.name, totalCount, nodes.length]).toEqual([list.name, counted[0]?.n, counted[0]?.n]);
      rows.set(list.name, nodes);
    }
  });

  test('every row is found by each of its keys', async () => {
    for (const list of lists) {
      const found = (rows.get(list.name) ?? []).flatMap((row) =>
        [...list.lookups].flatMap(([lookup, args]) => {
          const variables = Object.fromEntries([...args].map(([name, type]) => [name, [type, row[name]] as const]));
          const isWhole = [...args.keys()].every((name) => row[name] !== null && !isLost(list, name, row));
          return isWhole ? [{ row, question: { field: call(lookup, list.values), variables } }] : [];
        }),
      );
      expect(await ask(found.map(({ question }) => question))).toEqual(found.map(({ row }) => valuesOf(list, row)));
    }
  });

  test('every row is found by its global id', async () => {
    for (const list of lists) {
      const withId = (rows.get(list.name) ?? []).filter(({ id }) => id !== undefined);
      if (withId.length === 0) continue;
      const selected = `... on ${list.type.name} { ${list.values} }`;
      const single = withId.map(({ id }) => ({
        field: call('node', selected),
        variables: { id: ['ID!', id] as const },
      }));
      const all = {
        field: call('nodes', selected),
        variables: { ids: ['[ID!]!', withId.map(({ id }) => id)] as const },
      };
      const expected = withId.map((row) => valuesOf(list, row));
      expect(await ask([...single, all])).toEqual([...expected, expected]);
    }
  });

  test('every value is found by a filter of its own', async () => {
    for (const list of lists) {
      const questions = (rows.get(list.name) ?? []).flatMap((row) =>
        [...list.filters].flatMap(([field, type]): readonly (Question & { readonly what: string })[] => {
          const value = row[field];
          const hasNull = value === null || (Array.isArray(value) && value.includes(null));
          if (hasNull || isLost(list, field, row)) return [];
          const filtered = ({ value = '' }) => `${list.name}(where: { ${field}: { eq: ${value} } }) { totalCount }`;
          return [{ field: filtered, variables: { value: [type, value] }, what: `${list.name}.${field} ${value}` }];
        }),
      );
      const counts = (await ask(questions)) as readonly { readonly totalCount: number }[];
      expect(questions.filter((_, i) => !counts[i]?.totalCount).map(({ what }) => what)).toEqual([]);
    }
  });

  test('every list can be walked row by row in each of its orders', async () => {
    for (const list of lists) {
      const all = rows.get(list.name) ?? [];
      const walks = list.orders.map((order, i) => order(i % 2 ? 'ASC' : 'DESC_NULLS_LAST'));
      const page = (orderBy: string, after: string | null): Question => ({
        field: ({ after = '' }) =>
          `${list.name}(first: 1, after: ${after}, orderBy: ${orderBy}) { edges { cursor node { ${list.values} } } }`,
        variables: { after: ['String', after] },
      });
      const walked: Edge[][] = walks.map(() => []);
      for (const _ of all) {
        const pages = await ask(walks.map((orderBy, i) => page(orderBy, walked[i]?.at(-1)?.cursor ?? null)));
        pages.forEach((answer, i) => void walked[i]?.push(...(answer as { edges: Edge[] }).edges));
      }
      const sorted = (values: readonly Row[]) => values.map((value) => JSON.stringify(value)).toSorted();
      const expected = sorted(all.map((row) => valuesOf(list, row)));
      for (const edges of walked) expect(sorted(edges.map(({ node }) => node))).toEqual(expected);
    }
  });
});

describe('mutations', () => {
  test('mutations write back the values of each row, found by each of its keys', async () => {
    const written = new Set<string>();
    for (const list of lists) {
      for (const row of rows.get(list.name) ?? []) {
        if (list.name === 'uncheckeds') continue; // its row breaks a rule that came later
        for (const { name, document, variables } of rewrites(list, row)) {
          const { data, errors = [] } = await api.send(document, variables);
          const real = errors.filter(({ extensions }) => extensions?.['code'] !== 'VALUE_NOT_REPRESENTABLE');
          expect([name, real, data?.['payload']]).toEqual([name, [], { row: valuesOf(list, row) }]);
          written.add(name);
        }
      }
    }
    expect(written.size).toBeGreaterThan(25);
  });

  test('mutations create a row like one that was deleted', async () => {
    const list = lists.find(({ name }) => name === 'builtIns');
    const [first, second] = rows.get('builtIns') ?? [];
    if (!list || !first) throw new Error('No row of builtIns');
    const document = `mutation ($inputs: [CreateBuiltInInput!]!) {
      deleteBuiltIn(rowId: 1) { builtIn { rowId } }
      createBuiltIns(inputs: $inputs, onConflict: { do: IGNORE, on: ID }) { createdCount ignoredCount builtIns { ${list.values} } }
    }`;
    const taken = getNamedType(api.api.schema.getType('CreateBuiltInInput'));
    const columns = isInputObjectType(taken) ? Object.keys(taken.getFields()) : [];
    const input = Object.fromEntries(columns.map((name) => [name, first[name]]));
    const inputs = [input, { rowId: second?.['rowId'] }];
    expect(await api.query(document, { inputs })).toEqual({
      deleteBuiltIn: { builtIn: { rowId: 1 } },
      createBuiltIns: { createdCount: 1, ignoredCount: 1, builtIns: [valuesOf(list, first)] },
    });
  });
});

/** Makes mutations that set a row's values to themselves, except values that JSON cannot express. */
function rewrites(list: ServedList, row: Row) {
  const fields = Object.values(api.api.schema.getMutationType()?.getFields() ?? {});
  const isSaid = (name: string) => !isLost(list, name, row) && !hasNull(row[name]);
  return fields.flatMap(({ name, args, type }) => {
    const patch = getNamedType(args.find((argument) => argument.name === 'patch')?.type);
    const payload = getNamedType(type);
    if (payload.name !== `${list.type.name}Payload` || !isInputObjectType(patch) || !isObjectType(payload)) return [];
    const settable = Object.keys(patch.getFields()).filter(isSaid);
    const keys = args.filter(({ name }) => name !== 'patch' && name !== 'expect');
    if (settable.length === 0 || !keys.every((key) => isSaid(key.name))) return [];
    const declared = keys.map((key) => `$${key.name}: ${key.type}`).join(', ');
    const given = keys.map((key) => `${key.name}: $${key.name}`).join(', ');
    const selected = `row: ${Object.keys(payload.getFields())[0]} { ${list.values} }`;
    return {
      name,
      document: `mutation (${declared}, $patch: ${patch}!) { payload: ${name}(${given}, patch: $patch) { ${selected} } }`,
      variables: { ...row, patch: Object.fromEntries(settable.map((field) => [field, row[field]])) },
    };
  });
}

const fieldsOf = (type: string): readonly string[] => {
  const found = api.api.schema.getType(type);
  return isObjectType(found) ? withoutAggregates(Object.keys(found.getFields())).toSorted() : [];
};

describe('every aggregate', () => {
  test('aggregates measure all rows in all ways, at the root and under each parent', async () => {
    const { schema } = api.api;
    for (const list of lists) {
      const fields = Object.values(list.type.getFields()).flatMap(({ name, type }) => {
        const [, row] = /^(.*[^d])Aggregate$/.exec(String(type)) ?? [];
        return row === undefined ? [] : [`${name} { ${measuresOf(schema, row)} }`];
      });
      const [whole, parents] = await ask([
        { field: () => `${list.name}Aggregate { ${measuresOf(schema, list.type.name)} }`, variables: {} },
        { field: () => `${list.name} { nodes { __typename ${fields.join(' ')} } }`, variables: {} },
      ]);
      const count = rows.get(list.name)?.length;
      expect([list.name, whole]).toMatchObject([list.name, { count }]);
      expect((parents as { nodes: unknown[] }).nodes).toHaveLength(count ?? 0);
    }
  });

  test('aggregates group by each column, relation and time, and the groups have all the rows', async () => {
    const { schema } = api.api;
    for (const list of lists) {
      // PostgreSQL's first and last times have no room for the buckets around them.
      const isTimed = list.name !== 'extremes';
      const groupings = groupingsOf(schema, list.type.name).filter(
        ({ selected }) => isTimed || !selected.startsWith('bucket'),
      );
      const answers = await ask(
        groupings.map(({ groupBy, selected }) => ({
          field: () =>
            `${list.name}GroupedAggregate(groupBy: { ${groupBy} }) { ${selected} ${measuresOf(schema, list.type.name)} }`,
          variables: {},
        })),
      );
      const counted = answers.map((groups) =>
        total((groups as readonly { count: number }[]).map(({ count }) => count)),
      );
      const count = rows.get(list.name)?.length;
      expect([list.name, ...counted]).toEqual([list.name, ...groupings.map(() => count)]);
    }
  });
});

test('infinite times are in buckets of their own, which are never filled', async () => {
  const groups = (column: string, every: string) => `extremesGroupedAggregate(
    where: { rowId: { in: [1, 2, 5] } }, groupBy: { ${column.toLowerCase()}: { every: "${every}", fill: true } }
  ) { count bucket }`;
  const document = `{ a: ${groups('AT', 'P1M')} b: ${groups('LOCAL', 'PT1H')} c: ${groups('DAY', 'P1W')} }`;
  const expected = (bucket: string) => ['-infinity', bucket, 'infinity'].map((start) => ({ count: 1, bucket: start }));
  expect(await api.query(document)).toEqual({
    a: expected('10000-01-01 00:00:00+00'),
    b: expected('9999-12-31T23:00:00'),
    c: expected('9999-12-27'),
  });
});

const total = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0);

describe('a key', () => {
  test('a key with a null in it refers to nothing', async () => {
    const { compositeChildren } = await api.query(
      '{ compositeChildren { nodes { childId compositeByPartAPartB { name } } } }',
    );
    expect(compositeChildren).toEqual({
      nodes: [
        { childId: 1, compositeByPartAPartB: { name: 'one x' } },
        { childId: 2, compositeByPartAPartB: { name: 'one x' } },
        ...[3, 4, 5].map((childId) => ({ childId, compositeByPartAPartB: null })),
      ],
    });
    const back =
      '{ composite(partA: 1, partB: "x") { compositeChildrenByPartAPartB { totalCount nodes { childId } } } }';
    expect(await api.query(back)).toEqual({
      composite: { compositeChildrenByPartAPartB: { totalCount: 2, nodes: [{ childId: 1 }, { childId: 2 }] } },
    });
  });

  test('a key of a partitioned table finds the rows of all partitions', async () => {
    const document = `{
      parted(day: "2025-06-01", rowId: 1) { note partedChildrenByIdDay { nodes { rowId } } }
      partedChildren { nodes { rowId partedByIdDay { note } } }
    }`;
    expect(await api.query(document)).toEqual({
      parted: { note: 'old', partedChildrenByIdDay: { nodes: [{ rowId: 1 }] } },
      partedChildren: {
        nodes: [
          { rowId: 1, partedByIdDay: { note: 'old' } },
          { rowId: 2, partedByIdDay: { note: null } },
          { rowId: 3, partedByIdDay: null },
        ],
      },
    });
    expect(lists.map(({ relation }) => relation).filter((name) => /^parted_.*\d/.test(name))).toEqual([]);
  });

  test('each of two keys that refer to the same table has its own relation, both ways', async () => {
    const document = `{ person(personId: 1) {
      peopleByManagerId { nodes { personId mentor { personId } townByMayorId { townId capitalOf } } }
      peopleByMentorId { nodes { personId } }
      townByMayorId { townId }
    } }`;
    const town = { townId: 1, capitalOf: 1 };
    expect(await api.query(document)).toEqual({
      person: {
        peopleByManagerId: {
          nodes: [
            { personId: 2, mentor: { personId: 1 }, townByMayorId: null },
            { personId: 3, mentor: { personId: 2 }, townByMayorId: town },
          ],
        },
        peopleByMentorId: { nodes: [{ personId: 2 }] },
        townByMayorId: null,
      },
    });
  });

  test('keys in a cycle can be followed round and round', async () => {
    const document =
      '{ town(townId: 1) { countryByCapitalOf { capital { countryByCapitalOf { capital { townId } } } } } }';
    const end = { capital: { townId: 1 } };
    expect(await api.query(document)).toEqual({
      town: { countryByCapitalOf: { capital: { countryByCapitalOf: end } } },
    });
  });

  test('a key gives a lookup if it is unique in every row and never null', () => {
    expect(fieldsOf('Query').filter((name) => name.startsWith('uniqueKind'))).toEqual([
      ...['uniqueKind', 'uniqueKindByIncluded', 'uniqueKindByPlain', 'uniqueKinds'],
    ]);
  });
});

describe('what the role may not read', () => {
  test('tables, columns, keys and relations that the role may not read are not in the schema', () => {
    expect(lists.map(({ relation }) => relation)).not.toContain('secret');
    expect(printSchema(api.api.schema)).not.toMatch(/hidden(?!_?key)/i);
    expect(fieldsOf('HalfSecret')).toEqual(['code', 'curiousListByHalfId', 'halfId', 'id']);
    expect(fieldsOf('HiddenKey')).toEqual(['code', 'curiousListByKeyCode', 'note']);
    expect(fieldsOf('Curious')).toEqual([
      ...['code', 'curiousId', 'half', 'halfId', 'hiddenKeyByKeyCode', 'id', 'keyCode', 'keyId', 'secretId'],
    ]);
  });

  test('columns that the role may not read are in the schema if a view shows them', async () => {
    expect(await api.query('{ secretViews { nodes { secretId word } } }')).toEqual({
      secretViews: { nodes: [{ secretId: 1, word: 'w' }] },
    });
  });

  test('columns that the role may not read do not affect the rest', async () => {
    const document = `{
      hiddenKeyByCode(code: "d") { note }
      hiddenKeys(first: 1) { nodes { code } pageInfo { endCursor } }
      curiousList { nodes { half { code } hiddenKeyByKeyCode { note curiousListByKeyCode { totalCount } } } }
    }`;
    expect(await api.query(document)).toMatchObject({
      hiddenKeyByCode: { note: 'n' },
      hiddenKeys: { nodes: [{ code: 'c' }] },
      curiousList: {
        nodes: [{ half: { code: 'c' }, hiddenKeyByKeyCode: { note: 'n', curiousListByKeyCode: { totalCount: 1 } } }],
      },
    });
  });
});

test('tables without columns, and tables without any granted one, are left out', () => {
  const relations = lists.map(({ relation }) => relation);
  expect(relations).not.toContain('no_columns');
  expect(relations).not.toContain('secret');
});

test('columns whose names GraphQL does not allow have their values', async () => {
  const [list] = lists.filter(({ relation }) => relation === 'Straße "9"');
  const answer = await api.query(`{ ${list?.name} { nodes { ${list?.values} } } }`);
  expect(answer).toEqual({
    stra_u00DF_e9List: {
      nodes: [
        {
          ...{
            __typename: 'Stra_u00DF_E9',
            id: expect.any(String),
            gr_u00F6_u00DF_e: 1,
            from: 'a',
            selectX: 'b',
            _1st: 'c',
          },
          ...{ proto: 'd', constructor: 'e', aBC: 'f', tabAndNewline: 'g' },
        },
      ],
    },
  });
});

test('a table that lost columns has the rest', async () => {
  expect(await api.query('{ droppedColumns { nodes { rowId kept late } } }')).toEqual({
    droppedColumns: { nodes: [{ rowId: 1, kept: 'kept', late: '2026-01-01' }] },
  });
});

test('labels whose names GraphQL does not allow are converted, and described', async () => {
  const type = api.api.schema.getType('Label_2');
  const values = isEnumType(type) ? type.getValues().map(({ name, description }) => [name, description]) : [];
  expect(Object.fromEntries(values)).toEqual({
    ...{ ON_HOLD: '`on hold`', _1ST: '`1st`', _: '``', _2: '`+`', _3: '`-`', u6E29_u5EA6: '`温度`' },
    ...{ TRUE: '`true`', FALSE: undefined, NULL: '`null`', A_B: '`aB`', A_B_2: '`a_b`', IT_S_SO_: '`it\'s "so"`' },
  });
  expect(await api.query('{ typeds { nodes { label labels } } }')).toEqual({
    typeds: {
      nodes: [
        { label: 'ON_HOLD', labels: ['ON_HOLD', '_1ST', '_', null, 'IT_S_SO_'] },
        { label: 'u6E29_u5EA6', labels: [] },
      ],
    },
  });
});

test('domains travel like their base types', () => {
  const typed = api.api.schema.getType('Typed');
  const types = isObjectType(typed) ? Object.values(typed.getFields()).map((f) => [f.name, String(f.type)]) : [];
  expect(Object.fromEntries(types)).toMatchObject({
    ...{ small: 'Int', smalls: '[Int]', required: 'String!', ints: '[Int]', intLists: '[String]' },
    ...{ label: 'Label_2', labels: '[Label_2]', other: 'Label!', others: '[Label]!', nothing: 'String' },
    ...{ pair: 'String', pairs: '[String]', span: 'String', floats: 'String', rowOfPerson: 'String' },
  });
});

test('lists have the items of all dimensions, whatever their bounds and delimiters', async () => {
  const { arrays } = await api.query('{ arrays { nodes { texts ints bounded boxes docs days } } }');
  expect(arrays).toEqual({
    nodes: [
      {
        texts: ['a', 'b,c', 'd"e\\f', null, 'NULL', '', ' ', '{', 'multi\nline'],
        ints: [1, 2, 3, null],
        bounded: [7, 8],
        boxes: ['(1,1),(0,0)', '(2,2),(1,1)'],
        docs: [{ a: '"' }, [1, 2]],
        days: ['2026-01-01', 'infinity'],
      },
      { texts: [], ints: [1, 2], bounded: [], boxes: [], docs: [], days: [] },
      { texts: null, ints: null, bounded: null, boxes: null, docs: null, days: null },
    ],
  });
});

test('a list includes the rows of inheriting tables, across which a key is not unique', async () => {
  const names: unknown[] = [];
  let after: string | null = null;
  do {
    const page: { ancestors: { nodes: { name: string }[]; pageInfo: { endCursor: string; hasNextPage: boolean } } } =
      await api.query(
        'query ($after: String) { ancestors(first: 1, after: $after, orderBy: [{ rowId: ASC }]) { nodes { name } pageInfo { endCursor hasNextPage } } }',
        { after },
      );
    names.push(...page.ancestors.nodes.map(({ name }) => name));
    after = page.ancestors.pageInfo.hasNextPage ? page.ancestors.pageInfo.endCursor : null;
  } while (after !== null);
  expect(names.sort()).toEqual(['namesake', 'old', 'young']);
  expect(fieldsOf('Query')).not.toContain('ancestor');
  expect(fieldsOf('Query')).toContain('descendant');
});

test('a foreign table is a table', async ({ skip }) => {
  if (fieldsOf('AForeignTable').length === 0) skip('this server lets nobody make one');
  expect(await api.query('{ aForeignTables { nodes { line } } }')).toEqual({
    aForeignTables: { nodes: [{ line: 'hello' }] },
  });
});

describe('from PostgreSQL 18 on', () => {
  const ask = async (document: string, skip: (note: string) => void) => {
    if (fieldsOf('Virtual').length === 0) skip('this server is older');
    return api.query(document);
  };

  test('a virtual column of PostgreSQL 18 is a column', async ({ skip }) => {
    const virtuals = { nodes: [{ a: 21, twice: 42 }] };
    expect(await ask('{ virtuals(where: { twice: { eq: 42 } }) { nodes { a twice } } }', skip)).toEqual({ virtuals });
  });

  test('a column whose NOT NULL was never checked may be null', async ({ skip }) => {
    const uncheckeds = { nodes: [{ late: null }] };
    expect(await ask('{ uncheckeds { nodes { late } } }', skip)).toEqual({ uncheckeds });
  });

  test('a foreign key of a period is no relation, because it refers to several rows', async ({ skip }) => {
    await ask('{ stays { nodes { stayId } } rooms { nodes { rent } } }', skip);
    expect(fieldsOf('Stay')).toEqual(['during', 'duringBounds', 'id', 'roomId', 'stayId']);
  });
});

test('a schema that the role may not use is reported as such', async () => {
  await database.admin('create schema closed create table t (a int); grant select on closed.t to public');
  const options = { limits: defaultPageLimits, log: pino({ level: 'silent' }) };
  await expect(buildApi({ ...options, db: api.db, schemaName: 'closed' })).rejects.toMatchObject({
    code: 'DATABASE_UNAVAILABLE',
    message: expect.stringMatching(/"closed": .* has no USAGE on it/),
  });
});

interface Edge {
  readonly cursor: string;
  readonly node: Row;
}

/** Writes a field whose arguments are the variables of the same names. */
const call = (name: string, selected: string) => (variables: Readonly<Record<string, string>>) =>
  `${name}(${Object.entries(variables).map(([key, variable]) => `${key}: ${variable}`)}) { ${selected} }`;

/**
 * Tells whether the response's JSON lacks part of a value: an array's dimensions and bounds, or digits beyond a
 * double's.
 */
function isLost({ name }: ServedList, field: string, row: Row): boolean {
  const { [field]: value } = row;
  if (name === 'arrays') return field === 'ints' || field === 'bounded';
  if (name === 'listKeys' && field === 'path') return JSON.stringify(value) === '["1","2","3","4"]';
  return name === 'listKeys' && field === 'doc';
}

/** Tells whether a value is null or a list with a null, as numbers that JSON cannot express become. */
const hasNull = (value: unknown): boolean => value === null || (Array.isArray(value) && value.includes(null));
