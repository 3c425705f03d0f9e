import { required } from '../errors.ts';
import { assign } from './assign.ts';
import {
  type Column,
  type ConflictKey,
  conflictKeys,
  type Enum,
  type ForeignKey,
  isUnique,
  referencesTo,
  type Table,
  uniqueKeys,
  writeKeys,
} from './catalog.ts';
import type { Directed } from './directives.ts';
import { backKey, columnKey, fieldsOf, forwardKey, lookupName, type NameOf, reservedFields } from './fieldNames.ts';
import { type FunctionNames, mutationPlace, nameFunctions, queryPlace } from './functionNames.ts';
import { leafFamily, listFamily, member, tableFamily } from './nameFamilies.ts';
import { pathKey } from './paths.ts';
import { capital, enumValue, listName, several, typeCase, typeName, uncapital } from './words.ts';

/** The GraphQL names of everything in a catalog. */
export interface Names extends FunctionNames {
  readonly type: (table: Table) => string;
  readonly enumType: (type: Enum) => string;
  /** Names of an enum's values, by label. */
  readonly enumValues: (type: Enum) => ReadonlyMap<string, string>;
  readonly column: (table: Table, column: Column) => string;
  /** Returns the fields of the given columns, in the same order. */
  readonly fieldsOf: (table: Table, columns: readonly string[]) => readonly string[];
  /** Returns a column's value in enums of columns. */
  readonly columnValue: (table: Table, column: Column) => string;
  readonly forward: (table: Table, key: ForeignKey) => string;
  /** Returns the referenced table's field for the referring rows. */
  readonly back: (table: Table, key: ForeignKey) => string;
  /** Returns the fields of a table's type that stem from its columns and keys. */
  readonly fields: (table: Table) => readonly string[];
  /** Names of query fields. */
  readonly list: (table: Table) => string;
  readonly lookup: (table: Table, key: readonly string[]) => string;
  /** Names of a row and of several rows, as in payloads. */
  readonly one: (table: Table) => string;
  readonly many: (table: Table) => string;
  /** Names of mutation fields. */
  readonly create: (table: Table) => string;
  readonly createMany: (table: Table) => string;
  readonly update: (table: Table, key: readonly string[]) => string;
  readonly delete: (table: Table, key: readonly string[]) => string;
  /** Type of the result of `createMany`. */
  readonly createManyPayload: (table: Table) => string;
  /** Enum values for a table's `conflictKeys`. */
  readonly conflictKeys: (table: Table) => ReadonlyMap<string, ConflictKey>;
  /** Names of the fields that aggregate a list: the one for all rows and the one for groups. */
  readonly aggregates: (list: string) => readonly [whole: string, grouped: string];
  /** Subscription field of a table's live tail, and the type of its messages. */
  readonly added: (table: Table) => readonly [field: string, type: string];
}

