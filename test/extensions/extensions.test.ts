import { type GraphQLSchema, graphql, isObjectType, parse } from 'graphql';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { applyDirectives } from '../../src/catalog/directives.ts';
import { fieldName } from '../../src/catalog/words.ts';
import { defaultPageLimits } from '../../src/config/limits.ts';
import { introspect } from '../../src/db/introspect/introspect.ts';
import { trusted } from '../../src/db/sql/sql.ts';
import { sampleExtensions } from '../../src/dev/embedded/embedded.ts';
import { createLoaders } from '../../src/loaders/loaders.ts';
import { priceOf } from '../../src/pricing/cost.ts';
import { hstoreLeaf, vectorLeaf } from '../../src/schema/extensionLeaves.ts';
import type { Extension } from '../../src/schema/extensions/extension.ts';
import { importExtensions } from '../../src/schema/extensions/folder.ts';
import { notationOf } from '../../src/schema/extensions/notation.ts';
import { createSchema } from '../../src/schema/schema.ts';
import { withoutAggregates } from '../support/aggregates.ts';
import { createTestApi } from '../support/api.ts';
import { setUp } from '../support/setUp.ts';

const { database, api } = await setUp({
  prepare: `
    create type events.mood as enum ('so so', 'well');
    create table events.kind (
      kind_id int primary key, big bigint not null, share real, amount numeric, flag boolean, at timestamptz,
      doc jsonb, mood events.mood not null, moods events.mood[], days date[] not null, raw bytea,
      address inet, networks cidr[], hours int4range not null default '[8,18)'
    );
    insert into events.kind values
      (1, 9007199254740993, 0.5, 12.50, true, '2026-01-02 03:04:05+00', '{"a": [1]}', 'so so', '{well,null}',
       '{2026-01-02}', '\\x01'),
      (2, 1, 'NaN', null, null, null, null, 'well', null, '{}', null)`,
  extensions: await importExtensions([sampleExtensions]),
});

/** Returns the columns that a statement selects. */
const columnsOf = (statement = '') =>
  [...(/select (.*?) from/s.exec(statement)?.[1] ?? '').matchAll(/"t"\."(\w+)"/g)].map(([, name]) => name).sort();

const fieldsOf = (schema: GraphQLSchema, type: string) => {
  const found = schema.getType(type);
  return isObjectType(found) ? withoutAggregates(Object.keys(found.getFields())) : [];
};

describe('the extension of the sample', () => {
  test('the extension of the sample computes from the columns that it declares, and only these are selected', async () => {
    const { devices } = await api.query<{ devices: { nodes: { deviceId: string }[] } }>(
      '{ devices(first: 1) { nodes { deviceId } } }',
    );
    const document = 'query ($deviceId: UUID!) { device(deviceId: $deviceId) { label } }';
    const { device } = await api.query(document, devices.nodes[0]);
    expect(api.statements.map(columnsOf)).toEqual([['model', 'serial']]);
    const { rows } = await database.admin(
      `select model || ' ' || serial as label from events.device where device_id = $1`,
      [devices.nodes[0]?.deviceId],
    );
    expect(device).toEqual(rows[0]);
  });

  test('the extension of the sample loads for a whole list in one more statement', async () => {
    const { devices } = await api.query('{ devices { nodes { deviceId openIncidentCount } } }');
    expect(api.statements).toHaveLength(2);
    const { rows } = await database.admin(`
      select device_id as "deviceId", (count(incident_id) filter (where closed_at is null))::int as "openIncidentCount"
      from events.device left join events.incident using (device_id) group by device_id order by device_id`);
    expect(rows.some(({ openIncidentCount }) => openIncidentCount > 0)).toBe(true);
    expect(devices).toEqual({ nodes: rows });
  });

  test('the extension of the sample costs nothing if no query selects it', async () => {
    await api.query('{ devices { nodes { status } } }');
    expect(api.statements.map(columnsOf)).toEqual([['device_id', 'status']]);
  });

  test('the extension of the sample is in no other API, nor in its log', async () => {
    const other = await createTestApi(database.connection);
    expect(fieldsOf(api.api.schema, 'Device')).toContain('openIncidentCount');
    expect(fieldsOf(other.api.schema, 'Device')).not.toContain('openIncidentCount');
    expect(other.log.filter(({ msg }) => /extension/i.test(msg))).toEqual([]);
    await other.close();
  });
});

/**
 * Builds the database's schema with these extensions; returns it with what was logged and a function that runs
 * documents.
 */
