import fc from 'fast-check';
import { buildSchema, type GraphQLSchema, isEnumType, isObjectType, printSchema, validateSchema } from 'graphql';
import pg from 'pg';
import { expect, test } from 'vitest';
import { anyName } from '../support/anyName.ts';
import { createTestApi, type TestApi } from '../support/api.ts';
import { unlimited } from '../support/config.ts';
import { createEmptyDatabase } from '../support/database.ts';
import { documentOf, servedLists } from '../support/everyField.ts';
import { patience, runs } from '../support/property.ts';
import { setUpDatabase } from '../support/setUp.ts';

const database = await setUpDatabase({ database: createEmptyDatabase });

const names = (size: number) => fc.uniqueArray(anyName, { minLength: size, maxLength: size });

const anyNames = fc.record({ tables: names(3), columns: names(5), labels: names(4), types: names(1), keys: names(3) });
type Named = typeof anyNames extends fc.Arbitrary<infer T> ? T : never;

const id = pg.escapeIdentifier;
const text = pg.escapeLiteral;

/** Writes the statements for three tables with the same columns, each referring to the one before. */
const ddlOf = (schema: string, { tables, columns, labels, types, keys }: Named): string => {
  const [key = '', other = '', level = '', ...texts] = columns.map(id);
  const type = `${schema}.${id(`type ${types[0]}`.slice(0, 12))}`;
  const made = tables.map((table, i) => {
    const to = tables[Math.max(0, i - 1)] ?? table;
    return `create table ${schema}.${id(table)} (
        ${key} int, ${other} int not null, ${level} ${type}, ${texts.map((name) => `${name} text`).join(', ')},
        constraint ${id(`${i} ${keys[0]}`.slice(0, 20))} primary key (${key}),
        constraint ${id(`${i}u ${keys[1]}`.slice(0, 20))} unique (${other}, ${key}),
        constraint ${id(`${i}f ${keys[2]}`.slice(0, 20))} foreign key (${other}) references ${schema}.${id(to)});
      insert into ${schema}.${id(table)}
        values (1, 1, ${text(labels[i] ?? '')}, ${columns.slice(3).map(text).join(', ')})`;
  });
  return [
    `create schema ${schema}`,
    `create type ${type} as enum (${labels.map(text).join(', ')})`,
    ...made,
    `grant usage on schema ${schema} to ${database.connection.user}`,
    `grant select, insert, update, delete on all tables in schema ${schema} to ${database.connection.user}`,
  ].join(';\n');
};

/** Writes additions whose names no conversion makes equal to an existing name. */
const additionOf = (schema: string, { tables, labels, types }: Named): string => `
  alter table ${schema}.${id(tables[0] ?? '')} add "ⅻ ꙮ" int;
  alter type ${schema}.${id(`type ${types[0]}`.slice(0, 12))} add value 'ꙮⅻ' before ${text(labels[0] ?? '')};
  create table ${schema}."ꙮ" ("ꙮ" int primary key);
  grant select, insert, update, delete on all tables in schema ${schema} to ${database.connection.user}`;

/** Lists all names that a document can use, with what they stand for. */
function namesIn(schema: GraphQLSchema): readonly string[] {
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (type.name.startsWith('__')) return [];
    if (isEnumType(type)) return type.getValues().map(({ name, value }) => `${type.name}.${name} = ${value}`);
    if (!isObjectType(type)) return [type.name];
    return Object.values(type.getFields()).map(
      (field) => `${type.name}.${field.name}: ${field.type} ${field.description}`,
    );
  });
}

/** Returns all names in the API of a database schema, after calling `check` with the API. */
async function served(schema: string, check: (api: TestApi) => Promise<void> = async () => {}) {
  const api = await createTestApi(database.connection, { schema, config: { requestLimits: unlimited } });
  try {
    await check(api);
    return namesIn(api.api.schema);
  } finally {
    await api.close();
  }
}

/** Checks that the API is valid, also after printing and parsing, and that it serves all rows. */
async function isWhole(api: TestApi, given: Named): Promise<void> {
  expect(validateSchema(api.api.schema)).toEqual([]);
  expect(validateSchema(buildSchema(printSchema(api.api.schema)))).toEqual([]);
  const lists = servedLists(api.api.schema);
  expect(lists).toHaveLength(3);
  const { document } = documentOf(
    lists.map(({ name, everything }) => ({ field: () => `${name} { nodes { ${everything} } }`, variables: {} })),
  );
  const found = Object.values(await api.query(document)) as { nodes: Readonly<Record<string, unknown>>[] }[];
  for (const { nodes } of found) {
    expect(nodes).toHaveLength(1);
    for (const value of given.columns.slice(3)) expect(Object.values(nodes[0] ?? {})).toContain(value);
  }
  for (const { name, values } of lists) {
    const [row] = found[lists.findIndex((list) => list.name === name)]?.nodes ?? [];
    for (const [column, type] of lists.find((list) => list.name === name)?.filters ?? []) {
      const answer = await api.query(
        `query ($v: ${type}) { list: ${name}(where: { ${column}: { eq: $v } }, orderBy: [{ ${column}: DESC }]) { nodes { ${values} } } }`,
        { v: row?.[column] },
      );
      expect(answer).toMatchObject({ list: { nodes: [{ [column]: row?.[column] }] } });
    }
  }
}

test('any names give a valid schema in which everything can be requested, and additions rename nothing', {
  timeout: patience,
}, async () => {
  let number = 0;
  await fc.assert(
    fc.asyncProperty(anyNames, async (given) => {
      const schema = `names_${++number}`;
      await database.admin(ddlOf(schema, given));
      const before = await served(schema, (api) => isWhole(api, given));
      await database.admin(additionOf(schema, given));
      const after = new Set(await served(schema));
      expect(before.filter((name) => !after.has(name))).toEqual([]);
      await database.admin(`drop schema ${schema} cascade`);
    }),
    runs(12),
  );
});
