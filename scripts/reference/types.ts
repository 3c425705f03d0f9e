import { assertInputObjectType, assertObjectType, type GraphQLSchema } from 'graphql';
import type { EveryType } from './everyType.ts';
import { code, codes, section, table } from './markdown.ts';

/** A kind: the columns of one GraphQL type that are compared in the same way. */
interface Kind {
  /** First part of the names of its filter and aggregate types. */
  readonly name: string;
  readonly type: string;
  /** Its PostgreSQL types. */
  readonly columns: readonly string[];
  readonly operators: readonly Member[];
  readonly measures: readonly Member[];
}

/** An operator with its argument's type, or a measure with its result's type. */
interface Member {
  readonly name: string;
  readonly type: string;
  readonly description: string;
}

export function typesSections(types: EveryType, schema: GraphQLSchema): readonly string[] {
  const kinds = kindsOf(types, schema);
  return [
    section(
      'Types',
      'What each PostgreSQL 18 type becomes: its GraphQL type in results, and its kind. Columns of one kind share a filter, such as `IntWhere`, and aggregates, such as `IntAggregate`. A `NOT NULL` column has a `!`, except `Float` and `JSON`, which have values that GraphQL cannot express. A domain is like its base type. A type in a schema on which the role has no `USAGE` is of the kind `OpaqueText`, whose filter has only `isNull`. Below, `Mood` stands for any enum, and `IntList` for the kind of any array. The types of PostGIS and pgvector are not on this page: see [clients.md](clients.md#filters-and-orders).',
      table(
        ['PostgreSQL', 'GraphQL', 'kind'],
        kinds.map(({ name, type, columns }) => [columns.join(', '), code(type), code(name)]),
      ),
    ),
    section(
      'Operators',
      table(
        ['kind', 'operators'],
        byNames(kinds, (kind) => kind.operators),
      ),
      table(
        ['operator', 'kind', 'argument', 'description'],
        members(kinds, (kind) => kind.operators, argumentOf),
      ),
    ),
    section(
      'Measures',
      table(
        ['kind', 'measures'],
        byNames(kinds, (kind) => kind.measures),
      ),
      table(
        ['measure', 'kind', 'result', 'description'],
        members(kinds, (kind) => kind.measures, resultOf),
      ),
    ),
  ];
}

function kindsOf(types: EveryType, schema: GraphQLSchema): readonly Kind[] {
  const fields = assertObjectType(schema.getType('Thing')).getFields();
  const wheres = assertInputObjectType(schema.getType('ThingWhere')).getFields();
  const named = [...types].map(([column, inPostgres]) => ({
    name: String(wheres[column]?.type).replace(/Where$/, ''),
    type: String(fields[column]?.type),
    column: inPostgres,
  }));
  return [...Map.groupBy(named, ({ name }) => name)].map(([name, all]) => ({
    name,
    type: all[0]?.type ?? '',
    columns: all.map(({ column }) => column),
    operators: membersOf(assertInputObjectType(schema.getType(`${name}Where`)).getFields()),
    measures: membersOf(assertObjectType(schema.getType(`${name}Aggregate`)).getFields()),
  }));
}

type Fields = Readonly<Record<string, { readonly type: unknown; readonly description?: string | null | undefined }>>;

const membersOf = (fields: Fields): readonly Member[] =>
  Object.entries(fields).map(([name, { type, description }]) => ({
    name,
    type: String(type).replaceAll('!', ''),
    description: description ?? '',
  }));

type MembersOf = (kind: Kind) => readonly Member[];

/** Puts kinds with the same members into one row. */
const byNames = (kinds: readonly Kind[], of: MembersOf) =>
  [...Map.groupBy(kinds, (kind) => codes(of(kind).map(({ name }) => name)))].map(([names, same]) => [
    codes(same.map(({ name }) => name)),
    names,
  ]);

type Owned = readonly (Member & { readonly kind: Kind })[];

/** Puts members with the same description into one row, or into several if their types differ. */
function members(kinds: readonly Kind[], of: MembersOf, typeOf: (same: Owned) => string | null) {
  const all = kinds.flatMap((kind) => of(kind).map((member) => ({ ...member, kind })));
  const same = [...Map.groupBy(all, ({ name, description }) => JSON.stringify([name, description])).values()];
  return same
    .toSorted((a, b) => b.length - a.length)
    .flatMap((group) => {
      const type = typeOf(group);
      const parts = type === null ? [...Map.groupBy(group, (member) => member.type).values()] : [group];
      return parts.map((part) => [
        code(part[0]?.name ?? ''),
        ofKinds(part, kinds),
        type ?? code(part[0]?.type ?? ''),
        part[0]?.description ?? '',
      ]);
    });
}

function ofKinds(part: Owned, kinds: readonly Kind[]): string {
  const others = kinds.filter((kind) => !part.some((member) => member.kind === kind));
  if (others.length === 0) return 'all';
  const names = (some: readonly Kind[]) => codes(some.map(({ name }) => name));
  return others.length < part.length / 2 ? `all but ${names(others)}` : names(part.map(({ kind }) => kind));
}

const argumentOf = (same: Owned): string | null => {
  if (same.every(({ type, kind }) => type === kind.type)) return 'a value';
  if (same.every(({ type, kind }) => type === `[${kind.type}]`)) return 'values';
  return null;
};

const resultOf = (same: Owned): string | null =>
  same.every(({ type, kind }) => type === kind.type) ? 'a value' : null;
