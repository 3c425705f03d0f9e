import type { GraphQLInputObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { checkSchema } from '../../src/commands/doctor/schema.ts';
import { appConfig } from '../support/config.ts';
import { idsOf, serveTables, walkIds } from '../support/tables.ts';

describe('a type with fewer operators', () => {
  const served = serveTables(`
    create type pair as (x int, y text);
    create type mixed as (x int, y json);
    create collation loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
    create table thing (
      thing_id int primary key, pair pair, mixed mixed, place point, box box, boxes box[], doc json, docs json[], xid xid,
      word text collate loose, numbers int[]
    );
    insert into thing values
      (1, '(1,a)', '(1,"{}")', '(1,2)', '(1,1),(0,0)', '{(1,1),(0,0);(2,2),(0,0)}', '{"a": 1}', '{"{\\"a\\": 1}"}', '7', 'Ab', '{1,null}'),
      (2, '(,)', '(,)', '(2,1)', '(1,2),(0,0)', '{}', '{}', '{}', '8', 'aB', '{1}'),
      (3, null, null, null, null, null, null, null, null, 'b', null);`);

  const idsWhere = async (where: string) =>
    idsOf(await served.api.query(`{ things(where: ${where}) { nodes { thingId } } }`), 'thingId')['things'];

  test.each([
    ['{ pair: { isNull: true } }', [3]],
    ['{ pair: { isNull: false } }', [1, 2]],
    ['{ pair: { eq: "(1,a)" } }', [1]],
    ['{ pair: { gt: "(1,a)" } }', [2]],
    ['{ mixed: { isNull: false } }', [1, 2]],
    ['{ mixed: { eq: "(1,{})" } }', [1]],
    ['{ place: { eq: "(1.0, 2)" } }', [1]],
    ['{ place: { notIn: ["(1,2)"] } }', [2]],
    ['{ box: { in: ["(0,0),(1,1)", "(9,9),(8,8)"] } }', [1]],
    ['{ box: { ne: "(1,1),(0,0)" } }', [2]],
    ['{ boxes: { contains: ["(2,2),(0,0)"] } }', [1]],
    ['{ doc: { eq: { a: 1.0 } } }', [1]],
    ['{ docs: { eq: [{ a: 1 }] } }', [1]],
    ['{ xid: { eq: "7" } }', [1]],
    ['{ xid: { notIn: ["7"] } }', [2]],
    ['{ word: { eq: "AB" } }', [1, 2]],
    ['{ word: { like: "A%" } }', [1]],
    ['{ word: { ilike: "A%" } }', [1, 2]],
    ['{ word: { contains: "B" } }', [2]],
    ['{ numbers: { eq: [1, null] } }', [1]],
    ['{ numbers: { ne: [1, null] } }', [2]],
  ])('a type with fewer operators is found by %s', async (where, ids) => {
    expect(await idsWhere(where)).toEqual(ids);
  });

  test('a type with fewer operators offers those that it has', () => {
    const { schema } = served.api.api;
    const operators = (name: string) => Object.keys((schema.getType(name) as GraphQLInputObjectType).getFields());
    const equality = ['eq', 'ne', 'in', 'notIn', 'isNull'];
    const inequality = ['lt', 'lte', 'gt', 'gte'];
    const typeOf = (column: string) =>
      String((schema.getType('ThingWhere') as GraphQLInputObjectType).getFields()[column]?.type);
    expect(Object.fromEntries(['pair', 'mixed', 'place', 'box', 'xid'].map((name) => [name, typeOf(name)]))).toEqual({
      pair: 'OrderedTextWhere',
      mixed: 'EqualTextWhere',
      place: 'EqualTextWhere',
      box: 'EqualTextWhere',
      xid: 'EqualTextWhere',
    });
    expect(operators('OrderedTextWhere').toSorted()).toEqual([...equality, ...inequality].toSorted());
    expect(operators('EqualTextWhere').toSorted()).toEqual(equality.toSorted());
    expect(operators('ThingOrderBy').toSorted()).toEqual(['docAt', 'numbers', 'pair', 'thingId', 'word']);
  });

  test.each(['pair', 'word'])(
    'a list is walked in the order of %s, in which a row without values is not null',
    async (column) => {
      for (const direction of ['ASC', 'DESC', 'ASC_NULLS_FIRST']) {
        const order = `[{ ${column}: ${direction} }, { thingId: ASC }]`;
        const ids = await walkIds(served, { list: 'things', id: 'thingId', order, size: 1 });
        const nulls = direction === 'ASC_NULLS_FIRST' ? 'asc nulls first' : direction;
        const { rows } = await served.database.admin<{ thing_id: number }>(
          `select thing_id from events.thing order by ${column} ${nulls}, thing_id`,
        );
        expect([direction, ids]).toEqual([direction, rows.map(({ thing_id }) => thing_id)]);
      }
    },
  );
});

describe('a type in a schema that the role may not use', () => {
  const served = serveTables(`
    create schema hidden;
    create type hidden.mood as enum ('low', 'high');
    create table thing (thing_id int primary key, mood hidden.mood not null unique, moods hidden.mood[], word text);
    insert into thing values (1, 'low', '{low}', 'a'), (2, 'high', '{}', 'b');`);

  test('a type in a schema that the role may not use is read, but neither compared nor written', async () => {
    const { schema } = served.api.api;
    expect(await served.api.query('{ things(where: { mood: { isNull: false } }) { nodes { mood moods } } }')).toEqual({
      things: {
        nodes: [
          { mood: 'LOW', moods: ['LOW'] },
          { mood: 'HIGH', moods: [] },
        ],
      },
    });
    const fieldsOf = (name: string) => Object.keys((schema.getType(name) as GraphQLInputObjectType).getFields());
    expect(fieldsOf('MoodWhere')).toEqual(['isNull']);
    expect(fieldsOf('MoodListWhere')).toEqual(['isNull']);
    expect(fieldsOf('ThingOrderBy')).toEqual(['thingId', 'word']);
    expect(fieldsOf('UpdateThingPatch')).toEqual(['thingId', 'word']);
    expect(Object.keys(schema.getQueryType()?.getFields() ?? {})).not.toContain('thingByMood');
    await served.api.query('{ thingsAggregate { of { mood { count countDistinct } } } }');
  });

  test('doctor names a type in a schema that the role may not use, with the grant that helps', async () => {
    const { user } = served.database.connection;
    const { details } = await checkSchema(served.api.db, user, {
      schema: 'events',
      limits: appConfig.limits,
      extensions: null,
    });
    expect(details).toContainEqual(
      expect.stringMatching(`^thing\\.mood: .*GRANT USAGE ON SCHEMA hidden TO "${user}";$`),
    );
  });
});