async function extend(...extensions: readonly Extension[]) {
  const log: string[] = [];
  const { catalog } = await introspect(api.db, 'events');
  const schema = createSchema(
    applyDirectives(catalog, () => {}),
    {
      limits: defaultPageLimits,
      extensions: extensions.map((define, i) => ({ file: `${i}.ts`, define })),
      warn: (line) => log.push(line),
    },
  );
  const ask = (source: string) =>
    graphql({
      schema,
      source,
      contextValue: { db: api.db, loaders: createLoaders(api.db, catalog, { caller: 'test' }) },
    });
  return { schema, log, ask };
}

describe('the row of an extension', () => {
  test('the row of an extension has the values that the API shows, and the labels of enums', async () => {
    const seen: unknown[] = [];
    const { ask } = await extend(({ table }) => {
      const columns = {
        ...({ kind_id: 'Int!', big: 'BigInt!', share: 'Float', amount: 'Decimal', flag: 'Boolean' } as const),
        ...({ at: 'DateTime', doc: 'JSON', mood: 'Mood!', moods: '[Mood]', days: '[Date]!', raw: 'Byte' } as const),
      };
      table('kind', columns).fields((_t, from) => ({
        see: from('kind_id', 'big', 'amount', 'flag', 'at', 'doc', 'mood', 'moods', 'days', 'raw').boolean({
          resolve: (row) => Boolean(seen.push(row)),
        }),
        half: from('share').float({ nullable: true, resolve: ({ share }) => share && share / 2 }),
      }));
    });
    const { data, errors } = await ask('{ kinds { nodes { see half } } }');
    expect(seen).toEqual([
      {
        ...{ kind_id: 1, big: '9007199254740993', amount: '12.50', flag: true, at: '2026-01-02T03:04:05Z' },
        ...{ doc: { a: [1] }, mood: 'so so', moods: ['well', null], days: ['2026-01-02'], raw: 'AQ==' },
      },
      {
        ...{ kind_id: 2, big: '1', amount: null, flag: null, at: null },
        ...{ doc: null, mood: 'well', moods: null, days: [], raw: null },
      },
    ]);
    expect(data).toEqual({
      kinds: {
        nodes: [
          { see: true, half: 0.25 },
          { see: true, half: null },
        ],
      },
    });
    expect(errors?.map(({ message }) => message)).toEqual(['NaN cannot be expressed in JSON']);
  });

  test('an extension declares each column with the type that the column has in GraphQL', async () => {
    const { catalog } = await introspect(api.db, 'events');
    const type = api.api.schema.getType('Kind');
    const fields = isObjectType(type) ? type.getFields() : {};
    const columns = catalog.tables.find(({ name }) => name === 'kind')?.columns ?? [];
    const notations = columns.map(({ name }) => [name, String(fields[fieldName(name)]?.type)]);
    await extend(({ table }) => void table('kind', Object.fromEntries(notations)));
    expect(Object.fromEntries(notations)).toMatchObject({ address: 'String', networks: '[String]', hours: 'String!' });
    expect([hstoreLeaf, vectorLeaf].map((leaf) => notationOf({ nullable: false }, leaf))).toEqual([
      'JSON!',
      '[Float!]!',
    ]);
  });

  test('the row of an extension is typed by its columns, and arguments by Pothos', async () => {
    const { ask } = await extend(({ table, builder }) => {
      const Size = builder.enumType('Size', { values: ['BIG', 'SMALL'] as const });
      const device = table('device', { tags: '[String]!', battery_level: 'Float', status: 'DeviceStatus' });
      device.fields((t, from) => ({
        typed: from('tags', 'battery_level', 'status').string({
          args: {
            since: t.arg({ type: 'DateTime', required: true }),
            sizes: t.arg({ type: [Size] }),
            first: t.arg.int(),
          },
          resolve: (row, args) => {
            expectTypeOf(row).toEqualTypeOf<{
              readonly tags: readonly (string | null)[];
              readonly battery_level: number | null;
              readonly status: string | null;
            }>();
            expectTypeOf(args.since).toEqualTypeOf<string>();
            expectTypeOf(args.sizes).toEqualTypeOf<('BIG' | 'SMALL')[] | null | undefined>();
            expectTypeOf(args.first).toEqualTypeOf<number | null | undefined>();
            return JSON.stringify(args);
          },
        }),
      }));
    });
    const { data } = await ask('{ devices(first: 1) { nodes { typed(since: "2026-01-01T00:00Z", sizes: [BIG]) } } }');
    expect(data).toEqual({ devices: { nodes: [{ typed: '{"since":"2026-01-01T00:00Z","sizes":["BIG"]}' }] } });
  });

  test('the row of an extension has no undeclared column', async () => {
    const { schema } = await extend(({ table }) =>
      table('device', { tags: '[String]!', model: 'String!' }).fields((_t, from) => ({
        // @ts-expect-error `model` is not among the field's columns
        a: from('tags').string({ resolve: ({ model }) => `${model}` }),
      })),
    );
    expect(fieldsOf(schema, 'Device')).toEqual(expect.arrayContaining(['a']));
    const undeclared = extend(({ table }) =>
      table('device', { model: 'String!' }).fields((_t, from) => ({
        // @ts-expect-error `serial` is not among the extension's columns
        a: from('serial').string({ resolve: () => '' }),
      })),
    );
    await expect(undeclared).rejects.toThrow('"serial" is not among the columns given to table("device")');
  });

  test('a field of an extension is loaded with the arguments of each alias, in one statement each', async () => {
    const { ask } = await extend(({ table, batch, read, sql }) => {
      const plus = batch(async (ids: readonly number[], db, tens: number) => {
        const rows = await read(db, sql`select id + ${tens}::int * 10 as sum from unnest(${ids}::int[]) id`, {
          sum: 'Int!',
        });
        return rows.map(({ sum }) => sum);
      });
      table('site', { site_id: 'Int!' }).fields((t, from) => ({
        plus: from('site_id').int({
          args: { tens: t.arg.int({ required: true }) },
          resolve: ({ site_id }, { tens }, context) => plus.load(context, site_id, tens),
        }),
      }));
    });
    const { data } = await ask('{ sites(first: 2) { nodes { siteId one: plus(tens: 1) two: plus(tens: 2) } } }');
    expect(data).toEqual({
      sites: {
        nodes: [
          { siteId: 1, one: 11, two: 21 },
          { siteId: 2, one: 12, two: 22 },
        ],
      },
    });
  });
});

