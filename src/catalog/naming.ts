import pluralize from 'pluralize';
import {
  type Catalog,
  type Column,
  conflictKeys,
  type Enum,
  type ForeignKey,
  indexOf,
  isUnique,
  referencesTo,
  type Table,
  uniqueKeys,
  writeKeys,
} from './catalog.ts';
import { type Directed, named, type Path } from './directives.ts';

/** The GraphQL names of everything in a catalog. */
export interface Names {
  readonly type: (table: Table) => string;
  readonly enumType: (type: Enum) => string;
  /** By label. */
  readonly enumValues: (type: Enum) => ReadonlyMap<string, string>;
  readonly column: (table: Table, column: Column) => string;
  /** The fields of some columns, in the order of these. */
  readonly fieldsOf: (table: Table, columns: readonly string[]) => readonly string[];
  /** What enums of columns call a column. */
  readonly columnValue: (table: Table, column: Column) => string;
  readonly forward: (table: Table, key: ForeignKey) => string;
  /** What the referred table calls the rows, or the row, that refer to it. */
  readonly back: (table: Table, key: ForeignKey) => string;
  /** All fields that a table's type has of its columns and keys. */
  readonly fields: (table: Table) => readonly string[];
  /** Query fields. */
  readonly list: (table: Table) => string;
  readonly lookup: (table: Table, key: readonly string[]) => string;
  /** A row of the table, and several, as a payload calls them. */
  readonly one: (table: Table) => string;
  readonly many: (table: Table) => string;
  /** Mutation fields. */
  readonly create: (table: Table) => string;
  readonly createMany: (table: Table) => string;
  readonly update: (table: Table, key: readonly string[]) => string;
  readonly delete: (table: Table, key: readonly string[]) => string;
  /** The type of what `createMany` returns. */
  readonly createManyPayload: (table: Table) => string;
  /** The values of the enum of a table's `conflictKeys`, each with its key. */
  readonly conflictKeys: (table: Table) => ReadonlyMap<string, readonly string[]>;
  /** The fields that aggregate the rows of a list: the one of all rows, and the one of groups of them. */
  readonly aggregates: (list: string) => readonly [whole: string, grouped: string];
  /** The subscription field of a table's live tail, and the type of its messages. */
  readonly added: (table: Table) => readonly [field: string, type: string];
}

/** Fields that every type of the API may need for itself. */
const reservedFields = ['and', 'or', 'not', 'node', 'nodes', 'query', 'id'];

/**
 * The names of the types made for a table's type: what follows its name, or with a `*` for its name and a `+` for its
 * plural.
 */
export const tableFamily = [
  ...['Connection', 'Edge', 'Where', 'OrderBy', 'ManyWhere', 'Column', 'TimeColumn'],
  ...['Aggregate', 'GroupedAggregate', 'ColumnAggregates', 'GroupKey', 'GroupBy', 'RelatedGroupBy', 'Bucket'],
  ...['Having', 'ColumnsHaving', 'GroupedOrderBy', 'ColumnsOrderBy', 'GroupedKeyOrderBy'],
  ...['Create*Input', 'Create*OnConflict', 'Create*ConflictKey', 'Update*Patch'],
  ...['Create*Payload', 'Create+Payload', 'Update*Payload', 'Delete*Payload', '+Added'],
];
/** The same for the types made for a scalar or an enum. */
export const leafFamily = ['Where', 'Aggregate', 'AggregateHaving', 'AggregateOrderBy', 'PercentileHaving'].flatMap(
  (suffix) => [suffix, `List${suffix}`],
);
/** What follows the name of a list in the names of the fields made for it. */
export const listFamily = ['Aggregate', 'GroupedAggregate'] as const;

/** Names everything once; equal catalogs give equal names. `taken` are the names of types that the API itself has. */
export function nameCatalog({ catalog, names: given }: Directed, taken: readonly string[]): Names {
  const nameOf: NameOf = (...path) => given.get(named(...path)) ?? path.at(-1) ?? '';
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
        name: typeCase(given.get(named('enum', type.id)) ?? type.name),
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
      { key: `create ${table.name}`, from: '', name: `create${typeOf(table)}` },
      { key: `createMany ${table.name}`, from: '', name: `create${several(typeOf(table))}` },
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
          name: enumValue(field(table, columnKey(column))),
        })),
        [],
      ),
    ]),
  );
  return {
    type: typeOf,
    enumType: (type) => required(types, `enum ${type.id}`),
    enumValues: (type) =>
      assign(
        type.labels.map((label) => ({ key: label, from: label, name: enumValue(label) })),
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
      const keys = new Map(conflictKeys(table).map((key) => [lookupKey(table, key), key]));
      const values = assign(
        [...keys].map(([id, key]) => ({
          key: id,
          from: '',
          name: enumValue(key.map((column) => nameOf('column', table.name, column)).join('_')),
        })),
        ['true', 'false', 'null'],
      );
      return new Map([...values].map(([id, name]) => [name, keys.get(id) ?? []]));
    },
    aggregates,
    added: (table) => [`${required(query, listKey(table))}Added`, member(typeOf(table), '+Added')],
  };
}

const aggregates = (list: string) => [`${list}${listFamily[0]}`, `${list}${listFamily[1]}`] as const;

