import fc from 'fast-check';
import { createEmptyDatabase, type TestDatabase } from './database.ts';
import { fulfils, type Kind, kinds } from './kinds.ts';
import { all, any, not, type Truth } from './logic.ts';

/** A row, by column. */
type Row = Readonly<Record<string, string | null>>;

/** The rows of `table` whose columns equal this row's, pairwise; nulls equal nothing. */
interface Relation {
  readonly table: string;
  readonly on: readonly (readonly [here: string, there: string])[];
  readonly isMany?: boolean;
}

interface Thing {
  /** Its columns other than keys, with the same names in the API. */
  readonly columns: Readonly<Record<string, Kind>>;
  /** Relations by their names in the API. */
  readonly relations: Readonly<Record<string, Relation>>;
  readonly rows: readonly Row[];
}

const { word, number, flag } = kinds as Readonly<Record<'word' | 'number' | 'flag', Kind>>;

/** Makes the same number of rows each time, with some nulls. A column's values depend only on its name. */
function makeRows(
  columns: Thing['columns'],
  keys: Readonly<Record<string, readonly (string | null)[]>>,
  count: number,
) {
  const values = { ...Object.fromEntries(Object.entries(columns).map(([name, kind]) => [name, kind.values])), ...keys };
  const columnValues = Object.entries(values).map(([name, choices]) => {
    const value = fc.option(fc.constantFrom(...choices), { freq: 4 });
    return [name, fc.sample(value, { numRuns: count, seed: seedOf(name) })] as const;
  });
  return Array.from({ length: count }, (_, i): Row => {
    const row = columnValues.map(([name, all]) => [name, all[i] ?? null] as const);
    return { id: String(i + 1), ...Object.fromEntries(row) };
  });
}

const seedOf = (name: string): number => Buffer.from(name).reduce((seed, byte) => (seed * 31 + byte) | 0, 1);

const numbersTo = (last: number) => Array.from({ length: last }, (_, i) => String(i + 1));

const areas = ['north', 'south'].flatMap((region) => ['1', '2'].map((zone) => ({ region, zone })));

export const things: Readonly<Record<string, Thing>> = {
  thing: {
    columns: kinds,
    relations: {
      site: { table: 'site', on: [['site_id', 'id']] },
      areaByRegionZone: {
        table: 'area',
        on: [
          ['region', 'region'],
          ['zone', 'zone'],
        ],
      },
      badge: { table: 'badge', on: [['id', 'thing_id']] },
      notes: { table: 'note', on: [['id', 'thing_id']], isMany: true },
    },
    rows: makeRows(kinds, { site_id: numbersTo(6), region: ['north', 'south'], zone: ['1', '2'] }, 60),
  },
  site: {
    columns: { word, number },
    relations: {
      parent: { table: 'site', on: [['parent_id', 'id']] },
      sitesByParentId: { table: 'site', on: [['id', 'parent_id']], isMany: true },
      things: { table: 'thing', on: [['id', 'site_id']], isMany: true },
    },
    rows: makeRows({ word, number }, { parent_id: numbersTo(3) }, 8),
  },
  area: {
    columns: { word },
    relations: {
      thingsByRegionZone: {
        table: 'thing',
        on: [
          ['region', 'region'],
          ['zone', 'zone'],
        ],
        isMany: true,
      },
    },
    rows: makeRows({ word }, {}, areas.length).map((row, i) => ({ ...row, ...areas[i] })),
  },
  badge: {
    columns: { word, flag },
    relations: { thing: { table: 'thing', on: [['thing_id', 'id']] } },
    rows: makeRows({ word, flag }, {}, 30).map((row, i) => ({ ...row, thing_id: i % 5 === 0 ? null : String(i * 2) })),
  },
  note: {
    columns: { word, number },
    relations: { thing: { table: 'thing', on: [['thing_id', 'id']] } },
    rows: makeRows({ word, number }, { thing_id: numbersTo(40) }, 80),
  },
};

export function thing(name: string): Thing {
  const found = things[name];
  if (!found) throw new Error(`There is no ${name}`);
  return found;
}

const columnsOf = ({ columns }: Thing) =>
  Object.entries(columns)
    .map(([name, { type }]) => `${name} ${type}`)
    .join(', ');

const tables = `
  create schema events;
  create type events.mood as enum ('Low end', 'mid', 'HIGH');
  create type events.size as (width int, label text);
  create domain letters as text collate "C";
  create domain short as letters check (length(value) < 20);
  create table events.site (id int primary key, parent_id int references events.site, ${columnsOf(thing('site'))});
  create table events.area (id int unique, region text, zone text, ${columnsOf(thing('area'))}, primary key (region, zone));
  create table events.thing (
    id int primary key, site_id int references events.site, region text, zone text, ${columnsOf(thing('thing'))},
    foreign key (region, zone) references events.area (region, zone));
  create table events.badge (id int primary key, thing_id int unique references events.thing, ${columnsOf(thing('badge'))});
  create table events.note (id int primary key, thing_id int references events.thing, ${columnsOf(thing('note'))});`;

