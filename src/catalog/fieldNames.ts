import { assign } from './assign.ts';
import { type Catalog, type Column, type ForeignKey, referencesTo, type Table } from './catalog.ts';
import { listFamily } from './nameFamilies.ts';
import type { Path } from './paths.ts';
import { indexOf, isUnique } from './uniqueKeys.ts';
import { fieldName, listName, singular, typeCase } from './words.ts';

/** Returns a thing's name: the one from a directive, otherwise the one in the database. */
export type NameOf = (...path: Path) => string;

/** Field names that the API needs for itself, so that no name from the database becomes one of them. */
export const reservedFields = ['and', 'or', 'not', 'node', 'nodes', 'query', 'id'];

/** Names a type's fields: first its columns, then what it refers to, then what refers to it. */
export function fieldsOf(catalog: Catalog, table: Table, nameOf: NameOf): ReadonlyMap<string, string> {
  const columns = assign(
    table.columns.map((column) => {
      const name = nameOf('column', table.name, column.name);
      return {
        key: columnKey(column),
        from: name,
        name: column.name === 'id' && name === 'id' ? 'rowId' : fieldName(name),
      };
    }),
    reservedFields,
  );
  const columnNames = [...columns.values()];
  const forwards = assign(
    table.foreignKeys.map((key) => ({
      key: forwardKey(key),
      from: '',
      name: forwardName(table, key, columnNames, nameOf),
    })),
    reservedFields,
    columnNames,
  );
  const backs = assign(
    referencesTo(catalog, table).map(([child, key]) => ({
      key: backKey(child, key),
      from: '',
      name: backName(child, key, nameOf),
      family: isUnique(child, key.columns) ? [] : listFamily,
    })),
    reservedFields,
    [...columnNames, ...forwards.values()],
  );
  return new Map([...columns, ...forwards, ...backs]);
}

function forwardName(table: Table, key: ForeignKey, columns: readonly string[], nameOf: NameOf): string {
  const given = nameOf('foreign key', table.name, key.name);
  if (given !== key.name) return given;
  const [column = ''] = key.columns;
  const short = fieldName(column.replace(/_id$/i, ''));
  return key.columns.length === 1 && short !== fieldName(column) && !columns.includes(short)
    ? short
    : fieldName(singular(nameOf('table', key.table))) + by(table, key.columns, nameOf);
}

function backName(child: Table, key: ForeignKey, nameOf: NameOf): string {
  const name = nameOf('table', child.name);
  const base = isUnique(child, key.columns) ? fieldName(singular(name)) : listName(name);
  const plain = key.columns.length === 1 && key.columns[0]?.toLowerCase() === `${singular(key.table)}_id`.toLowerCase();
  return plain ? base : base + by(child, key.columns, nameOf);
}

/** Names the field that finds a row by a key. */
export function lookupName(table: Table, key: readonly string[], nameOf: NameOf): string {
  const index = indexOf(table, key);
  const given = index && nameOf('index', table.name, index.name);
  if (given !== undefined && given !== index?.name) return given;
  const base = fieldName(singular(nameOf('table', table.name)));
  return key === table.primaryKey ? base : base + by(table, key, nameOf);
}

const by = (table: Table, columns: readonly string[], nameOf: NameOf) =>
  `By${columns.map((column) => typeCase(nameOf('column', table.name, column))).join('')}`;

/** Returns a column's key in the result of `fieldsOf`. */
export const columnKey = (column: Pick<Column, 'name'>) => `column ${column.name}`;
export const forwardKey = (key: ForeignKey) => `forward ${key.name}`;
export const backKey = (child: Table, key: ForeignKey) => `back ${JSON.stringify([child.name, key.name])}`;
