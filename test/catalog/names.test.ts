import fc from 'fast-check';
import { buildSchema, isEnumType, isInputObjectType, isObjectType, printSchema, validateSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { type Catalog, referencesTo, type Table } from '../../src/catalog/catalog.ts';
import { applyDirectives } from '../../src/catalog/directives.ts';
import { derivedName, leafFamily, listFamily, tableFamily } from '../../src/catalog/nameFamilies.ts';
import { nameCatalog } from '../../src/catalog/naming.ts';
import { uniqueKeys } from '../../src/catalog/uniqueKeys.ts';
import { defaultPageLimits } from '../../src/config/limits.ts';
import { printSdl } from '../../src/schema/print.ts';
import { createSchema } from '../../src/schema/schema.ts';
import { withoutAggregates } from '../support/aggregates.ts';
import {
  anyCatalog,
  arrayOf,
  catalog,
  column,
  enumeration,
  enumOf,
  foreignKey,
  grown,
  shuffled,
  table,
  type,
  unique,
} from '../support/catalogs.ts';
import { patience, runs } from '../support/property.ts';

const options = { limits: defaultPageLimits, extensions: [], warn: () => {} };
const schemaOf = (given: Catalog) =>
  createSchema(
    applyDirectives(given, () => {}),
    options,
  );

/** Returns the names of a type's fields or values, without the aggregates that follow each list. */
function names(given: Catalog, typeName: string): readonly string[] {
  const type = schemaOf(given).getType(typeName);
  if (isEnumType(type))
    return type
      .getValues()
      .map((value) => value.name)
      .toSorted();
  if (isObjectType(type) || isInputObjectType(type)) return withoutAggregates(Object.keys(type.getFields())).toSorted();
  throw new Error(`No type ${typeName}`);
}

const types = (given: Catalog) => Object.keys(schemaOf(given).getTypeMap());

/** Makes tables with these names. */
const tables = (...names: readonly string[]) => names.map((name) => table(name, ['a'], { primaryKey: ['a'] }));

test('types, fields and enum labels are named after what they stand for', () => {
  const level = enumeration('alarm_level', ['low', 'veryHigh', 'on hold']);
  const given = catalog(
    [table('device_readings', ['measured_at', 'SENSOR_ID', 'Calibrated', column('level', { type: enumOf(level) })])],
    [level],
  );
  expect(names(given, 'Query')).toEqual(['deviceReadings', 'node', 'nodes']);
  expect(names(given, 'DeviceReading')).toEqual(['calibrated', 'level', 'measuredAt', 'sensorId']);
  expect(names(given, 'AlarmLevel')).toEqual(['LOW', 'ON_HOLD', 'VERY_HIGH']);
});

test("a table's type is renamed if a live tail's message type of another table has its name", () => {
  const followed: Partial<Table> = {
    primaryKey: ['a'],
    numberings: [
      {
        column: 'a',
        kind: 'number',
        nullable: false,
        identity: 'always',
        sequences: [],
        isStamped: false,
        indexes: [['a']],
      },
    ],
  };
  const given = catalog([table('event', ['a'], followed), table('events_added', ['a'])]);
  expect(names(given, 'Subscription')).toEqual(['eventsAdded']);
  expect(names(given, 'EventsAdded')).toEqual(['cursor', 'edges', 'end']);
  expect(names(given, 'EventsAdded_2')).toEqual(['a']);
});

test('a column called id is rowId, since id is the global id', () => {
  const given = catalog([table('device', ['id', 'node_id'], { primaryKey: ['id'] })]);
  expect(names(given, 'Device')).toEqual(['id', 'nodeId', 'rowId']);
  expect(names(given, 'DeviceOrderBy')).toEqual(['nodeId', 'rowId']);
});

test('names that the API needs for itself get an underscore', () => {
  const given = catalog([
    ...tables('query', 'node', 'page_info', 'string', 'int_where', 'mutation'),
    table('thing', reservedColumns),
  ]);
  expect(types(given)).toEqual(
    expect.arrayContaining(['Query_', 'Node_', 'PageInfo_', 'String_', 'IntWhere_', 'Mutation_']),
  );
  expect(names(given, 'Query')).toEqual(expect.arrayContaining(['query_', 'node_', 'nodes_', 'node', 'nodes']));
  expect(names(given, 'Thing')).toEqual([
    'and_',
    'first',
    'node_',
    'nodes_',
    'not_',
    'or_',
    'query_',
    'typename',
    'where',
  ]);
});

const reservedColumns = ['and', 'or', 'not', 'node', 'nodes', 'query', '__typename', 'first', 'where'];

test('characters that GraphQL does not have are spelt as their code points, ASCII ones as an underscore', () => {
  const columns = ['größe', '湿度', 'ÄRGER', 'max_größe_id', '1st', '%', '"quoted"', 'e\u0301', 'é', '🙂'];
  const level = enumeration('通知', ['通知', '警告!', 'größe', 'on hold', 'on通', '+', '']);
  const given = catalog([table('温度', [...columns, column('level', { type: enumOf(level) })])], [level]);
  expect(names(given, 'u6E29_u5EA6')).toEqual([
    ...['_', '_1st', 'e_u0301', 'gr_u00F6_u00DF_e', 'level', 'maxGr_u00F6_u00DF_eId', 'quoted'],
    ...['u00C4_rger', 'u00E9', 'u1F642', 'u6E7F_u5EA6'],
  ]);
  expect(names(given, 'u6E29_u5EA6Column')).toEqual([
    ...['E_u0301', 'GR_u00F6_u00DF_E', 'LEVEL', 'MAX_GR_u00F6_u00DF_E_ID', 'QUOTED', '_', '_1ST'],
    ...['u00C4_RGER', 'u00E9', 'u1F642', 'u6E7F_u5EA6'],
  ]);
  expect(names(given, 'u901A_u77E5')).toEqual([
    ...['GR_u00F6_u00DF_E', 'ON_HOLD', 'ON_u901A', '_', '_2', 'u8B66_u544A__', 'u901A_u77E5'],
  ]);
  expect(names(given, 'Query')).toEqual(['node', 'nodes', 'u6E29_u5EA6List']);
});

test('a word with letters that are not English has no plural', () => {
  const given = catalog(['größe', 'größe_device', 'site_温度'].map((name) => table(name, ['a'])));
  expect(names(given, 'Query')).toEqual([
    ...['gr_u00F6_u00DF_eDevices', 'gr_u00F6_u00DF_eList', 'node', 'nodes', 'site_u6E29_u5EA6List'],
  ]);
});

test('a table whose plural equals its singular has a list with a name of its own', () => {
  const given = catalog(tables('sheep', 'sensor_data', 'news'));
  expect(names(given, 'Query')).toEqual([
    'news',
    'newsList',
    'node',
    'nodes',
    'sensorData',
    'sensorDataList',
    'sheep',
    'sheepList',
  ]);
});

describe('in a collision', () => {
  test('the name that conversion left unchanged wins, then byte order decides', () => {
    const columns = ['serial-no', 'serial no', 'serial_no', 'serialNo'];
    const described = (schema = schemaOf(catalog([table('device', columns)]))) => {
      const type = schema.getType('Device');
      return isObjectType(type) ? Object.values(type.getFields()).map((f) => [f.name, f.description]) : [];
    };
    expect(described()).toEqual([
      ['serialNo', undefined],
      ['serialNo_2', '`serial no`'],
      ['serialNo_3', '`serial-no`'],
      ['serialNo_4', '`serial_no`'],
    ]);
  });

  test('a name that the owner gave counts as the name in the database', () => {
    const mood = enumeration('mood', ['a-b', 'z'], { comment: '@name "z" A_B' });
    const state = enumeration('state', ['A'], { comment: '@name Mood' });
    const device = table('device', ['a_b', column('z', { comment: '@name aB' })]);
    const found = nameCatalog(
      applyDirectives(catalog([device], [mood, state]), (message) => {
        throw new Error(message);
      }),
      [],
    );
    expect(found.fieldsOf(device, ['a_b', 'z'])).toEqual(['aB_2', 'aB']);
    expect([found.enumType(mood), found.enumType(state)]).toEqual(['Mood_2', 'Mood']);
    expect(found.enumValues(mood)).toEqual(
      new Map([
        ['z', 'A_B'],
        ['a-b', 'A_B_2'],
      ]),
    );
  });

  test("a name with a number never takes another thing's own name", () => {
    const mood = enumeration('mood', ['A', 'a', 'a_2']);
    const given = catalog([table('person', [column('mood', { type: enumOf(mood) })])], [mood]);
    expect(names(given, 'Mood')).toEqual(['A', 'A_2', 'A_3']);
    expect(
      nameCatalog(
        applyDirectives(given, () => {}),
        [],
      )
        .enumValues(mood)
        .get('a_2'),
    ).toBe('A_2');
  });

  test("a table's type is renamed if a type generated for another table has its name", () => {
    const found = types(catalog(tables('device_connection', 'device', 'device_edge', 'int_list')));
    expect(found).toEqual(expect.arrayContaining(['Device', 'DeviceConnection', 'DeviceConnection_2', 'DeviceEdge_2']));
    expect(found).toEqual(expect.arrayContaining(['IntList_2', 'IntList_2Where']));
  });

  test('types generated for an enum and for a table never have the same name', () => {
    const price = enumeration('price', ['low']);
    const lists = table('price_list', [column('prices', { type: arrayOf(enumOf(price)) })]);
    expect(types(catalog([lists], [price]))).toEqual(
      expect.arrayContaining(['Price', 'PriceListWhere', 'PriceList_2']),
    );
    expect(types(catalog(tables('price', 'price_list')))).toEqual(expect.arrayContaining(['Price', 'PriceList']));
  });
});

describe('a relation', () => {
  const site = table('site', ['site_id', 'code', 'region'], { primaryKey: ['site_id'] });
  const to = foreignKey('key', ['site_id'], ['site', ['site_id']]);

  test('a relation is named after a column that is named after its target', () => {
    const given = catalog([table('device', ['site_id'], { foreignKeys: [to] }), site]);
    expect(names(given, 'Device')).toEqual(['site', 'siteId']);
    expect(names(given, 'Site')).toContain('devices');
  });

  test('otherwise, a relation is named after its columns', () => {
    const given = catalog([
      table('device', ['home_site_id', 'code', 'region'], {
        foreignKeys: [
          foreignKey('home', ['home_site_id'], ['site', ['site_id']]),
          foreignKey('both', ['code', 'region'], ['site', ['code', 'region']]),
        ],
      }),
      site,
    ]);
    expect(names(given, 'Device')).toEqual(['code', 'homeSite', 'homeSiteId', 'region', 'siteByCodeRegion']);
    expect(names(given, 'Site')).toEqual(expect.arrayContaining(['devicesByHomeSiteId', 'devicesByCodeRegion']));
  });

  test('a relation leaves a column its name', () => {
    const given = catalog([table('device', ['site', 'site_id'], { foreignKeys: [to] }), site, table('devices', ['a'])]);
    expect(names(given, 'Device')).toEqual(['site', 'siteBySiteId', 'siteId']);
    const host = table('site', ['site_id', 'devices'], { primaryKey: ['site_id'] });
    expect(names(catalog([table('device', ['site_id'], { foreignKeys: [to] }), host]), 'Site')).toEqual([
      'devices',
      'devices_2',
      'id',
      'siteId',
    ]);
  });

  test('a relation is singular if at most one row can refer', () => {
    const device = table('device', ['site_id'], { foreignKeys: [to], indexes: [unique('one', ['site_id'])] });
    expect(names(catalog([device, site]), 'Site')).toContain('device');
  });
});

test('aggregates are named after the list, and their columns and types after what they stand for', () => {
  const given = catalog([
    table('device', ['id', 'site_id', 'lastSeen', column('seen_at', { type: type('timestamptz') })], {
      primaryKey: ['id'],
      foreignKeys: [foreignKey('key', ['site_id'], ['site', ['site_id']])],
    }),
    table('site', ['site_id'], { primaryKey: ['site_id'] }),
  ]);
  const fields = (typeName: string) => {
    const found = schemaOf(given).getType(typeName);
    return isObjectType(found) ? Object.values(found.getFields()).map(({ name, type }) => `${name}: ${type}`) : [];
  };
  const both = ['devicesAggregate: DeviceAggregate', 'devicesGroupedAggregate: [DeviceAggregate!]'];
  expect(fields('Query')).toEqual(expect.arrayContaining(both));
  expect(fields('Site')).toEqual(expect.arrayContaining(both));
  expect(names(given, 'DeviceColumn')).toEqual(['LAST_SEEN', 'ROW_ID', 'SEEN_AT', 'SITE_ID']);
  expect(names(given, 'DeviceGroupBy')).toEqual(['columns', 'seenAt', 'site']);
  expect(names(given, 'DeviceHaving')).toEqual([
    ...['and', 'count', 'countChange', 'lastSeen', 'not', 'or', 'rowId', 'seenAt', 'siteId'],
  ]);
  expect(names(given, 'DeviceGroupedOrderBy')).toEqual([
    ...['bucket', 'count', 'countChange', 'lastSeen', 'parts', 'rowId', 'seenAt', 'site', 'siteId'],
  ]);
});

test('rows are grouped by a relation only if it leads to one row', () => {
  const site = table('site', ['site_id', 'region'], { primaryKey: ['site_id'] });
  const device = (to: string) =>
    table('device', ['site_id'], { foreignKeys: [foreignKey('key', ['site_id'], ['site', [to]])] });
  expect(names(catalog([device('site_id'), site]), 'DeviceGroupBy')).toEqual(['columns', 'site']);
  expect(names(catalog([device('region'), site]), 'DeviceGroupBy')).toEqual(['columns']);
});

test("a column named like a field of the groups' input is renamed there", () => {
  const given = catalog([
    table('device', ['id', 'bucket_id', 'count', 'columns'], {
      primaryKey: ['id'],
      foreignKeys: [foreignKey('key', ['bucket_id'], ['bucket', ['bucket_id']])],
    }),
    table('bucket', ['bucket_id'], { primaryKey: ['bucket_id'] }),
  ]);
  expect(names(given, 'DeviceGroupedOrderBy')).toEqual([
    ...['bucketId', 'bucket_', 'columns', 'count', 'count_', 'rowId'],
  ]);
  expect(names(given, 'DeviceHaving')).toContain('count_');
  expect(names(given, 'DeviceGroupBy')).toEqual(['bucket', 'columns']);
  expect(names(given, 'DeviceGroupKey')).toEqual(['bucket', 'bucketId', 'columns', 'count', 'rowId']);
});

test('a lookup is named after its key', () => {
  const given = catalog([
    table('device', ['device_id', 'serial', 'site_id', 'slot'], {
      primaryKey: ['device_id'],
      indexes: [unique('a', ['serial']), unique('b', ['site_id', 'slot'])],
    }),
  ]);
  expect(names(given, 'Query')).toEqual(['device', 'deviceBySerial', 'deviceBySiteIdSlot', 'devices', 'node', 'nodes']);
});

describe('a mutation', () => {
  const open = (name: string) => column(name, { mayInsert: true, mayUpdate: true });

  test('a mutation is named after the type, and after the lookup of its key', () => {
    const device = table('device_readings', ['reading_id', 'serial', 'site_id', 'slot'].map(open), {
      primaryKey: ['reading_id'],
      indexes: [unique('z', ['reading_id']), unique('a', ['serial']), unique('b', ['site_id', 'slot'])],
      mayDelete: true,
    });
    const given = catalog([device]);
    expect(names(given, 'Mutation')).toEqual([
      ...['createDeviceReading', 'createDeviceReadings', 'deleteDeviceReading', 'deleteDeviceReadingBySerial'],
      ...['deleteDeviceReadingBySiteIdSlot', 'updateDeviceReading', 'updateDeviceReadingBySerial'],
      'updateDeviceReadingBySiteIdSlot',
    ]);
    expect(names(given, 'CreateDeviceReadingConflictKey')).toEqual(['READING_ID', 'SERIAL', 'SITE_ID_SLOT']);
    expect(names(given, 'CreateDeviceReadingsPayload')).toContain('deviceReadings');
    expect(names(given, 'DeviceReadingPayload')).toEqual(['deviceReading']);
  });

  test('a mutation of many rows has a name of its own if the plural equals the singular', () => {
    const given = catalog(['sheep', 'sensor_data'].map((name) => table(name, [open('a')])));
    expect(names(given, 'Mutation')).toEqual([
      ...['createSensorData', 'createSensorDataList', 'createSheep', 'createSheepList'],
    ]);
  });

  test('a mutation has types whose names other tables do not get', () => {
    const given = catalog(
      ['device', 'create_device_input', 'update_device_patch'].map((name) => table(name, [open('a')])),
    );
    expect(types(given)).toEqual(
      expect.arrayContaining([
        'CreateDeviceInput',
        'CreateDeviceInput_2',
        'UpdateDevicePatch_2',
        'CreateDevicesPayload',
      ]),
    );
  });

  test("a mutation has a key argument in addition to its own, whatever the column's name", () => {
    const given = catalog([
      table('device', ['patch', 'expect'].map(open), {
        primaryKey: ['patch', 'expect'],
        indexes: [unique('a', ['patch', 'expect'])],
      }),
    ]);
    const { updateDevice } = schemaOf(given).getMutationType()?.getFields() ?? {};
    expect(updateDevice?.args.map(({ name }) => name).toSorted()).toEqual(['expect', 'expect_', 'patch', 'patch_']);
  });

  test('a key without an index has no mutation', () => {
    const given = catalog([table('device', ['a', 'b'].map(open), { primaryKey: ['a'], mayDelete: true })]);
    expect(names(given, 'Mutation')).toEqual(['createDevice', 'createDevices']);
  });
});

test('an enum without labels is text, since GraphQL has none without values', () => {
  const none = enumeration('none', []);
  const given = catalog([table('thing', [column('none', { type: enumOf(none) })])], [none]);
  expect(validateSchema(schemaOf(given))).toEqual([]);
  expect(types(given)).not.toContain('None');
});

test("a type of the schema that is named like one of PostgreSQL's is text", () => {
  const given = catalog([
    table(
      'thing',
      ['constructor', 'date', 'int4'].map((name) => column(name, { type: type(name, { sql: `events.${name}` }) })),
    ),
  ]);
  expect(printSchema(schemaOf(given))).toContain(
    'type Thing {\n  constructor: String!\n  date: String!\n  int4: String!\n}',
  );
});

describe('any catalog', () => {
  test('any catalog gives a valid schema, whatever the names in it', { timeout: patience }, () => {
    fc.assert(
      fc.property(anyCatalog, (given) => {
        const schema = schemaOf(given);
        expect(validateSchema(schema)).toEqual([]);
        expect(validateSchema(buildSchema(printSchema(schema)))).toEqual([]);
      }),
      runs(50),
    );
  });

  test('any catalog gives the same schema in any order', { timeout: patience }, () => {
    fc.assert(
      fc.property(
        anyCatalog.chain((given) => fc.tuple(fc.constant(given), shuffled(given))),
        ([one, other]) => {
          expect(printSdl(schemaOf(other))).toBe(printSdl(schemaOf(one)));
        },
      ),
      runs(25),
    );
  });

  test('any catalog keeps its names when something is added, except those that the new thing takes', {
    timeout: patience,
  }, () => {
    fc.assert(
      fc.property(
        anyCatalog.chain((given) => fc.tuple(fc.constant(given), grown(given))),
        ([before, after]) => {
          const now = scopesOf(after);
          for (const [scope, things] of scopesOf(before)) {
            const renamed = [...things].filter(([thing, name]) => now.get(scope)?.get(thing) !== name);
            const added = [...(now.get(scope) ?? [])].filter(([thing]) => !things.has(thing));
            expect(withoutReason(scope, renamed, added, now.get(scope))).toEqual([]);
          }
        },
      ),
      runs(150),
    );
  });
});

/**
 * Returns the things that were renamed without need: neither their name nor their name without a number was taken by
 * something new, or by something that had to give way to it.
 */
function withoutReason(
  scope: string,
  renamed: readonly Named[],
  takers: readonly Named[],
  now?: Scope,
): readonly Named[] {
  const taken = new Set(takers.flatMap(([, name]) => family(scope, name)));
  const lost = renamed.filter(([, name]) =>
    [name, name.replace(/\d+$/, ''), name.replace(/_\d+$/, '')].some((wanted) =>
      family(scope, wanted).some((part) => taken.has(part)),
    ),
  );
  if (lost.length === 0) return renamed;
  const rest = renamed.filter((thing) => !lost.includes(thing));
  return withoutReason(
    scope,
    rest,
    [...takers, ...lost.map(([thing]) => [thing, now?.get(thing) ?? ''] as const)],
    now,
  );
}

type Named = readonly [thing: string, name: string];
type Scope = ReadonlyMap<string, string>;

/** Returns the name of each thing, by scope. */
function scopesOf(given: Catalog): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const names = nameCatalog(
    applyDirectives(given, () => {}),
    ['Query', 'IntListWhere'],
  );
  const { tables, enums } = given;
  return new Map([
    [
      'types',
      new Map([
        ...tables.map((t) => [`table ${t.name}`, names.type(t)] as const),
        ...enums.map((e) => [`enum ${e.name}`, names.enumType(e)] as const),
      ]),
    ],
    [
      'Query',
      new Map(
        tables.flatMap((t) => [
          [`list ${t.name}`, names.list(t)] as const,
          ...uniqueKeys(t).map((key) => [`lookup ${t.name} ${JSON.stringify(key)}`, names.lookup(t, key)] as const),
        ]),
      ),
    ],
    ...tables.map(
      (t) =>
        [
          `table ${t.name}`,
          new Map([
            ...t.columns.map((c) => [`column ${c.name}`, names.column(t, c)] as const),
            ...t.foreignKeys.map((key) => [`forward ${key.name}`, names.forward(t, key)] as const),
            ...referencesTo(given, t).map(
              ([child, key]) => [`back ${child.name} ${key.name}`, names.back(child, key)] as const,
            ),
          ]),
        ] as const,
    ),
    ...enums.map((e) => [`enum ${e.name}`, names.enumValues(e)] as const),
  ]);
}

/** Returns a type's or a field's name with the names derived from it; an enum value has none. */
const family = (scope: string, name: string): readonly string[] => {
  const suffixes = scope === 'types' ? [...tableFamily, ...leafFamily] : scope.startsWith('enum ') ? [] : listFamily;
  return ['', ...suffixes].map((part) => derivedName(name, part));
};
