import { required } from '../errors.ts';
import { assign } from './assign.ts';
import type { Catalog, Table } from './catalog.ts';
import { lookupName, type NameOf, reservedFields } from './fieldNames.ts';
import { derivedName, listFamily, withFamilies } from './nameFamilies.ts';
import { uniqueKeys } from './uniqueKeys.ts';
import { capital, listName, several } from './words.ts';
import { writeKeys } from './writable.ts';

/** The names of the fields of Query, Mutation and Subscription that stem from tables. */
export interface RootNames {
  readonly list: (table: Table) => string;
  readonly lookup: (table: Table, key: readonly string[]) => string;
  readonly create: (table: Table) => string;
  readonly createMany: (table: Table) => string;
  readonly update: (table: Table, key: readonly string[]) => string;
  readonly delete: (table: Table, key: readonly string[]) => string;
  /** Subscription field of a table's live tail, and the type of its messages. */
  readonly added: (table: Table) => readonly [field: string, type: string];
}

/** Names the root fields. Also returns all names that they and their families take. */
export function nameRoots(
  catalog: Catalog,
  nameOf: NameOf,
  typeOf: (table: Table) => string,
): RootNames & { readonly queries: readonly string[]; readonly mutations: readonly string[] } {
  const query = nameQueries(catalog, nameOf);
  const mutation = nameMutations(catalog, typeOf, (table, key) => required(query, lookupKey(table, key)));
  const list = (table: Table) => required(query, listKey(table));
  return {
    list,
    lookup: (table, key) => required(query, lookupKey(table, key)),
    create: (table) => required(mutation, `create ${table.name}`),
    createMany: (table) => required(mutation, `createMany ${table.name}`),
    update: (table, key) => required(mutation, `update ${lookupKey(table, key)}`),
    delete: (table, key) => required(mutation, `delete ${lookupKey(table, key)}`),
    added: (table) => [`${list(table)}Added`, derivedName(typeOf(table), '+Added')],
    queries: withFamilies(query, (key) => (key.startsWith('list ') ? listFamily : [])),
    mutations: [...mutation.values()],
  };
}

const nameQueries = (catalog: Catalog, nameOf: NameOf): ReadonlyMap<string, string> =>
  assign(
    catalog.tables.flatMap((table) => {
      const from = nameOf('table', table.name);
      return [
        { key: listKey(table), from, name: listName(from), family: listFamily },
        ...uniqueKeys(table).map((key) => ({
          key: lookupKey(table, key),
          from: '',
          name: lookupName(table, key, nameOf),
        })),
      ];
    }),
    reservedFields,
  );

const nameMutations = (
  catalog: Catalog,
  typeOf: (table: Table) => string,
  lookup: RootNames['lookup'],
): ReadonlyMap<string, string> =>
  assign(
    catalog.tables.flatMap((table) => [
      { key: `create ${table.name}`, from: '', name: `create${capital(typeOf(table))}` },
      { key: `createMany ${table.name}`, from: '', name: `create${capital(several(typeOf(table)))}` },
      ...writeKeys(table).flatMap((key) =>
        ['update', 'delete'].map((verb) => ({
          key: `${verb} ${lookupKey(table, key)}`,
          from: '',
          name: verb + capital(lookup(table, key)),
        })),
      ),
    ]),
    [],
  );

const listKey = (table: Table) => `list ${table.name}`;
const lookupKey = (table: Table, key: readonly string[]) => `lookup ${JSON.stringify([table.name, ...key])}`;
