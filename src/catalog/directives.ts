import {
  type Catalog,
  type CheckConstraint,
  type Column,
  columnOf,
  type Enum,
  type ForeignKey,
  type Index,
  indexOf,
  isOrdered,
  type PartialKey,
  type Table,
  type Type,
} from './catalog.ts';
import { columnList, missingColumn, unquote } from './columnList.ts';
import { type Directive, parseComment, reasonOf, type Warn } from './comment.ts';
import { type CommentRead, createCommentReader, keep, omits, type ReadComment } from './commentReader.ts';
import type { Composite, DbFunction } from './dbFunction.ts';
import { directFunction, withoutOmittedFunctions } from './functionDirectives.ts';
import { directLabels } from './labels.ts';
import { type Path, shownPath } from './paths.ts';
import { isSearchable } from './type.ts';

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
  const readable = found.filter(({ directives }) => !omits(directives));
  const candidates = readable.map(({ kept }) => kept);
  const declared = readable.map(({ kept, directives }) => declare(kept, directives, candidates, arrivals, warn));
  const tables = withoutOmitted(declared);
  const composites = catalog.composites.map((type) =>
    type.table === null ? read<Composite>(type, ['composite', type.id], ['name']).kept : type,
  );
  const functions = catalog.functions.flatMap((fn) => {
    const { kept, directives } = read<DbFunction>(fn, ['function', fn.signature], functionDirectives);
    if (omits(directives)) return [];
    const directed = directFunction({ ...catalog, composites, tables }, kept, directives, warn);
    return [{ ...directed, ...deprecated(directives) }];
  });
  const directed = { ...catalog, enums, composites, functions, tables };
  return { catalog: withoutOmittedFunctions(directed), names, arrivals };
}

/** Reads the comments of a table and, unless it is omitted, of its columns, keys and indexes. */
function readTable(catalog: Catalog, table: Table, read: ReadComment, warn: Warn): CommentRead<Table> {
  const { name } = table;
  const { kept, directives } = read<Table>(table, ['table', name], tableDirectives);
  if (omits(directives)) return { kept, directives };
  const readColumn = (column: Column): CommentRead<Column> => {
    const path: Path = ['column', name, column.name];
    const { kept, directives } = read<Column>(column, path, ['name', 'omit', 'deprecated', 'search']);
    const searched = searchOf(catalog, column, path, directives, warn);
    return { kept: { ...kept, ...deprecated(directives), ...searched }, directives };
  };
  const indexes = keep(table.indexes.map((i) => read<Index>(i, ['index', name, i.name], ['name', 'omit'])));
  const directed: Table = {
    ...kept,
    ...deprecated(directives),
    columns: keep(table.columns.map(readColumn)),
    primaryKey: keptKey(table, indexes),
    indexes,
    partialKeys: keep(table.partialKeys.map((k) => read<PartialKey>(k, ['index', name, k.name], ['name', 'omit']))),
    foreignKeys: keep(
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
  if (!isSearchable(type)) wrong('only columns of text and tsvector are searched');
  else if (!found)
    wrong(`there is no such configuration; choose one of ${searchConfigurations.map(({ name }) => name).join(' ')}`);
  else return { search: found.sql };
  return {};
}

/** Tells whether the API serves a relation; one of an extension needs `@expose`. */
export const isExposed = ({ extension, comment }: Pick<Table, 'extension' | 'comment'>): boolean =>
  extension === null || parseComment(comment).directives.some(({ name }) => name === 'expose');

/** Returns the primary key, unless its index was omitted. */
const keptKey = (table: Table, indexes: readonly Index[]): readonly string[] =>
  indexOf(table, table.primaryKey) && !indexOf({ ...table, indexes }, table.primaryKey) ? [] : table.primaryKey;

/**
 * Adds the keys and the order of arrival that a table's comment declares. The columns of a declared key count as not
 * null.
 */
function declare(
  table: Table,
  directives: readonly Directive[],
  tables: readonly Table[],
  arrivals: Map<string, string>,
  warn: Warn,
): Table {
  let { primaryKey } = table;
  const foreignKeys = [...table.foreignKeys];
  for (const { name, argument } of directives) {
    const wrong = (why: string) => warn(`@${name} ${argument} on table ${table.name}: ${why}`);
    if (name === 'key') {
      const columns = columnList(argument);
      const missing = columns && missingColumn(table, columns);
      if (!columns) wrong('write it as @key (a, b)');
      else if (missing !== undefined) wrong(`there is no readable column ${missing}`);
      else if (primaryKey.length > 0) wrong('the table has a primary key');
      else if (!columns.every((column) => isOrdered(columnOf(table, column).type)))
        wrong('values of a key must have an order');
      else primaryKey = columns;
    }
    if (name === 'foreignKey') {
      const parsed = foreignKeyOf(table, argument, tables);
      if (typeof parsed === 'string') wrong(parsed);
      else foreignKeys.push(parsed);
    }
    if (name === 'arrival') {
      const column = unquote(argument);
      if (missingColumn(table, [column]) !== undefined) wrong(`there is no readable column ${column}`);
      else arrivals.set(table.name, column);
    }
  }
  const declared = primaryKey === table.primaryKey ? [] : primaryKey;
  const columns = table.columns.map((c) => (declared.includes(c.name) ? { ...c, nullable: false } : c));
  return { ...table, columns, primaryKey, foreignKeys };
}

/** Reads the declared foreign key; a text tells what is wrong with it. */
function foreignKeyOf(table: Table, argument: string, tables: readonly Table[]): ForeignKey | string {
  const [, from, name, to] = /^(\(.*?\))\s*references\s+(".+"|[^\s(]+)\s*(\(.*\))$/i.exec(argument) ?? [];
  const columns = columnList(from ?? '');
  const targets = columnList(to ?? '');
  if (!columns || !targets || name === undefined || columns.length !== targets.length)
    return 'write it as @foreignKey (a) references t (b)';
  const target = tables.find((t) => t.name === unquote(name));
  if (!target) return `there is no readable table ${unquote(name)}`;
  const missing = missingColumn(table, columns) ?? missingColumn(target, targets);
  if (missing !== undefined) return `there is no readable column ${missing}`;
  const typeOf = (of: Table, column = '') => columnOf(of, column).type;
  const unlike = columns.find((column, i) => !comparable(typeOf(table, column), typeOf(target, targets[i])));
  if (unlike !== undefined)
    return `${unlike} cannot be compared with the column that it refers to, which has another type`;
  return { name: `@foreignKey ${argument}`, columns, table: target.name, targets, comment: null };
}

/** Groups of different types that can be compared with each other. */
const families = [
  ['int2', 'int4', 'int8', 'numeric', 'float4', 'float8'],
  ['text', 'varchar', 'bpchar', 'name'],
  ['date', 'timestamp', 'timestamptz'],
];

const comparable = (a: Type, b: Type): boolean =>
  isOrdered(a) && (a.sql === b.sql || families.some((family) => [a, b].every(({ name }) => family.includes(name))));

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
