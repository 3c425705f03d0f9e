import {
  type GraphQLArgument,
  type GraphQLEnumType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { expect } from 'vitest';
import { operatorsFor } from './conditions.ts';
import { type Model, type ModelColumn, type ModelFunction, mutationPlace, queryPlace, type Relation } from './model.ts';

/** The API of a relation, found by the database names that descriptions mention. */
export interface Surface {
  readonly relation: Relation;
  readonly type: GraphQLObjectType;
  readonly list: string;
  /** The field of each column, by column. */
  readonly fields: ReadonlyMap<string, string>;
  readonly mark: string;
  /** Returns the API's names of an enum column's labels, by label. */
  readonly labels: (column: string) => ReadonlyMap<string, string> | undefined;
  /** Fields that lead to rows of other relations. */
  readonly links: readonly Link[];
  /** Root fields that find one row by a key. */
  readonly lookups: readonly Lookup[];
}

export interface Link {
  readonly field: string;
  readonly to: string;
  readonly isList: boolean;
}

export interface Lookup {
  readonly field: string;
  /** The arguments, each with its type and column. */
  readonly arguments: readonly (readonly [argument: string, type: string, column: string])[];
}

/** Returns a thing's name in the database. If the API's name differs, the description ends with it. */
export const original = (name: string, description: string | null | undefined) =>
  /(?:^|\n\n|^[^`\n]+ )`(.*)`$/s.exec(description ?? '')?.[1] ?? name;

/** Finds the API of all relations; fails if it differs from the model. */
export function surfacesOf(schema: GraphQLSchema, model: Model): readonly Surface[] {
  const root = Object.values(schema.getQueryType()?.getFields() ?? {});
  const lists = root.flatMap((field) => {
    const type = rowsOf(field);
    return type && numberOf(field) === null ? [{ field, type }] : [];
  });
  const found = lists.map(({ type }) => relationName(type));
  expect(found.toSorted(), 'relations').toEqual(model.relations.map(({ name }) => name).toSorted());
  const types = new Set(lists.map(({ type }) => type));
  return lists.map(({ field, type }) => {
    const relation = model.relations.find(({ name }) => name === relationName(type)) as Relation;
    return surfaceOf(schema, relation, field.name, type, types, root);
  });
}

/** A function of the model with its field, and the arguments for its parameters in their order. */
export interface ServedFunction {
  readonly fn: ModelFunction;
  readonly field: GraphQLField<unknown, unknown>;
  readonly args: readonly GraphQLArgument[];
}

/** Returns the number in the comment of a function's field; null for any other field. */
function numberOf({ description }: GraphQLField<unknown, unknown>): number | null {
  const [, number] = /^function (\d+)\b/.exec(description ?? '') ?? [];
  return number === undefined ? null : Number(number);
}

/** Finds the fields of functions, and fails unless they are exactly those of the model. */
export function servedFunctions(
  schema: GraphQLSchema,
  { functions }: Model,
  surfaces: readonly Surface[],
): readonly ServedFunction[] {
  const places = [
    [queryPlace, schema.getQueryType()] as const,
    [mutationPlace, schema.getMutationType()] as const,
    ...surfaces.map(({ relation, type }) => [relation.name, type] as const),
  ];
  const found = places.flatMap(([place, type]) =>
    Object.values(type?.getFields() ?? {}).flatMap((field) => {
      const number = numberOf(field);
      return number === null ? [] : [{ place, number, field }];
    }),
  );
  const key = ({ place, number }: Pick<ModelFunction, 'place' | 'number'>) => `${number} of ${place}`;
  expect(found.map(key).toSorted(), 'functions').toEqual(functions.map(key).toSorted());
  return functions.map((fn) => {
    const [one] = found.filter((field) => key(field) === key(fn));
    const field = one?.field as GraphQLField<unknown, unknown>;
    return { fn, field, args: field.args };
  });
}

const relationName = (type: GraphQLObjectType) => original(type.name, type.description);

function surfaceOf(
  schema: GraphQLSchema,
  relation: Relation,
  list: string,
  type: GraphQLObjectType,
  types: ReadonlySet<unknown>,
  root: readonly GraphQLField<unknown, unknown>[],
): Surface {
  const all = Object.values(type.getFields());
  const own = all.filter((field) => numberOf(field) === null);
  const computed = new Set(all.filter((field) => !own.includes(field)).map(({ name }) => name));
  const milliseconds = own.filter((field) => timeOf(field, own) !== undefined);
  const leaves = own.filter(
    (field) => isLeafType(getNamedType(field.type)) && field.name !== 'id' && !milliseconds.includes(field),
  );
  const fields = new Map(leaves.map((field) => [original(field.name, field.description), field.name]));
  const about = `of ${relation.name}`;
  expect([...fields.keys()].toSorted(), `columns ${about}`).toEqual(
    relation.columns.map(({ name }) => name).toSorted(),
  );
  expect(milliseconds.map((field) => timeOf(field, own)).toSorted(), `milliseconds ${about}`).toEqual(
    leaves.flatMap((field) => (isTime(field) ? [field.name] : [])).toSorted(),
  );
  const enums = new Map<string, ReadonlyMap<string, string>>();
  for (const column of relation.columns) {
    const field = own.find(({ name }) => name === fields.get(column.name)) as GraphQLField<unknown, unknown>;
    const labels = checkColumn(schema, type, column, field);
    if (labels) enums.set(column.name, labels);
  }
  const columnOf = (name: string) => [...fields].find(([, field]) => field === name)?.[0] ?? `no column: ${name}`;
  const orders = inputFields(schema, `${type.name}OrderBy`)
    .filter(({ name }) => !computed.has(name))
    .filter(({ type }) => isEnumType(getNamedType(type)) || getNamedType(type).name.endsWith('DistanceOrderBy'))
    .map((field) => columnOf(field.name));
  expect(orders.toSorted(), `orders ${about}`).toEqual(
    relation.columns.flatMap(({ name, type }) => (type.ordered ? [name] : [])).toSorted(),
  );
  const lookups = root
    .filter((field) => getNamedType(field.type) === type && numberOf(field) === null)
    .map(({ name, args }) => ({
      field: name,
      arguments: args.map((a) => [a.name, String(a.type), columnOf(a.name)] as const),
    }));
  const keys = lookups.map((lookup) => lookup.arguments.map(([, , column]) => column).toSorted());
  expect(keys.toSorted(), `keys ${about}`).toEqual(relation.keys.map((key) => key.toSorted()).toSorted());
  return {
    ...{ relation, type, list, fields, lookups, labels: (column) => enums.get(column) },
    mark: fields.get(relation.mark) ?? '',
    links: own.flatMap((field): readonly Link[] => {
      const rows = rowsOf(field);
      const one = getNamedType(field.type);
      if (rows) return [{ field: field.name, to: relationName(rows), isList: true }];
      return isObjectType(one) && types.has(one) ? [{ field: field.name, to: relationName(one), isList: false }] : [];
    }),
  };
}

const isTime = ({ type }: GraphQLField<unknown, unknown>) =>
  !isListType(isNonNullType(type) ? type.ofType : type) &&
  ['DateTime', 'LocalDateTime', 'Date'].includes(getNamedType(type).name);

/** Returns the name of the time field that this field repeats in milliseconds; undefined for any other field. */
function timeOf({ name, type }: GraphQLField<unknown, unknown>, own: readonly GraphQLField<unknown, unknown>[]) {
  const [, of] = /^(.*)EpochMs_*$/.exec(name) ?? [];
  return String(type) === 'Float' ? own.find((field) => field.name === of && isTime(field))?.name : undefined;
}

/**
 * Checks that a column's field and filter have the type and operators of its type. Returns the API's names of its
 * labels.
 */
function checkColumn(
  schema: GraphQLSchema,
  row: GraphQLObjectType,
  { name, type, nullable }: ModelColumn,
  field: GraphQLField<unknown, unknown>,
): ReadonlyMap<string, string> | undefined {
  const about = `of ${row.name}.${name}: ${type.what}`;
  const named = getNamedType(field.type);
  const inner = isNonNullType(field.type) ? field.type.ofType : field.type;
  expect(isListType(inner), `list ${about}`).toBe(type.isList);
  const mayBeNull =
    nullable || (!type.isList && (type.scalar === 'Float' || (type.scalar === 'JSON' && type.family !== 'hstore')));
  if (!nullable) expect(!isNonNullType(field.type), `nullability ${about}`).toBe(mayBeNull);
  const filter = inputFields(schema, `${row.name}Where`).find((input) => input.name === field.name);
  const offered = filter ? inputFields(schema, getNamedType(filter.type).name).map((input) => input.name) : [];
  expect(offered.toSorted(), `operators ${about}`).toEqual(operatorsFor(type).toSorted());
  if (typeof type.scalar === 'string') {
    expect(named.name, `type ${about}`).toBe(type.scalar);
    return undefined;
  }
  expect(isEnumType(named), `enum ${about}`).toBe(true);
  const values = (named as GraphQLEnumType).getValues();
  const labels = new Map(values.map((value) => [original(value.name, value.description), value.name]));
  expect([...labels.keys()].toSorted(), `labels ${about}`).toEqual(type.scalar.toSorted());
  return labels;
}

/** Returns the type of the rows that a field lists; null if it lists none. */
function rowsOf({ type }: GraphQLField<unknown, unknown>): GraphQLObjectType | null {
  const connection = getNamedType(type);
  const nodes = isObjectType(connection) ? connection.getFields()['nodes'] : undefined;
  const row = nodes && getNamedType(nodes.type);
  return isObjectType(row) ? row : null;
}

function inputFields(schema: GraphQLSchema, name: string) {
  const type = schema.getType(name);
  return isInputObjectType(type) ? Object.values(type.getFields()) : [];
}
