import { required } from '../errors.ts';
import { assign } from './assign.ts';
import { type Catalog, type Column, type Enum, type ForeignKey, referencesTo, type Table } from './catalog.ts';
import type { Directed } from './directives.ts';
import { type EnumNames, nameEnums } from './enumNames.ts';
import { backKey, columnKey, fieldsOf, forwardKey, type NameOf, reservedFields } from './fieldNames.ts';
import { type FunctionNames, mutationPlace, nameFunctions, queryPlace } from './functionNames.ts';
import { derivedName, leafFamily, listFamily, tableFamily, withFamilies } from './nameFamilies.ts';
import { pathKey } from './paths.ts';
import { nameRoots, type RootNames } from './rootNames.ts';
import { isUnique } from './uniqueKeys.ts';
import { several, typeCase, typeName, uncapital } from './words.ts';

/** The GraphQL names of everything in a catalog. */
export interface Names extends FunctionNames, RootNames, EnumNames {
  readonly type: (table: Table) => string;
  readonly enumType: (type: Enum) => string;
  readonly column: (table: Table, column: Column) => string;
  /** Returns the fields of the given columns, in the same order. */
  readonly fieldsOf: (table: Table, columns: readonly string[]) => readonly string[];
  readonly forward: (table: Table, key: ForeignKey) => string;
  /** Returns the referenced table's field for the referring rows. */
  readonly back: (table: Table, key: ForeignKey) => string;
  /** Returns the fields of a table's type that stem from its columns and keys. */
  readonly fields: (table: Table) => readonly string[];
  /** Names of a row and of several rows, as in payloads. */
  readonly one: (table: Table) => string;
  readonly many: (table: Table) => string;
  /** Type of the result of `createMany`. */
  readonly createManyPayload: (table: Table) => string;
  /** Names of the fields that aggregate a list: the one for all rows and the one for groups. */
  readonly aggregates: (list: string) => readonly [whole: string, grouped: string];
}

/** Names everything in a catalog; equal catalogs get equal names. `taken` are the type names of the API itself. */
export function nameCatalog({ catalog, names: given }: Directed, taken: readonly string[]): Names {
  const nameOf: NameOf = (...path) => given.get(pathKey(...path)) ?? path.at(-1) ?? '';
  const types = nameTypes(catalog, given, taken);
  const type = (table: Table) => required(types, `table ${table.name}`);
  const fields = new Map(catalog.tables.map((table) => [table.name, fieldsOf(catalog, table, nameOf)]));
  const field = (table: Table, key: string) => required(required(fields, table.name), key);
  const column = (table: Table, of: Column) => field(table, columnKey(of));
  const { queries, mutations, ...roots } = nameRoots(catalog, nameOf, type);
  const functions = nameFunctions({
    catalog,
    names: given,
    typeOf: type,
    types: [...taken, ...withFamilies(types, (key) => (key.startsWith('table ') ? tableFamily : leafFamily))],
    fields(place) {
      if (place === mutationPlace) return { reserved: [], taken: mutations };
      if (place === queryPlace) return { reserved: reservedFields, taken: queries };
      const known = required(fields, place);
      return {
        reserved: reservedFields,
        taken: withFamilies(known, (key) => (key.startsWith('back ') ? listFamily : [])),
      };
    },
  });
  return {
    ...functions,
    ...roots,
    ...nameEnums(catalog, nameOf, column),
    type,
    enumType: (of) => required(types, `enum ${of.id}`),
    column,
    fieldsOf: (table, columns) => columns.map((name) => field(table, columnKey({ name }))),
    forward: (table, key) => field(table, forwardKey(key)),
    back: (table, key) => required(required(fields, key.table), backKey(table, key)),
    fields: (table) => [
      'id',
      ...required(fields, table.name).values(),
      ...referencesTo(catalog, table)
        .filter(([child, key]) => !isUnique(child, key.columns))
        .flatMap(([child, key]) => aggregates(field(table, backKey(child, key)))),
    ],
    one: (table) => uncapital(type(table)),
    many: (table) => uncapital(several(type(table))),
    createManyPayload: (table) => derivedName(type(table), 'Create+Payload'),
    aggregates,
  };
}

/** Names the types of tables and enums. */
function nameTypes(catalog: Catalog, given: ReadonlyMap<string, string>, taken: readonly string[]) {
  const tables = catalog.tables.map(({ name }) => {
    const from = given.get(pathKey('table', name)) ?? name;
    return { key: `table ${name}`, from, name: typeName(from), family: tableFamily };
  });
  const enums = catalog.enums.map(({ id, name }) => {
    const from = given.get(pathKey('enum', id)) ?? name;
    return { key: `enum ${id}`, from, name: typeCase(from), family: leafFamily };
  });
  return assign([...tables, ...enums], taken);
}

const aggregates = (list: string) => [`${list}${listFamily[0]}`, `${list}${listFamily[1]}`] as const;