describe('an extension', () => {
  const shout =
    (name: string, column: string): Extension =>
    ({ table }) =>
      table(name, { [column]: 'String' }).fields((_t, from) => ({
        shout: from(column).string({ resolve: (row) => `${row[column]}!` }),
      }));

  test('an extension of an existing table adds its fields', async () => {
    const { ask, log } = await extend(shout('site', 'code'));
    const { data } = await ask('{ sites(first: 1) { nodes { code shout } } }');
    expect(log).toEqual([]);
    expect(data).toEqual({ sites: { nodes: [{ code: 'RTM', shout: 'RTM!' }] } });
  });

  test('an extension of a missing table is left out completely, and the log says why', async () => {
    const { schema, log } = await extend(
      (tools) => {
        shout('site', 'code')(tools);
        tools.query((t) => ({ two: t.int({ resolve: () => 2 }) }));
        tools.table('sites', {});
      },
      shout('device', 'serial'),
    );
    expect(log).toEqual(['The extension 0.ts was not loaded: there is no readable table "sites"']);
    expect(fieldsOf(schema, 'Site')).not.toContain('shout');
    expect(fieldsOf(schema, 'Query')).not.toContain('two');
    expect(fieldsOf(schema, 'Device')).toContain('shout');
  });

  const failing: readonly [string, readonly Extension[], RegExp][] = [
    ['a missing column', [shout('site', 'codes')], /0\.ts: "site" has no readable column "codes"; it has "site_id"/],
    [
      'a type that the column does not have',
      [({ table }) => table('device', { tags: 'String!' })],
      /"device"."tags" is "\[String\]!", not "String!"/,
    ],
    [
      'a column that may be null',
      [({ table }) => table('device', { battery_level: 'Float!' })],
      /is "Float", not "Float!"/,
    ],
    [
      "a field with a column's name",
      [({ table }) => table('site', {}).fields((t) => ({ name: t.int({ resolve: () => 1 }) }))],
      /0\.ts: Duplicate field name on Site/,
    ],
    [
      'a field that another extension has',
      [shout('site', 'code'), shout('site', 'name')],
      /1\.ts: Duplicate field shout on Site/,
    ],
    [
      'a field that Query has',
      [({ query }) => query((t) => ({ sites: t.int({ resolve: () => 1 }) }))],
      /0\.ts: Duplicate field sites on Query/,
    ],
    [
      'a field that Mutation has',
      [({ mutation }) => mutation((t) => ({ createSite: t.int({ resolve: () => 1 }) }))],
      /0\.ts: Duplicate field createSite on Mutation/,
    ],
    [
      'a type that the API has',
      [({ builder }) => void builder.enumType('Site', { values: ['A'] })],
      /0\.ts: .*name Site already exists/,
    ],
    [
      'an error',
      [
        () => {
          throw new Error('What a day');
        },
      ],
      /0\.ts: What a day/,
    ],
    [
      'a type without fields',
      [shout('site', 'code'), ({ builder }) => void builder.objectRef('Hollow').implement({})],
      /1\.ts: Type Hollow must define one or more fields/,
    ],
    [
      'a type that is never defined',
      [
        ({ query, builder }) =>
          query((t) => ({ a: t.field({ type: builder.objectRef('Gone'), resolve: () => ({}) }) })),
      ],
      /0\.ts: .*Gone/,
    ],
    [
      'fields that are added too late',
      [
        ({ query, table }) =>
          query(() => {
            table('site', {}).fields(() => ({}));
            return {};
          }),
      ],
      /0\.ts: A module must add its fields while its function runs/,
    ],
    ['a promise', [async () => {}], /0\.ts: .*must not be async/],
  ];
  test.each(failing)('the error of an extension with %s names its file', async (_, extensions, message) => {
    await expect(extend(...extensions)).rejects.toMatchObject({ name: 'ConfigError', message });
  });

  test('an extension of a column that the role may not read is an error', async () => {
    const { user } = database.connection;
    await database.admin(`
      revoke select on events.site from ${user};
      grant select (site_id, name) on events.site to ${user}`);
    await expect(extend(shout('site', 'code'))).rejects.toThrow('"site" has no readable column "code"');
    const { schema } = await extend(shout('site', 'name'));
    await database.admin(`grant select on events.site to ${user}`);
    expect(fieldsOf(schema, 'Site')).toContain('shout');
  });

  test('an extension may show a column unchanged', async () => {
    const { ask } = await extend(({ table }) =>
      table('device', { model: 'String!', tags: '[String]!' }).fields((_t, from) => ({
        model2: from('model').exposeString('model'),
        labels: from('tags').exposeStringList('tags', { nullable: { list: false, items: true } }),
      })),
    );
    const { data } = await ask('{ devices(first: 1) { nodes { model model2 tags labels } } }');
    const { rows } = await database.admin('select model, tags from events.device order by device_id limit 1');
    const [{ model, tags }] = rows as [{ model: string; tags: string[] }];
    expect(data).toEqual({ devices: { nodes: [{ model, model2: model, tags, labels: tags }] } });
  });

  test('an extension can add to Mutation even if the role may only read', async () => {
    const reader = await database.createRole();
    await database.admin(
      `grant usage on schema events to ${reader.user}; grant select on events.site to ${reader.user}`,
    );
    const define: Extension = ({ mutation }) => mutation((t) => ({ ping: t.int({ resolve: () => 1 }) }));
    const other = await createTestApi(reader, { extensions: [{ file: 'ping.ts', define }] });
    expect(await other.query('mutation { ping }')).toEqual({ ping: 1 });
    await other.close();
  });

  test('an extension follows schema changes with the same module; if it no longer fits, the API stays', async () => {
    const define = shout('later', 'name');
    const other = await createTestApi(database.connection, { extensions: [{ file: 'later.ts', define }] });
    const has = () => fieldsOf(other.served.current()?.schema as GraphQLSchema, 'Later');
    expect(has()).toEqual([]);
    await database.admin('create table events.later (later_id int primary key, name text)');
    await database.grantAll(database.connection);
    await other.served.check();
    expect(has()).toContain('shout');
    await database.admin('alter table events.later rename name to title');
    await other.served.check();
    expect(has()).toContain('name');
    expect(other.log.at(-1)?.['err']).toMatchObject({ message: expect.stringContaining('later.ts: "later" has no') });
    await database.admin('drop table events.later');
    await other.served.check();
    expect(has()).toEqual([]);
    await other.close();
  });
});