interface Wanted {
  readonly key: string;
  /** The name in the database; one that conversion left unchanged wins a collision. */
  readonly from: string;
  readonly name: string;
  /** The further names that come with it. */
  readonly family?: readonly string[];
}

/**
 * Gives each its wanted name; in a collision the unchanged name wins, then byte order, and the losers get `_2`, `_3`.
 * A name that belongs to another's family loses to it, and a number never makes a name that another wants. What wants a
 * `reserved` name gets it with `_`; `taken` names were given before.
 */
function assign(
  wanted: readonly Wanted[],
  reserved: readonly string[],
  taken: readonly string[] = [],
): ReadonlyMap<string, string> {
  const free = (name: string) => (reserved.includes(name) ? `${name}_` : name);
  const bases = new Set(wanted.map(({ name }) => free(name)));
  const relatives = new Set(wanted.flatMap(({ name, family = [] }) => family.map((part) => member(free(name), part))));
  const given = new Map<string, string>();
  const used = new Set([...reserved, ...taken]);
  for (const { key, name, family = [] } of wanted.toSorted(
    (a, b) =>
      Number(relatives.has(free(a.name))) - Number(relatives.has(free(b.name))) ||
      Number(b.from === b.name) - Number(a.from === a.name) ||
      compareBytes(a.key, b.key),
  )) {
    const base = free(name);
    const isTaken = (final: string) =>
      ['', ...family].some((part) => used.has(member(final, part))) || (final !== base && bases.has(final));
    let final = base;
    for (let n = 2; isTaken(final); n++) final = `${base}${base.endsWith('_') ? '' : '_'}${n}`;
    for (const part of ['', ...family]) used.add(member(final, part));
    given.set(key, final);
  }
  return given;
}

/** The name of a member of a name's family. */
export const member = (name: string, part: string): string =>
  /[*+]/.test(part) ? part.replace('*', name).replace('+', several(name)) : name + part;

/** A type's name in the plural. */
const several = (type: string): string => (plural(type) === type ? `${type}List` : plural(type));

/** A type's fields: its columns first, then what it refers to, then what refers to it. */
function fieldsOf(catalog: Catalog, table: Table, nameOf: NameOf): ReadonlyMap<string, string> {
  const columns = assign(
    table.columns.map((column) => {
      const name = nameOf('column', table.name, column.name);
      return {
        key: columnKey(column),
        from: column.name,
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

type NameOf = (...path: Path) => string;

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

function lookupName(table: Table, key: readonly string[], nameOf: NameOf): string {
  const index = indexOf(table, key);
  const given = index && nameOf('index', table.name, index.name);
  if (given !== index?.name) return given ?? '';
  const base = fieldName(singular(nameOf('table', table.name)));
  return key === table.primaryKey ? base : base + by(table, key, nameOf);
}

const by = (table: Table, columns: readonly string[], nameOf: NameOf) =>
  `By${columns.map((column) => typeCase(nameOf('column', table.name, column))).join('')}`;

function listName(table: string): string {
  const name = fieldName(plural(table));
  return name === fieldName(singular(table)) ? `${name}List` : name;
}

const fieldName = (name: string): string => {
  const [first = '', ...rest] = words(name);
  return legal(first.charAt(0).toLowerCase() + first.slice(1) + rest.map(capital).join(''));
};

const typeName = (table: string): string => typeCase(singular(table));
const typeCase = (name: string): string => legal(words(name).map(capital).join(''));

const enumValue = (label: string): string =>
  legal(
    label
      .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
      .replaceAll(/\W+/g, '_')
      .toUpperCase(),
  );

/** Letters that GraphQL does not allow part words, as `_` does; a name without lower case is taken as spelt in capitals. */
const words = (name: string): readonly string[] =>
  (/[a-z]/.test(name) ? name : name.toLowerCase()).split(/[^A-Za-z0-9]+/).filter(Boolean);

const uncapital = (word: string) => word.charAt(0).toLowerCase() + word.slice(1);
const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

/** No name begins with a digit, is empty, or begins with the two underscores of introspection. */
const legal = (name: string): string => (/^[A-Za-z]|^_[^_]/.test(name) ? name : `_${name.replace(/^_+/, '')}`);

/** "data" is its own singular, as in `sensor_data`. */
const singular = (name: string): string => (/data$/i.test(name) ? name : lastWord(name, pluralize.singular));
const plural = (name: string): string => (/data$/i.test(name) ? name : lastWord(name, pluralize.plural));

const lastWord = (name: string, change: (word: string) => string) =>
  name.replace(/[A-Z]?[a-z]+$|[A-Z]+$/, (word) => change(word));

const columnKey = (column: Pick<Column, 'name'>) => `column ${column.name}`;
const forwardKey = (key: ForeignKey) => `forward ${key.name}`;
const backKey = (child: Table, key: ForeignKey) => `back ${JSON.stringify([child.name, key.name])}`;
const listKey = (table: Table) => `list ${table.name}`;
const lookupKey = (table: Table, key: readonly string[]) => `lookup ${JSON.stringify([table.name, ...key])}`;

const compareBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

function required<V>(map: ReadonlyMap<string, V>, key: string): V {
  const value = map.get(key);
  if (value === undefined) throw new Error(`No name for ${key}`);
  return value;
}
