import type { Catalog, Column, Enum, ForeignKey, Index, Table } from './catalog.ts';
import { type Directive, parseComment } from './comment.ts';

/** A line for the log: which comment holds a directive that cannot be followed, and why. */
export type Warn = (message: string) => void;

/** Names that an owner gave, by `named`'s key; they take the place of the name in the database. */
export interface Directed {
  readonly catalog: Catalog;
  readonly names: ReadonlyMap<string, string>;
  /** By table: the column that its owner calls the order of arrival. */
  readonly arrivals: ReadonlyMap<string, string>;
}

/** The key of a thing in `Directed.names`. */
export const named = (...path: readonly string[]): string => JSON.stringify(path);

/**
 * Follows the directives in comments and takes them out of the descriptions: `@name x`, `@omit`, `@key (a, b)`,
 * `@foreignKey (a) references t (b)`, `@arrival column`. One that is wrong is reported and passed over.
 */
export function applyDirectives(catalog: Catalog, warn: Warn): Directed {
  const names = new Map<string, string>();
  const arrivals = new Map<string, string>();
  /** Reads a thing's comment; `allowed` are the directives that mean something there, beside `@name`. */
  const read = <T extends { readonly comment: string | null }>(
    thing: T,
    path: readonly string[],
    allowed: readonly string[],
  ) => {
    const { description, directives } = parseComment(thing.comment);
    const known = directives.filter(({ name }) => {
      const valid = name === 'name' || allowed.includes(name);
      if (!valid)
        warn(
          `@${name} on ${path.join('.')}: not a directive that can stand here; known are ${['name', ...allowed].map((n) => `@${n}`).join(' ')}`,
        );
      return valid;
    });
    const given = known.find(({ name }) => name === 'name');
    if (given && /^[A-Za-z]\w*$/.test(given.argument)) names.set(named(...path), given.argument);
    else if (given) warn(`@name on ${path.join('.')}: "${given.argument}" is not a GraphQL name`);
    return { kept: { ...thing, comment: description }, directives: known };
  };

  const enums = catalog.enums.map((type) => read<Enum>(type, [type.id], []).kept);
  const tables = catalog.tables.flatMap((table) => {
    const { kept, directives } = read<Table>(table, [table.name], ['omit', 'key', 'foreignKey', 'arrival']);
    if (omits(directives)) return [];
    const columns = keep(table.columns.map((c) => read<Column>(c, [table.name, c.name], ['omit'])));
    const directed: Table = {
      ...kept,
      columns,
      indexes: keep(table.indexes.map((i) => read<Index>(i, [table.name, i.name], ['omit']))),
      foreignKeys: keep(table.foreignKeys.map((k) => read<ForeignKey>(k, [table.name, k.name], ['omit']))),
    };
    return [{ table: directed, directives }];
  });
  const declared = tables.map(({ table, directives }) =>
    declare(
      table,
      directives,
      tables.map((t) => t.table),
      arrivals,
      warn,
    ),
  );
  return { catalog: { ...catalog, enums, tables: withoutOmitted(declared) }, names, arrivals };
}

const omits = (directives: readonly Directive[]) => directives.some(({ name }) => name === 'omit');

const keep = <T>(things: readonly { kept: T; directives: readonly Directive[] }[]): T[] =>
  things.filter(({ directives }) => !omits(directives)).map(({ kept }) => kept);

/** Adds the keys and the order of arrival that the comment of a table declares; the columns of a declared key are never null. */
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
    const wrong = (why: string) => warn(`@${name} ${argument} on ${table.name}: ${why}`);
    if (name === 'key') {
      const columns = columnList(argument);
      const missing = columns && missingColumn(table, columns);
      if (!columns) wrong('write it as @key (a, b)');
      else if (missing) wrong(`there is no readable column ${missing}`);
      else if (primaryKey.length > 0) wrong('the table has a primary key');
      else primaryKey = columns;
    }
    if (name === 'foreignKey') {
      const parsed = foreignKeyOf(table, argument, tables);
      if (typeof parsed === 'string') wrong(parsed);
      else foreignKeys.push(parsed);
    }
    if (name === 'arrival') {
      if (missingColumn(table, [argument])) wrong(`there is no readable column ${argument}`);
      else arrivals.set(table.name, argument);
    }
  }
  const declared = primaryKey === table.primaryKey ? [] : primaryKey;
  const columns = table.columns.map((c) => (declared.includes(c.name) ? { ...c, nullable: false } : c));
  return { ...table, columns, primaryKey, foreignKeys };
}

/** The foreign key that the directive declares, or what is wrong with it. */
function foreignKeyOf(table: Table, argument: string, tables: readonly Table[]): ForeignKey | string {
  const [, from, name, to] = /^(\(.*?\))\s*references\s+(".+"|[^\s(]+)\s*(\(.*\))$/i.exec(argument) ?? [];
  const columns = columnList(from ?? '');
  const targets = columnList(to ?? '');
  if (!columns || !targets || name === undefined || columns.length !== targets.length)
    return 'write it as @foreignKey (a) references t (b)';
  const target = tables.find((t) => t.name === unquote(name));
  if (!target) return `there is no readable table ${unquote(name)}`;
  const missing = missingColumn(table, columns) ?? missingColumn(target, targets);
  if (missing) return `there is no readable column ${missing}`;
  return { name: `@foreignKey ${argument}`, columns, table: target.name, targets, comment: null };
}

function columnList(text: string): readonly string[] | null {
  const inner = /^\((.+)\)$/.exec(text)?.[1];
  return inner ? inner.split(',').map((name) => unquote(name.trim())) : null;
}

const unquote = (name: string) => name.replace(/^"(.*)"$/, '$1').replaceAll('""', '"');

const missingColumn = (table: Table, names: readonly string[]) =>
  names.find((name) => !table.columns.some((column) => column.name === name));

/** Keys and references that lost a column or their table to `@omit` go too. */
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
      foreignKeys: table.foreignKeys.filter((key) => has(table.name, key.columns) && has(key.table, key.targets)),
    }));
}
