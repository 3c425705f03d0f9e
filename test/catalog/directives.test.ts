import { isObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { applyDirectives } from '../../src/catalog/directives.ts';
import { pathKey } from '../../src/catalog/paths.ts';
import { withoutAggregates } from '../support/aggregates.ts';
import { catalog, column, enumeration, enumOf, foreignKey, table, type, unique } from '../support/catalogs.ts';
import { createEmptyDatabase } from '../support/database.ts';
import { setUp } from '../support/setUp.ts';

/** Applies the directives of a catalog; the result includes what was logged. */
function direct(given: Catalog) {
  const log: string[] = [];
  const { catalog, ...directed } = applyDirectives(given, (line) => log.push(line));
  return { ...directed, tables: catalog.tables, enums: catalog.enums, log };
}

/** Applies the directives in the comment of a table, next to a table `site`. */
function directTable(comment: string) {
  const site = table('site', ['site_id', column('code', { type: type('text') })], { primaryKey: ['site_id'] });
  const columns = [
    'device_id',
    'site_id',
    'Odd, "name"',
    column('place', { type: type('point', { comparison: null }) }),
  ];
  const { tables, log, ...rest } = direct(catalog([table('device', columns, { comment, kind: 'view' }), site]));
  const [device] = tables;
  return { device, log, ...rest };
}

describe('a comment', () => {
  test('a comment without directives is the description', () => {
    expect(directTable('Mail it to me@example.org.\nSecond line.').device?.comment).toBe(
      'Mail it to me@example.org.\nSecond line.',
    );
  });

  test('a comment loses its directives, wherever they are', () => {
    const { device, log } = directTable('@name thing\r\nOne.\n  @key (device_id)  \nTwo.\n');
    expect(device?.comment).toBe('One.\nTwo.');
    expect(log).toEqual([]);
  });

  test('a comment of directives only is no description', () => {
    expect(directTable('@key (device_id)').device?.comment).toBeNull();
  });
});

test('@deprecated on an enum needs no reason, even for a label of several words', () => {
  const status = enumeration('status', ['on', 'half on'], { comment: '@deprecated on\n@deprecated "half on"' });
  const { enums, log } = direct(catalog([], [status]));
  expect(log).toEqual([]);
  expect([...(enums[0]?.deprecations?.keys() ?? [])]).toEqual(['on', 'half on']);
});

test('@filterable and @sortable need a function that changes no data', () => {
  const row = type('device', { sql: 'events.device', isRow: true });
  const label = {
    name: 'label',
    signature: 'label(events.device)',
    comment: '@filterable\n@sortable',
    isVolatile: true,
    isStrict: false,
    returnsSet: false,
    expectedRows: 0,
    mayBeInlined: false,
    parameters: [{ name: null, type: row, declared: row.sql, hasDefault: false }],
    result: { kind: 'value', type: type('text') },
  } as const;
  const composite = { id: row.sql, name: 'device', comment: null, table: 'device', members: [] };
  const given = { ...catalog([table('device', ['device_id'])]), composites: [composite], functions: [label] };
  const needs =
    'it applies only to a STABLE or IMMUTABLE function that takes one row, needs no other argument and returns one value';
  expect(direct(given).log).toEqual([
    `@filterable on function label(events.device): ${needs}`,
    `@sortable on function label(events.device): ${needs}`,
  ]);
  expect(direct({ ...given, functions: [{ ...label, isVolatile: false }] }).log).toEqual([]);
});

describe('@name', () => {
  test('@name names tables, columns, enums, keys and relations, each apart from the others', () => {
    const status = enumeration('status', ['a'], { comment: '@name device_state' });
    const device = table('device', [column('same', { type: enumOf(status), comment: '@name ofColumn' })], {
      comment: '@name gadget',
      indexes: [unique('same', ['same'], '@name ofIndex')],
      foreignKeys: [foreignKey('same', ['same'], ['device', ['same']], '@name ofKey')],
    });
    const { names, log } = direct(catalog([device], [status]));
    expect(log).toEqual([]);
    expect(Object.fromEntries(names)).toEqual({
      [pathKey('enum', 'events.status')]: 'device_state',
      [pathKey('table', 'device')]: 'gadget',
      [pathKey('column', 'device', 'same')]: 'ofColumn',
      [pathKey('index', 'device', 'same')]: 'ofIndex',
      [pathKey('foreign key', 'device', 'same')]: 'ofKey',
    });
  });

  test.each(['', '1st', 'two words', '__type', 'größe'])('@name rejects "%s", which is not a name', (name) => {
    const { names, log } = directTable(`@name ${name}`);
    expect(names.size).toBe(0);
    expect(log).toEqual([
      `@name on table device: "${name}" is not a name of letters, digits and _ that begins with a letter`,
    ]);
  });
});

describe('@omit', () => {
  const omitted = '@omit';
  const site = table('site', ['site_id', 'code'], { primaryKey: ['site_id'], indexes: [unique('pkey', ['site_id'])] });
  const to = (target: string, comment: string | null = null) =>
    foreignKey('to', ['site_id'], ['site', [target]], comment);

  test('@omit leaves out a table, and what refers to it', () => {
    const device = table('device', ['site_id'], { foreignKeys: [to('site_id')] });
    const { tables } = direct(catalog([device, { ...site, comment: omitted }]));
    expect(tables).toEqual([{ ...device, foreignKeys: [] }]);
  });

  test('@omit leaves out a column, and the keys that need it', () => {
    const device = table('device', ['site_id'], { foreignKeys: [to('code')] });
    const columns = site.columns.map((c) => (c.name === 'code' ? { ...c, comment: omitted } : c));
    const { tables } = direct(
      catalog([device, { ...site, columns, indexes: [...site.indexes, unique('u', ['code'])] }]),
    );
    expect(tables[0]?.foreignKeys).toEqual([]);
    expect(tables[1]).toEqual({ ...site, columns: [site.columns[0]] });
  });

  test('@omit leaves out a key, a relation and a primary key', () => {
    const device = table('device', ['site_id'], { foreignKeys: [to('site_id', omitted)] });
    const indexes = [unique('pkey', ['site_id'], omitted), unique('u', ['code'], omitted)];
    const { tables } = direct(catalog([device, { ...site, indexes }]));
    expect(tables).toEqual([
      { ...device, foreignKeys: [] },
      { ...site, primaryKey: [], indexes: [] },
    ]);
  });

  test('@omit of all its columns leaves out the table', () => {
    const { tables } = direct(catalog([table('device', [column('a', { comment: omitted })])]));
    expect(tables).toEqual([]);
  });
});

describe('@key', () => {
  test('@key makes columns the primary key, which are then never null', () => {
    const columns = ['a', 'b', 'c'].map((name) => column(name, { nullable: true }));
    const { tables, log } = direct(catalog([table('device', columns, { comment: '@key (b, a)' })]));
    expect(log).toEqual([]);
    expect(tables[0]?.primaryKey).toEqual(['b', 'a']);
    expect(tables[0]?.columns.map(({ nullable }) => nullable)).toEqual([false, false, true]);
  });

  test('@key takes names in quotes', () => {
    const { device, log } = directTable('@key ("device_id", "Odd, ""name""")');
    expect(log).toEqual([]);
    expect(device?.primaryKey).toEqual(['device_id', 'Odd, "name"']);
  });

  test.each([
    ['device_id', 'write it as @key (a, b)'],
    ['()', 'write it as @key (a, b)'],
    ['(device_id, nope)', 'there is no readable column nope'],
    ['(place)', 'values of a key must have an order'],
    ['(device_id)\n@key (site_id)', 'the table already has a key', '(site_id)'],
  ])('@key %j is ignored, and the log says why', (argument, reason, wrong = argument) => {
    const { device, log } = directTable(`@key ${argument}`);
    expect(log).toEqual([`@key ${wrong} on table device: ${reason}`]);
    expect(device?.primaryKey).toEqual(wrong === argument ? [] : ['device_id']);
  });
});

describe('@foreignKey', () => {
  test('@foreignKey relates one table to another', () => {
    const { device, log } = directTable('@foreignKey (site_id) REFERENCES site (site_id)');
    expect(log).toEqual([]);
    expect(device?.foreignKeys).toMatchObject([{ columns: ['site_id'], table: 'site', targets: ['site_id'] }]);
  });

  test('@foreignKey takes names in quotes', () => {
    const { device, log } = directTable('@foreignKey ("Odd, ""name""")references "site"("site_id")');
    expect(log).toEqual([]);
    expect(device?.foreignKeys).toMatchObject([{ columns: ['Odd, "name"'], table: 'site', targets: ['site_id'] }]);
  });

  const form = 'write it as @foreignKey (a) references t (b)';
  test.each([
    ['', form],
    ['site_id references site (site_id)', form],
    ['(site_id) references site', form],
    ['(site_id) site (site_id)', form],
    ['(site_id, device_id) references site (site_id)', form],
    ['(site_id) references sites (site_id)', 'there is no readable table sites'],
    ['(nope) references site (site_id)', 'there is no readable column nope'],
    ['(site_id) references site (nope)', 'there is no readable column nope'],
    ['(site_id) references site (code)', 'values of site_id (int4) and code (text) have no common order'],
    ['(place) references site (site_id)', 'values of place (point) and site_id (int4) have no common order'],
    ['(place) references device (place)', 'values of place (point) and place (point) have no common order'],
  ])('@foreignKey %j is ignored, and the log says why', (argument, reason) => {
    const { device, log } = directTable(`@foreignKey ${argument}`);
    expect(log).toEqual([`@foreignKey ${argument} on table device: ${reason}`]);
    expect(device?.foreignKeys).toEqual([]);
  });
});

describe('@arrival', () => {
  test.each(['device_id', '"device_id"'])('@arrival names the column of the order of arrival: %s', (argument) => {
    const { arrivals, log } = directTable(`@arrival ${argument}`);
    expect(log).toEqual([]);
    expect([...arrivals]).toEqual([['device', 'device_id']]);
  });

  test('@arrival with an unknown column is ignored, and the log says why', () => {
    const { arrivals, log } = directTable('@arrival nope');
    expect(log).toEqual(['@arrival nope on table device: there is no readable column nope']);
    expect(arrivals.size).toBe(0);
  });
});

test('a directive without a meaning in its place is ignored, and the log says which one would have one', () => {
  const status = enumeration('status', ['a'], { comment: '@omit' });
  const device = table('device', [column('a', { comment: '@key (a)', type: enumOf(status) })], {
    comment: '@todo ask Eve\n@ noon',
    indexes: [unique('u', ['a'], '@arrival a')],
    foreignKeys: [foreignKey('f', ['a'], ['device', ['a']], '@key (a)')],
  });
  const { tables, enums, log } = direct(catalog([device], [status]));
  const others = '@name @omit';
  const onTable = '@name @omit @deprecated @expose @key @foreignKey @arrival';
  expect(log).toEqual([
    '@omit on enum events.status: this directive does not apply here; use one of @name @deprecated',
    `@todo on table device: this directive does not apply here; use one of ${onTable}`,
    `@ on table device: this directive does not apply here; use one of ${onTable}`,
    `@arrival on index device.u: this directive does not apply here; use one of ${others}`,
    `@key on column device.a: this directive does not apply here; use one of ${others} @deprecated @search`,
    `@key on foreign key device.f: this directive does not apply here; use one of ${others}`,
  ]);
  expect(tables).toHaveLength(1);
  expect(enums).toHaveLength(1);
});

describe('over a real database', async () => {
  const { api } = await setUp({
    database: createEmptyDatabase,
    prepare: `
      create schema events;
      create type events.level as enum ('low', 'high');
      comment on type events.level is E'How much.\\n@name severity';
      create table events.site (site_id int primary key, code text not null, note text, constraint one_code unique (code));
      comment on column events.site.note is '@omit';
      comment on constraint one_code on events.site is E'Codes are unique.\\n@name siteOfCode';
      create table events.device (device_id int primary key, home int, level events.level not null,
        constraint home foreign key (home) references events.site);
      comment on table events.device is E'A machine.\\n@name gadget';
      comment on column events.device.level is '@name alarm';
      comment on constraint home on events.device is E'Where it lives.\\n@name house';
      create table events.draft (a int);
      comment on table events.draft is '@omit';
      create view events.device_state as
        select device_id, home as site_id, code::varchar as code from events.device left join events.site on site_id = home;
      comment on view events.device_state is
        E'@key (device_id)\\n@foreignKey (device_id) references device (device_id)\\n@foreignKey (site_id) references site (site_id)\\n@foreignKey (code) references site (code)';
      create materialized view events.wrong as select device_id from events.device;
      comment on materialized view events.wrong is E'@key (nope)\\n@foreignKey (device_id) references draft (a)\\n@nonsense';
      insert into events.site values (1, 'A', 'n'), (2, 'B', 'n');
      insert into events.device values (10, 1, 'low'), (11, 1, 'high'), (12, null, 'low');
      refresh materialized view events.wrong`,
  });

  const fields = (name: string): readonly string[] => {
    const found = api.api.schema.getType(name);
    return isObjectType(found) ? withoutAggregates(Object.keys(found.getFields())).toSorted() : [];
  };

  test('names are those that the owner chose', () => {
    expect(fields('Query')).toEqual([
      ...['deviceState', 'deviceStates', 'gadget', 'gadgets', 'node', 'nodes', 'site', 'siteOfCode', 'sites', 'wrongs'],
    ]);
    expect(fields('Gadget')).toEqual(['alarm', 'deviceId', 'deviceState', 'home', 'house', 'id']);
    expect(fields('Site')).toEqual(['code', 'deviceStates', 'deviceStatesByCode', 'gadgetsByHome', 'id', 'siteId']);
    expect(api.api.schema.getType('Severity')?.description).toBe('How much. `level`');
  });

  test('comments of constraints describe their fields', () => {
    expect(api.api.schema.getQueryType()?.getFields()['siteOfCode']?.description).toBe('Codes are unique.');
    const gadget = api.api.schema.getType('Gadget');
    expect(isObjectType(gadget) && gadget.getFields()['house']?.description).toBe('Where it lives.');
  });

  test('a view with a key and foreign keys has everything that a table has: node, lookup, relations both ways', async () => {
    const { deviceStates } = await api.query<{ deviceStates: { nodes: { id: string }[] } }>(`{
      deviceStates { nodes { id deviceId device { alarm } site { code } siteByCode { siteId } } }
    }`);
    expect(deviceStates.nodes).toMatchObject([
      { deviceId: 10, device: { alarm: 'LOW' }, site: { code: 'A' }, siteByCode: { siteId: 1 } },
      { deviceId: 11, device: { alarm: 'HIGH' }, site: { code: 'A' }, siteByCode: { siteId: 1 } },
      { deviceId: 12, device: { alarm: 'LOW' }, site: null, siteByCode: null },
    ]);
    const document = `query ($id: ID!) {
      node(id: $id) { ... on DeviceState { code } }
      deviceState(deviceId: 11) { code device { deviceState { deviceId } } }
      site(siteId: 1) { deviceStates(last: 1) { nodes { deviceId } } deviceStatesByCode { totalCount } }
    }`;
    expect(await api.query(document, { id: deviceStates.nodes[0]?.id })).toEqual({
      node: { code: 'A' },
      deviceState: { code: 'A', device: { deviceState: { deviceId: 11 } } },
      site: { deviceStates: { nodes: [{ deviceId: 11 }] }, deviceStatesByCode: { totalCount: 2 } },
    });
  });

  test('invalid directives are logged, and the rest is served', async () => {
    const lines = api.log.filter(({ level, msg }) => level === 40 && msg.startsWith('@')).map(({ msg }) => msg);
    expect(lines).toEqual([
      '@nonsense on table wrong: this directive does not apply here; use one of @name @omit @deprecated @expose @key @foreignKey @arrival',
      '@key (nope) on table wrong: there is no readable column nope',
      '@foreignKey (device_id) references draft (a) on table wrong: there is no readable table draft',
    ]);
    expect(await api.query('{ wrongs { totalCount } }')).toEqual({ wrongs: { totalCount: 3 } });
  });
});
