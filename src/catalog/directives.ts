import type { Catalog, CheckConstraint, Column, Enum, ForeignKey, Index, PartialKey, Table } from './catalog.ts';
import { missingColumn } from './columnList.ts';
import { type Directive, hasDirective, reasonOf, type Warn } from './comment.ts';
import { createCommentReader, isOmitted, notOmitted, type ReadComment, type WithDirectives } from './commentReader.ts';
import type { Composite, DbFunction } from './dbFunction.ts';
import { withDeclarations } from './declarations.ts';
import { directFunction, withoutOmittedFunctions } from './functionDirectives.ts';
import { directLabels } from './labels.ts';
import { type Path, shownPath } from './paths.ts';
import { isSearchable } from './type.ts';
import { indexOf } from './uniqueKeys.ts';

/**
 * The catalog with its directives applied. `names` holds the names that owners gave, by `pathKey`, in place of those in
 * the database.
 */
export interface Directed {
  readonly catalog: Catalog;
  readonly names: ReadonlyMap<string, string>;
  /** The declared column of arrival, by table. */
  readonly arrivals: ReadonlyMap<string, string>;
}

/**
 * Applies the directives in comments and removes them from the descriptions: `@name x`, `@omit`, `@deprecated reason`,
 * `@search configuration`, `@expose`, `@key (a, b)`, `@foreignKey (a) references t (b)`, `@arrival column`, `@filterable`,
 * `@sortable`. Invalid ones are reported and skipped.
 */
export function applyDirectives(catalog: Catalog, warn: Warn): Directed {
  const names = new Map<string, string>();
  const arrivals = new Map<string, string>();
  const read = createCommentReader(names, warn);
  const enums = catalog.enums.map((type) => {
    const { kept, directives } = read<Enum>(type, ['enum', type.id], ['name', 'deprecated']);
    return directLabels(kept, directives, names, warn);
  });
  const found = catalog.tables.filter(isExposed).map((table) => readTable(catalog, table, read, warn));
  const readable = found.filter(({ directives }) => !isOmitted(directives));
  const candidates = readable.map(({ kept }) => kept);
  const declared = readable.map(({ kept, directives }) =>
    withDeclarations(kept, directives, candidates, arrivals, warn),
  );
  const tables = withoutOmitted(declared);
  const composites = catalog.composites.map((type) =>
    type.table === null ? read<Composite>(type, ['composite', type.id], ['name']).kept : type,
  );
  const functions = catalog.functions.flatMap((fn) => {
    const { kept, directives } = read<DbFunction>(fn, ['function', fn.signature], functionDirectives);
    if (isOmitted(directives)) return [];
    const directed = directFunction({ ...catalog, composites, tables }, kept, directives, warn);
    return [{ ...directed, ...deprecated(directives) }];
  });
  const directed = { ...catalog, enums, composites, functions, tables };
  return { catalog: withoutOmittedFunctions(directed), names, arrivals };
}

/** Reads the comments of a table and, unless it is omitted, of its columns, keys and indexes. */
function readTable(catalog: Catalog, table: Table, read: ReadComment, warn: Warn): WithDirectives<Table> {
  const { name } = table;
  const { kept, directives } = read<Table>(table, ['table', name], tableDirectives);
  if (isOmitted(directives)) return { kept, directives };
  const readColumn = (column: Column): WithDirectives<Column> => {
    const path: Path = ['column', name, column.name];
    const { kept, directives } = read<Column>(column, path, ['name', 'omit', 'deprecated', 'search']);
    const searched = searchOf(catalog, column, path, directives, warn);
    return { kept: { ...kept, ...deprecated(directives), ...searched }, directives };
  };
  const indexes = notOmitted(table.indexes.map((i) => read<Index>(i, ['index', name, i.name], ['name', 'omit'])));
  const directed: Table = {
    ...kept,
    ...deprecated(directives),
    columns: notOmitted(table.columns.map(readColumn)),
    primaryKey: keptKey(table, indexes),
    indexes,
    partialKeys: notOmitted(
      table.partialKeys.map((k) => read<PartialKey>(k, ['index', name, k.name], ['name', 'omit'])),
    ),
    foreignKeys: notOmitted(
      table.foreignKeys.map((k) => read<ForeignKey>(k, ['foreign key', name, k.name], ['name', 'omit'])),
    ),
    checks: table.checks.map((c) => read<CheckConstraint>(c, ['check', name, c.name], []).kept),
  };
  return { kept: directed, directives };
}

const tableDirectives = ['name', 'omit', 'deprecated', 'expose', 'key', 'foreignKey', 'arrival'];

const functionDirectives = ['name', 'omit', 'deprecated', 'expose', 'key', 'filterable', 'sortable'];

const deprecated = (directives: readonly Directive[]): { readonly deprecationReason?: string } => {
  const found = directives.find(({ name }) => name === 'deprecated');
  return found ? { deprecationReason: reasonOf(found.argument) } : {};
};

/** Returns the text search configuration that a column's comment names, if it exists. */
function searchOf(
  { searchConfigurations }: Catalog,
  { type }: Column,
  path: Path,
  directives: readonly Directive[],
  warn: Warn,
): Pick<Column, 'search'> {
  const given = directives.find(({ name }) => name === 'search');
  if (!given) return {};
  const wrong = (why: string) => warn(`@search ${given.argument} on ${shownPath(path)}: ${why}`);
  const found = searchConfigurations.find(({ name }) => name === given.argument);
  if (!isSearchable(type)) wrong('only text and tsvector columns can be searched');
  else if (!found)
    wrong(`there is no such configuration; choose one of ${searchConfigurations.map(({ name }) => name).join(', ')}`);
  else return { search: found.sql };
  return {};
}

/** Tells whether the API serves a relation; one of an extension needs `@expose`. */
export const isExposed = ({ extension, comment }: Pick<Table, 'extension' | 'comment'>): boolean =>
  extension === null || hasDirective(comment, 'expose');

/** Returns the primary key, unless its index was omitted. */
const keptKey = (table: Table, indexes: readonly Index[]): readonly string[] =>
  indexOf(table, table.primaryKey) && !indexOf({ ...table, indexes }, table.primaryKey) ? [] : table.primaryKey;

/** Removes keys and references that lost a column or a table to `@omit`. */
function withoutOmitted(tables: readonly Table[]): readonly Table[] {
  const has = (name: string, columns: readonly string[]) => {
    const table = tables.find((t) => t.name === name);
    return table !== undefined && missingColumn(table, columns) === undefined;
  };
  return tables
    .filter((table) => table.columns.length > 0)
    .map((table) => ({
      ...table,
      primaryKey: has(table.name, table.primaryKey) ? table.primaryKey : [],
      indexes: table.indexes.filter((index) => has(table.name, index.columns)),
      partialKeys: table.partialKeys.filter((key) => has(table.name, key.columns)),
      foreignKeys: table.foreignKeys.filter((key) => has(table.name, key.columns) && has(key.table, key.targets)),
      checks: table.checks.filter((check) => has(table.name, check.columns)),
    }));
}