const literalOf = (kind: Kind | undefined, value: string | null) =>
  value === null ? 'null' : kind ? kind.sql(value) : `'${value}'`;

/** Creates the things in their own database, which the role of its connection may read. */
export async function createThings(): Promise<TestDatabase> {
  const database = await createEmptyDatabase();
  await database.admin(tables);
  // Searches work as in the model: words have no endings, and none is ignored.
  const { connection } = database;
  await database.admin(
    `alter role ${connection.user} in database ${connection.database} set default_text_search_config = 'pg_catalog.simple'`,
  );
  for (const name of ['site', 'area', 'thing', 'badge', 'note']) {
    const { columns, rows } = thing(name);
    const names = Object.keys(rows[0] ?? {});
    const values = rows.map(
      (row) => `(${names.map((column) => literalOf(columns[column], row[column] ?? null)).join(', ')})`,
    );
    await database.admin(`insert into events.${name} (${names.join(', ')}) values ${values.join(', ')}`);
  }
  await database.grantAll(database.connection);
  return database;
}

export type Where = Readonly<Record<string, unknown>>;

/** Any one or two tests of a column. */
export const anyTests = ({ operators }: Kind): fc.Arbitrary<Where> =>
  some(
    Object.entries(operators).map(([operator, argument]) => one(argument, operator)),
    1,
    2,
  );

/** Any condition on a table, with up to this many levels. */
export function anyWhere(name: string, depth: number): fc.Arbitrary<Where> {
  const { columns, relations } = thing(name);
  const columnTests = Object.entries(columns).map(([column, kind]) => one(anyTests(kind), column));
  if (depth === 0) return fc.oneof(...columnTests);
  const inner = anyWhere(name, depth - 1);
  const lists = fc.array(inner, { maxLength: 3 });
  const relationTests = Object.entries(relations).map(([field, { table, isMany }]) => {
    const where = fc.oneof(
      { weight: 1, arbitrary: fc.constant({}) },
      { weight: 5, arbitrary: anyWhere(table, depth - 1) },
    );
    if (!isMany) return one(where, field);
    const quantified = [one(where, 'some'), one(where, 'none'), one(anyWhere(table, depth - 1), 'every')];
    return one(some(quantified, 1, 3), field);
  });
  const parts = fc.oneof(
    { weight: 6, arbitrary: fc.oneof(...columnTests) },
    { weight: 3, arbitrary: fc.oneof(...relationTests) },
    { weight: 2, arbitrary: one(lists, 'and') },
    { weight: 2, arbitrary: one(lists, 'or') },
    { weight: 2, arbitrary: one(inner, 'not') },
  );
  return some([parts], 1, 3);
}

/** Merges several of these into one. */
const some = (parts: readonly fc.Arbitrary<Where>[], minLength: number, maxLength: number): fc.Arbitrary<Where> =>
  fc.array(fc.oneof(...parts), { minLength, maxLength }).map((several): Where => Object.assign({}, ...several));

const one = (value: fc.Arbitrary<unknown>, key: string): fc.Arbitrary<Where> => value.map((made) => ({ [key]: made }));

/** Tells whether a row of a table matches a condition, in SQL's three-valued logic. */
export const holds = (name: string, row: Row, where: Where): Truth => {
  const { columns, relations } = thing(name);
  return all(
    Object.entries(where).map(([key, argument]) => {
      if (key === 'and') return all((argument as Where[]).map((item) => holds(name, row, item)));
      if (key === 'or') return any((argument as Where[]).map((item) => holds(name, row, item)));
      if (key === 'not') return not(holds(name, row, argument as Where));
      const relation = relations[key];
      if (relation) return isRelated(relation, row, argument as Where);
      const kind = columns[key];
      if (!kind) throw new Error(`${name} has no ${key}`);
      return all(
        Object.entries(argument as Where).map(([operator, operand]) =>
          fulfils(kind, row[key] ?? null, operator, operand),
        ),
      );
    }),
  );
};

function isRelated({ table, on, isMany }: Relation, row: Row, argument: Where): Truth {
  const related = thing(table).rows.filter((other) =>
    on.every(([here, there]) => row[here] !== null && row[here] === other[there]),
  );
  const exists = (where: Where) => related.some((other) => holds(table, other, where) === true);
  if (!isMany) return exists(argument);
  const quantifiers: Readonly<Record<string, (where: Where) => boolean>> = {
    some: exists,
    none: (where) => !exists(where),
    every: (where) => related.every((other) => holds(table, other, where) === true),
  };
  return all(Object.entries(argument).map(([quantifier, where]) => quantifiers[quantifier]?.(where as Where) ?? null));
}
