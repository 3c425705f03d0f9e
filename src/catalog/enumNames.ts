import { required } from '../errors.ts';
import { assign } from './assign.ts';
import type { Catalog, Column, Enum, Table } from './catalog.ts';
import type { NameOf } from './fieldNames.ts';
import { enumValue } from './words.ts';
import { type ConflictKey, conflictKeys } from './writable.ts';

/** The names of values in enums. */
export interface EnumNames {
  /** Names of an enum's values, by label. */
  readonly enumValues: (type: Enum) => ReadonlyMap<string, string>;
  /** Returns a column's value in enums of columns. */
  readonly columnValue: (table: Table, column: Column) => string;
  /** Returns a table's `conflictKeys`, each under the name of its enum value. */
  readonly conflictKeys: (table: Table) => ReadonlyMap<string, ConflictKey>;
}

/** Values that GraphQL does not allow. */
const forbidden = ['true', 'false', 'null'];

/** Names the values of enums; `fieldOf` returns the field of a column. */
export function nameEnums(
  catalog: Catalog,
  nameOf: NameOf,
  fieldOf: (table: Table, column: Column) => string,
): EnumNames {
  const columns = new Map(
    catalog.tables.map((table) => {
      const wanted = table.columns.map((column) => {
        const name = nameOf('column', table.name, column.name);
        // A field spells other scripts as code points (`u901A`), which `enumValue` would split into words (`U901_A`).
        const word = /\P{ASCII}/u.test(name) ? name : fieldOf(table, column);
        return { key: column.name, from: name, name: enumValue(word) };
      });
      return [table.name, assign(wanted, [])];
    }),
  );
  return {
    enumValues: ({ id, labels }) =>
      assign(
        labels.map((label) => {
          const name = nameOf('label', id, label);
          return { key: label, from: name, name: enumValue(name) };
        }),
        forbidden,
      ),
    columnValue: (table, column) => required(required(columns, table.name), column.name),
    conflictKeys(table) {
      const keys = new Map(conflictKeys(table).map((key) => [idOf(key), key]));
      const wanted = [...keys].map(([id, key]) => ({ key: id, from: '', name: conflictName(table, key, nameOf) }));
      return new Map([...assign(wanted, forbidden)].map(([id, name]) => [name, required(keys, id)]));
    },
  };
}

const idOf = ({ columns, partial }: ConflictKey): string =>
  partial ? `partial ${partial.name}` : `lookup ${JSON.stringify(columns)}`;

const conflictName = (table: Table, { columns, partial }: ConflictKey, nameOf: NameOf): string =>
  enumValue(
    partial
      ? nameOf('index', table.name, partial.name)
      : columns.map((column) => nameOf('column', table.name, column)).join('_'),
  );