/** Names everything in a catalog; equal catalogs get equal names. `taken` are the type names of the API itself. */
export function nameCatalog({ catalog, names: given }: Directed, taken: readonly string[]): Names {
  const nameOf: NameOf = (...path) => given.get(pathKey(...path)) ?? path.at(-1) ?? '';
  const tableName = (table: Table) => nameOf('table', table.name);

  const types = assign(
    [
      ...catalog.tables.map((table) => ({
        key: `table ${table.name}`,
        from: tableName(table),
        name: typeName(tableName(table)),
        family: tableFamily,
      })),
      ...catalog.enums.map((type) => ({
        key: `enum ${type.id}`,
        from: type.name,
        name: typeCase(given.get(pathKey('enum', type.id)) ?? type.name),
        family: leafFamily,
      })),
    ],
    taken,
  );

  const fields = new Map(catalog.tables.map((table) => [table.name, fieldsOf(catalog, table, nameOf)]));
  const query = assign(
    catalog.tables.flatMap((table) => [
      { key: listKey(table), from: tableName(table), name: listName(tableName(table)), family: listFamily },
      ...uniqueKeys(table).map((key) => ({
        key: lookupKey(table, key),
        from: '',
        name: lookupName(table, key, nameOf),
      })),
    ]),
    reservedFields,
  );
  const typeOf = (table: Table) => required(types, `table ${table.name}`);
  const mutation = assign(
    catalog.tables.flatMap((table) => [
      { key: `create ${table.name}`, from: '', name: `create${capital(typeOf(table))}` },
      { key: `createMany ${table.name}`, from: '', name: `create${capital(several(typeOf(table)))}` },
      ...writeKeys(table).flatMap((key) =>
        ['update', 'delete'].map((verb) => ({
          key: `${verb} ${lookupKey(table, key)}`,
          from: '',
          name: verb + capital(required(query, lookupKey(table, key))),
        })),
      ),
    ]),
    [],
  );
  const field = (table: Table, key: string) => required(required(fields, table.name), key);
  const values = new Map(
    catalog.tables.map((table) => [
      table.name,
      assign(
        table.columns.map((column) => ({
          key: columnKey(column),
          from: column.name,
          name: columnValue(nameOf('column', table.name, column.name), field(table, columnKey(column))),
        })),
        [],
      ),
    ]),
  );
  const families = (names: ReadonlyMap<string, string>, family: (key: string) => readonly string[]) =>
    [...names].flatMap(([key, name]) => ['', ...family(key)].map((part) => member(name, part)));
  const functions = nameFunctions({
    catalog,
    names: given,
    typeOf,
    types: [...taken, ...families(types, (key) => (key.startsWith('table ') ? tableFamily : leafFamily))],
    fields(place) {
      if (place === mutationPlace) return { reserved: [], taken: [...mutation.values()] };
      if (place === queryPlace)
        return {
          reserved: reservedFields,
          taken: families(query, (key) => (key.startsWith('list ') ? listFamily : [])),
        };
      const known = required(fields, place);
      return { reserved: reservedFields, taken: families(known, (key) => (key.startsWith('back ') ? listFamily : [])) };
    },
  });
  return {
    ...functions,
    type: typeOf,
    enumType: (type) => required(types, `enum ${type.id}`),
    enumValues: (type) =>
      assign(
        type.labels.map((label) => ({
          key: label,
          from: label,
          name: enumValue(nameOf('label', type.id, label)),
        })),
        ['true', 'false', 'null'],
      ),
    column: (table, column) => field(table, columnKey(column)),
    fieldsOf: (table, columns) => columns.map((name) => field(table, columnKey({ name }))),
    columnValue: (table, column) => required(required(values, table.name), columnKey(column)),
    forward: (table, key) => field(table, forwardKey(key)),
    back: (table, key) => required(required(fields, key.table), backKey(table, key)),
    fields: (table) => [
      'id',
      ...required(fields, table.name).values(),
      ...referencesTo(catalog, table)
        .filter(([child, key]) => !isUnique(child, key.columns))
        .flatMap(([child, key]) => aggregates(field(table, backKey(child, key)))),
    ],
    list: (table) => required(query, listKey(table)),
    lookup: (table, key) => required(query, lookupKey(table, key)),
    one: (table) => uncapital(typeOf(table)),
    many: (table) => uncapital(several(typeOf(table))),
    create: (table) => required(mutation, `create ${table.name}`),
    createMany: (table) => required(mutation, `createMany ${table.name}`),
    update: (table, key) => required(mutation, `update ${lookupKey(table, key)}`),
    delete: (table, key) => required(mutation, `delete ${lookupKey(table, key)}`),
    createManyPayload: (table) => member(typeOf(table), 'Create+Payload'),
    conflictKeys: (table) => {
      const keys = new Map(
        conflictKeys(table).map((key) => [
          key.partial ? `partial ${key.partial.name}` : lookupKey(table, key.columns),
          key,
        ]),
      );
      const called = ({ columns, partial }: ConflictKey) =>
        partial
          ? nameOf('index', table.name, partial.name)
          : columns.map((column) => nameOf('column', table.name, column)).join('_');
      const values = assign(
        [...keys].map(([id, key]) => ({
          key: id,
          from: '',
          name: enumValue(called(key)),
        })),
        ['true', 'false', 'null'],
      );
      return new Map([...values].map(([id, name]) => [name, required(keys, id)]));
    },
    aggregates,
    added: (table) => [`${required(query, listKey(table))}Added`, member(typeOf(table), '+Added')],
  };
}

/** Names with other scripts are kept whole, since spelt code points have no words to separate. */
const columnValue = (name: string, field: string) => enumValue(/\P{ASCII}/u.test(name) ? name : field);

const aggregates = (list: string) => [`${list}${listFamily[0]}`, `${list}${listFamily[1]}`] as const;

const listKey = (table: Table) => `list ${table.name}`;
const lookupKey = (table: Table, key: readonly string[]) => `lookup ${JSON.stringify([table.name, ...key])}`;