test('rows that an extension returns take one statement for a list, with the selected columns', async () => {
  const define: Extension = ({ table }) => {
    const site = table('site', { site_id: 'Int!' });
    table('device', { site_id: 'Int!' }).fields((_t, from) => ({
      place: from('site_id').field({
        type: site.type,
        nullable: true,
        resolve: ({ site_id }, _args, context, info) => site.row([site_id], context, info),
      }),
    }));
  };
  const other = await createTestApi(database.connection, { extensions: [{ file: 'place.ts', define }] });
  const { devices } = await other.query<{ devices: { nodes: { place: unknown }[] } }>(
    '{ devices(first: 30) { nodes { place { code } } } }',
  );
  expect(devices.nodes).toHaveLength(30);
  expect(devices.nodes.every(({ place }) => place !== null)).toBe(true);
  expect(other.statements.map(columnsOf)).toEqual([['device_id', 'site_id'], expect.arrayContaining(['code'])]);
  expect(columnsOf(other.statements[1])).not.toContain('name');
  await other.close();
});

test("after an extension's mutation rows are read again, and a violated constraint is reported", async () => {
  const define: Extension = ({ table, mutation, write, sql }) => {
    const site = table('site', { site_id: 'Int!', name: 'String!', code: 'String!' });
    mutation((t) => ({
      site: t.field({
        type: site.type,
        nullable: true,
        resolve: (_root, _args, context, info) => site.row([1], context, info),
      }),
      renameSite: t.int({
        args: { name: t.arg.string({ required: true }), code: t.arg.string({ required: true }) },
        resolve: async (_root, { name, code }, context) => {
          const changed = sql`update ${site.sql} set name = ${name}, code = ${code} where site_id = 1 returning site_id`;
          return (await write(context, changed, { site_id: 'Int!' })).length;
        },
      }),
    }));
  };
  const other = await createTestApi(database.connection, { extensions: [{ file: 'rename.ts', define }] });
  expect(
    await other.query('mutation { before: site { name } renameSite(name: "New", code: "RTM") after: site { name } }'),
  ).toEqual({ before: { name: 'Rotterdam' }, renameSite: 1, after: { name: 'New' } });
  const { errors } = await other.send('mutation { renameSite(name: "New", code: "HOU") }');
  expect(errors?.[0]).toMatchObject({
    message: 'The row conflicts with another row',
    extensions: { code: 'CONFLICT', constraint: 'site_code_key' },
  });
  await database.admin(`update events.site set name = 'Rotterdam' where site_id = 1`);
  await other.close();
});

