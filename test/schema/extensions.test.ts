import { type GraphQLSchema, graphql, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applyDirectives } from '../../src/catalog/directives.ts';
import type { Db } from '../../src/db/db.ts';
import { introspect } from '../../src/db/introspect.ts';
import { sql } from '../../src/db/sql/sql.ts';
import { createLoaders } from '../../src/loaders/loaders.ts';
import { type Extension, extension } from '../../src/schema/extensions/extension.ts';
import { createSchema } from '../../src/schema/schema.ts';
import { withoutAggregates } from '../support/aggregates.ts';
import { createTestApi, type TestApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let api: TestApi;

beforeAll(async () => {
  database = await createDatabase();
  api = await createTestApi(database.connection);
});

afterAll(async () => {
  await api.close();
  await database.drop();
});

/** The columns that a statement selects. */
const columnsOf = (statement = '') =>
  [...(/select (.*?) from/s.exec(statement)?.[1] ?? '').matchAll(/"t"\."(\w+)"/g)].map(([, name]) => name).sort();

describe('the extension of device', () => {
  test('computes from the columns that it declares, which alone are selected', async () => {
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

  test('loads for a whole list in one more statement', async () => {
    const { devices } = await api.query('{ devices { nodes { deviceId openIncidentCount } } }');
    expect(api.statements).toHaveLength(2);
    const { rows } = await database.admin(`
      select device_id as "deviceId", (count(incident_id) filter (where closed_at is null))::int as "openIncidentCount"
      from events.device left join events.incident using (device_id) group by device_id order by device_id`);
    expect(rows.some(({ openIncidentCount }) => openIncidentCount > 0)).toBe(true);
    expect(devices).toEqual({ nodes: rows });
  });

  test('costs nothing where nobody asks for it', async () => {
    await api.query('{ devices { nodes { status } } }');
    expect(api.statements.map(columnsOf)).toEqual([['device_id', 'status']]);
  });
});

describe('an extension', () => {
  /** The schema of the database with these extensions, what was logged, and what a document answers. */
  async function extend(...extensions: readonly Extension[]) {
    const log: string[] = [];
    const { catalog } = await introspect(api.db, 'events');
    const limits = { defaultSize: 50, maxSize: 1000 };
    const schema: GraphQLSchema = createSchema(
      applyDirectives(catalog, () => {}),
      {
        ...{ limits, extensions },
        warn: (line) => log.push(line),
      },
    );
    const ask = (source: string) =>
      graphql({ schema, source, contextValue: { db: api.db, loaders: createLoaders(api.db, catalog) } });
    return { schema, log, ask };
  }

  const fieldsOf = (schema: GraphQLSchema, type: string) => {
    const found = schema.getType(type);
    return isObjectType(found) ? withoutAggregates(Object.keys(found.getFields())) : [];
  };

  const shout = (table: string, column: string) =>
    extension({
      ...{ table, columns: [column] },
      fields: (t, from) => ({ shout: t.string(from([column], (row) => `${row[column]}!`)) }),
    });

  test('of a table that is there adds its fields', async () => {
    const { ask, log } = await extend(shout('site', 'code'));
    const { data } = await ask('{ sites(first: 1) { nodes { code shout } } }');
    expect(log).toEqual([]);
    expect(data).toEqual({ sites: { nodes: [{ code: 'RTM', shout: 'RTM!' }] } });
  });

  test('sees no column that it did not declare', () => {
    extension({
      ...{ table: 'site', columns: ['code', 'name'] },
      fields: (t, from) => ({
        // @ts-expect-error `note` is none of the columns of the extension
        a: t.string(from(['note'], () => '')),
        // @ts-expect-error `name` is none of the columns of the field
        b: t.string(from(['code'], ({ name }) => `${name}`)),
      }),
    });
  });

  test('of a table, a column or a further table that is not there is left out, and the log says why', async () => {
    const needy = { ...shout('site', 'code'), requires: { site: ['code'], device: ['serial', 'nope'] } };
    const { schema, log } = await extend(shout('sites', 'code'), shout('site', 'codes'), needy);
    expect(log).toEqual([
      'The extension of "sites" is left out: there is no readable table "sites"',
      'The extension of "site" is left out: "site" has no readable column "codes"',
      'The extension of "site" is left out: "device" has no readable column "nope"',
    ]);
    expect(fieldsOf(schema, 'Site')).not.toContain('shout');
  });

  test('of a column that the role may not read is left out', async () => {
    const { user } = database.connection;
    await database.admin(`
      revoke select on events.site from ${user};
      grant select (site_id, name) on events.site to ${user}`);
    const { schema, log } = await extend(shout('site', 'code'), shout('site', 'name'));
    await database.admin(`grant select on events.site to ${user}`);
    expect(log).toEqual(['The extension of "site" is left out: "site" has no readable column "code"']);
    expect(fieldsOf(schema, 'Site')).toContain('shout');
  });

  test('loads with the arguments of each alias, in a statement each', async () => {
    const tens = async (ids: readonly (string | null)[], db: Db, tens: number) => {
      const rows = await db.rows(sql`select id::int + ${tens} * 10 as sum from unnest(${ids}::int[]) id`);
      return rows.map(({ sum }) => Number(sum));
    };
    const plus = extension({
      ...{ table: 'site', columns: ['site_id'] },
      fields: (t, from) => ({
        plus: t.int({
          args: { tens: t.arg.int({ required: true }) },
          ...from(['site_id'], ({ site_id }, args: { tens: number }, { loaders }) =>
            loaders.custom(tens, site_id, args.tens),
          ),
        }),
      }),
    });
    const { ask } = await extend(plus);
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

  test('leaves a column its field', async () => {
    const name = extension({
      ...{ table: 'site', columns: ['code'] },
      fields: (t, from) => ({ name: t.int(from(['code'], () => 1)), twice: t.int(from(['code'], () => 2)) }),
    });
    const { ask, log } = await extend(name);
    const { data } = await ask('{ sites(first: 1) { nodes { name twice } } }');
    expect(data).toEqual({ sites: { nodes: [{ name: expect.any(String), twice: 2 }] } });
    expect(log).toEqual(['The field "name" of the extension of "site" is left out: the table has one itself']);
  });
});
