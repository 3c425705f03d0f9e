import { type Catalog, type Enum, referencesTo, type Table } from './catalog.ts';
import type { Directed } from './directives.ts';
import { derivedName, leafFamily, tableFamily } from './nameFamilies.ts';
import { type Names, nameCatalog } from './naming.ts';
import { type Path, pathKey } from './paths.ts';
import { uniqueKeys } from './uniqueKeys.ts';
import { writeKeys } from './writable.ts';

/** Current names by former name. */
export type FormerNames = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Finds the former names of things: those before a directive renamed them, and those of earlier releases, which treated
 * every non-ASCII character as a separator.
 */
export function formerNames(directed: Directed, taken: readonly string[], names: Names): FormerNames {
  const { catalog } = directed;
  const asciiNames = new Map(
    thingsOf(catalog)
      .filter((path) => /\P{ASCII}/u.test(path.at(-1) ?? ''))
      .map((path) => [pathKey(...path), (path.at(-1) ?? '').replaceAll(/\P{ASCII}/gu, ' ')]),
  );
  const formers = [
    ...(asciiNames.size > 0 ? [asciiNames] : []),
    ...(directed.names.size > 0 ? [new Map<string, string>()] : []), // before any directive
  ];
  const found = new Map<string, Set<string>>();
  const current = allNames(catalog, names);
  for (const former of formers) {
    allNames(catalog, nameCatalog({ ...directed, names: former }, taken)).forEach((name, i) => {
      const now = current[i];
      if (now !== undefined && now !== name) found.set(name, (found.get(name) ?? new Set()).add(now));
    });
  }
  return found;
}

const thingsOf = ({ tables, enums }: Catalog): readonly Path[] => [
  ...tables.flatMap(({ name, columns }): Path[] => [
    ['table', name],
    ...columns.map((column): Path => ['column', name, column.name]),
  ]),
  ...enums.flatMap(({ id, labels }): Path[] => [['enum', id], ...labels.map((label): Path => ['label', id, label])]),
];

/** Returns all names, in an order that depends on the catalog alone. */
const allNames = (catalog: Catalog, names: Names): readonly string[] => [
  ...catalog.tables.flatMap((table) => [...tableNames(table, names), ...fieldNames(catalog, table, names)]),
  ...catalog.enums.flatMap((type) => enumNames(type, names)),
];

const tableNames = (table: Table, names: Names): readonly string[] => [
  ...family(names.type(table), tableFamily),
  ...list(names.list(table), names),
  ...uniqueKeys(table).map((key) => names.lookup(table, key)),
  ...writeKeys(table).flatMap((key) => [names.update(table, key), names.delete(table, key)]),
  ...[names.create(table), names.createMany(table), names.one(table), names.many(table), ...names.added(table)],
];

const fieldNames = (catalog: Catalog, table: Table, names: Names): readonly string[] => [
  ...table.columns.flatMap((column) => [names.column(table, column), names.columnValue(table, column)]),
  ...table.foreignKeys.map((key) => names.forward(table, key)),
  ...referencesTo(catalog, table).flatMap(([child, key]) => list(names.back(child, key), names)),
];

const enumNames = (type: Enum, names: Names): readonly string[] => {
  const values = names.enumValues(type);
  return [...family(names.enumType(type), leafFamily), ...type.labels.map((label) => values.get(label) ?? label)];
};

const family = (name: string, parts: readonly string[]) => [name, ...parts.map((part) => derivedName(name, part))];
const list = (name: string, names: Names) => [name, ...names.aggregates(name)];
