import fc from 'fast-check';
import { buildSchema, GraphQLEnumType, GraphQLInputObjectType, GraphQLObjectType, printSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { parseComment } from '../../src/catalog/comment.ts';
import { applyDirectives } from '../../src/catalog/directives.ts';
import { defaultPageLimits } from '../../src/config/limits.ts';
import { createSchema } from '../../src/schema/schema.ts';
import { catalog, table } from '../support/catalogs.ts';
import { createEmptyDatabase } from '../support/database.ts';
import { runs } from '../support/property.ts';
import { setUp } from '../support/setUp.ts';

describe('directives in comments', () => {
  test.each(['\n', '\r\n', '\r'])(
    'a line of a comment that begins with @ is a directive, also if it ends with %j',
    (end) => {
      expect(parseComment(['First.', '@name thing', '  @omit', 'Last.'].join(end))).toEqual({
        description: 'First.\nLast.',
        directives: [
          { name: 'name', argument: 'thing' },
          { name: 'omit', argument: '' },
        ],
      });
    },
  );

  test('other line separators belong to the directive', () => {
    expect(parseComment('@deprecated for\u2028ever\u0085').directives).toEqual([
      { name: 'deprecated', argument: 'for\u2028ever\u0085' },
    ]);
  });
});

test('any comment is printed as a description that reads the same', () => {
  const text = fc
    .array(
      fc.oneof(
        fc.constantFrom('"""', '"', '\\', '\n', '\r\n', '  ', '\t', '\u2028', '@'),
        fc.string({ unit: 'binary' }),
      ),
    )
    .map((parts) => parts.join('').replaceAll('\0', '')); // which no text of PostgreSQL can hold
  fc.assert(
    fc.property(text, (comment) => {
      const directed = applyDirectives(catalog([table('thing', ['a'], { comment })]), () => {});
      const schema = createSchema(directed, {
        limits: defaultPageLimits,
        extensions: [],
        warn: () => {},
      });
      const again = buildSchema(printSchema(schema));
      const [type] = Object.keys(schema.getTypeMap()).filter((name) => schema.getType(`${name}Edge`));
      expect(again.getType(type ?? '')?.description).toBe(schema.getType(type ?? '')?.description);
      const lines = (directed.catalog.tables[0]?.comment ?? '').split('\n'); // no other end of a line is left
      expect(lines.filter((line) => /^\s*@|\r/.test(line))).toEqual([]);
    }),
    runs(30),
  );
});

describe('over a real database', async () => {
  const { api } = await setUp({
    database: createEmptyDatabase,
    prepare: `
      create schema events;
      create table events.t (t_id int primary key, a int not null, b int, c int, d int, e int);
      create table events.old (old_id int primary key, t_id int references events.t);
      comment on table events.t is E'He said """hi""" \\\\ back\\\\slash \\u2028 \\U0001F600\\ttab\\r\\nline two\\n  @name notthis? indented\\n@ \\n@@@\\nlast';
      comment on column events.t.a is '@deprecated use b';
      comment on column events.t.b is '';
      comment on column events.t.c is '@omit';
      comment on column events.t.d is E'\\n@deprecated\\n';
      comment on column events.t.e is 'ends with quote"';
      comment on table events.old is E'Nobody writes it.\\r\\n@deprecated read t'`,
  });

  test('a deprecated column says so, and its text is shown unchanged', async () => {
    const field = (name: string, description: string | null, deprecationReason: string | null) => ({
      ...{ name, description, deprecationReason, isDeprecated: deprecationReason !== null },
    });
    const document =
      '{ __type(name: "T") { description fields(includeDeprecated: true) { name description isDeprecated deprecationReason } } }';
    const { __type } = await api.query<{ __type: { description: string; fields: { name: string }[] } }>(document);
    expect(__type.description).toBe('He said """hi""" \\ back\\slash \u2028 😀\ttab\nline two\nlast\n\n`t`');
    expect(__type.fields.filter(({ name }) => name.length === 1)).toEqual([
      field('a', null, 'use b'),
      field('b', null, null),
      field('d', null, 'No longer supported'),
      field('e', 'ends with quote"', null),
    ]);
  });

  test('a column is deprecated wherever GraphQL allows that, a table in everything that leads to it', () => {
    const deprecated = Object.values(api.api.schema.getTypeMap()).flatMap((type) => {
      if (type instanceof GraphQLEnumType)
        return type.getValues().flatMap((value) => (value.deprecationReason ? [`${type.name}.${value.name}`] : []));
      if (!(type instanceof GraphQLObjectType || type instanceof GraphQLInputObjectType)) return [];
      return Object.values(type.getFields()).flatMap((field) =>
        field.deprecationReason && !type.name.startsWith('__') ? [`${type.name}.${field.name}`] : [],
      );
    });
    const columns = (...types: readonly string[]) => types.flatMap((type) => [`${type}.a`, `${type}.d`]);
    expect(deprecated.toSorted()).toEqual(
      [
        ...columns('T', 'TWhere', 'TOrderBy', 'TColumnAggregates', 'THaving', 'TGroupedOrderBy', 'TGroupKey'),
        ...columns('UpdateTPatch', 'UpdateTChange'),
        ...['TColumn.A', 'TColumn.D', 'CreateTInput.d'], // CreateTInput.a is required
        ...['old', 'olds', 'oldsAggregate', 'oldsGroupedAggregate'].map((name) => `Query.${name}`),
        ...['createOld', 'createOlds', 'updateOld', 'deleteOld'].map((name) => `Mutation.${name}`),
        ...['olds', 'oldsAggregate', 'oldsGroupedAggregate'].map((name) => `T.${name}`),
        'TOrderBy.oldsAggregate',
      ].toSorted(),
    );
  });
});