test.each([
  ['another column', '1 as b', /The statement returns no column "a"/],
  ['null', 'null as a', /"a" is null, which Int! does not allow/],
  ['a text that is not a value of the API', "'NaN' as a", /NaN/],
])('what an extension reads is checked: %s', async (_, column, message) => {
  const { ask } = await extend(({ query, read, sql }) =>
    query((t) => ({
      found: t.int({
        resolve: async (_root, _args, { db }) => {
          const [row] = await read(db, sql`select ${trusted(column)}`, { a: 'Int!' });
          return row?.a ?? 0;
        },
      }),
    })),
  );
  const { errors } = await ask('{ found }');
  expect(errors?.[0]?.message).toMatch(message);
});

test.each([
  ['a row', '{ one { site { code } } }', 2],
  ['a page for a list of unknown length', '{ some { serial } }', 50],
  [
    'as many rows as `first` says, times what is below',
    '{ some(first: 3) { site { devices(first: 4) { nodes { serial } } } } }',
    3 + 3 + 12,
  ],
  ['at least as many as there are items in an argument', `{ some(first: 1, serials: ["a", "b"]) { serial } }`, 2],
  ['the lists in its own types', '{ fleet { devices { site { code } } } }', 1 + 50 + 50],
  ['what a mutation returns', 'mutation { touched { site { code } } }', 50 + 50],
  ['nothing for a value of each row', '{ devices(first: 3) { nodes { twice } } }', 3],
])('an extension costs %s', async (_, document, cost) => {
  const { schema } = await extend(({ table, query, mutation, builder }) => {
    const device = table('device', {});
    const resolve = () => null;
    const resolveList = () => [];
    const Fleet = builder.objectRef('Fleet').implement({
      fields: (t) => ({ devices: t.field({ type: [device.type], resolve: resolveList }) }),
    });
    device.fields((t) => ({ twice: t.int({ nullable: true, resolve }) }));
    query((t) => ({
      one: t.field({ type: device.type, nullable: true, resolve }),
      some: t.field({
        type: [device.type],
        args: { first: t.arg.int(), serials: t.arg.stringList() },
        resolve: resolveList,
      }),
      fleet: t.field({ type: Fleet, nullable: true, resolve }),
    }));
    mutation((t) => ({ touched: t.field({ type: [device.type], resolve: resolveList }) }));
  });
  const pages = defaultPageLimits;
  expect(priceOf({ schema, document: parse(document), variables: {}, pages }).rows).toBe(cost);
});
