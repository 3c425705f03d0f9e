import fc from 'fast-check';
import type { Catalog, Column, Enum, ForeignKey, Index, Table } from '../../src/catalog/catalog.ts';
import { builtIn, type Type } from '../../src/catalog/type.ts';
import { unusedPrefix } from '../../src/db/sql/markers.ts';

/** Makes a built-in type. */
export const type = (name: string, change: Partial<Type> = {}): Type => ({
  ...builtIn(name),
  ...change,
});

export const arrayOf = (item: Type): Type => type(`_${item.name}`, { item, comparison: item.comparison });

export const enumOf = ({ id, name }: Enum): Type => type(name, { enum: id, sql: id });

export const column = (name: string, change: Partial<Column> = {}): Column => ({
  name,
  type: type('int4'),
  nullable: false,
  collation: null,
  hasDefault: false,
  identity: null,
  generated: false,
  partitions: false,
  comment: null,
  mayInsert: false,
  mayUpdate: false,
  ...change,
});

/** Makes a table; a name alone can stand for a column. */
export const table = (
  name: string,
  columns: readonly (Column | string)[],
  change: Partial<Omit<Table, 'columns'>> = {},
): Table => ({
  name,
  kind: 'table',
  comment: null,
  extension: null,
  columns: columns.map((c) => (typeof c === 'string' ? column(c) : c)),
  wholeRow: true,
  primaryKey: [],
  indexes: [],
  partialKeys: [],
  foreignKeys: [],
  checks: [],
  hasInheritanceChildren: false,
  numberings: [],
  hasInsertTriggers: false,
  notifies: false,
  mayDelete: false,
  ...change,
});

export const unique = (name: string, columns: readonly string[], comment: string | null = null): Index => ({
  name,
  columns,
  unique: true,
  arbiter: true,
  nullsEqual: false,
  comment,
});

export const foreignKey = (
  name: string,
  columns: readonly string[],
  [target, targets]: readonly [table: string, columns: readonly string[]],
  comment: string | null = null,
): ForeignKey => ({ name, columns, table: target, targets, comment });

export const enumeration = (name: string, labels: readonly string[], change: Partial<Enum> = {}): Enum => ({
  id: `events.${name}`,
  name,
  labels,
  comment: null,
  ...change,
});

export const catalog = (tables: readonly Table[], enums: readonly Enum[] = []): Catalog => ({
  schema: 'events',
  isStandby: false,
  isPersonal: false,
  composites: [],
  functions: [],
  markerPrefix: unusedPrefix(tables.flatMap(({ columns }) => columns.map(({ name }) => name))),
  enums,
  tables,
  searchConfigurations: [{ name: 'english', sql: 'pg_catalog.english' }],
});

/** Names that the API itself uses, that become equal when converted, or that no conversion can keep. */
const awkward = [
  ...['query', 'mutation', 'subscription', 'node', 'nodes', 'edge', 'page_info', 'PageInfo', '__typename', '__schema'],
  ...['and', 'or', 'not', 'id', 'ID', 'node_id', 'row_id', 'rowId', 'first', 'where', 'order_by', 'order_direction'],
  ...['string', 'int', 'int_where', 'IntList', 'int_list_where', 'json_path', 'JSONPath', 'date_time', 'uuid'],
  ...['device', 'Device', 'DEVICE', 'devices', 'device_', '_device', '__device', 'device id', 'device-id', 'deviceId'],
  ...['device_id', 'DeviceId', 'device_connection', 'device_edge', 'device_where', 'device_list', 'device_many'],
  ...['device_list_where', 'device_many_where', 'device_order_by', 'device_2', 'device_by_id', 'device_by_device_id'],
  ...['data', 'sensor_data', 'news', 'series', 'status', 'sheep', 'person', 'people', 'select', 'type', 'null', 'true'],
  ...[
    '1st',
    '2',
    '_2',
    '_',
    '__',
    '$',
    '%',
    ' ',
    '"',
    "'",
    '"quoted"',
    'größe',
    '温度',
    '湿度',
    '🙂',
    'é',
    'a.b',
    'a,b',
  ],
  ...['constructor', '__proto__', 'toString', 'hasOwnProperty', 'then', 'x'.repeat(63), `${'x'.repeat(62)}y`],
];

const name = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...awkward) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }) },
  { weight: 1, arbitrary: fc.stringMatching(/^[a-z_]{1,3}(_id)?$/) },
);

/** Ordinary types, and two of the schema's own with other types' names. */
const plainType = fc.constantFrom(
  ...['int4', 'int8', 'text', 'jsonb', 'timestamptz', 'point'].map((name) => type(name)),
  ...['constructor', 'date'].map((name) => type(name, { sql: `events.${name}`, comparison: null })),
);

const enums: fc.Arbitrary<readonly Enum[]> = fc.uniqueArray(
  fc
    .record({ name, labels: fc.uniqueArray(fc.oneof(name, fc.constant('')), { maxLength: 4 }) })
    .map((e) => enumeration(e.name, e.labels)),
  { maxLength: 3, selector: (e) => e.name },
);

const columnArbitrary = (types: fc.Arbitrary<Type>) =>
  fc
    .record({ name, type: types, nullable: fc.boolean(), mayInsert: fc.boolean(), mayUpdate: fc.boolean() })
    .map((c) => column(c.name, c));

const tableArbitrary = (types: fc.Arbitrary<Type>): fc.Arbitrary<Table> =>
  fc
    .record({
      name,
      mayDelete: fc.boolean(),
      columns: fc.uniqueArray(columnArbitrary(types), { minLength: 1, maxLength: 5, selector: (c) => c.name }),
    })
    .chain(({ name, mayDelete, columns }) => {
      const some = fc.subarray(
        columns.map((c) => c.name),
        { minLength: 1, maxLength: Math.min(2, columns.length) },
      );
      return fc
        .record({
          primaryKey: fc.oneof(fc.constant<string[]>([]), some),
          indexes: fc.uniqueArray(some, { maxLength: 2, selector: String }),
        })
        .map(({ primaryKey, indexes }) =>
          table(
            name,
            columns.map((c) => (primaryKey.includes(c.name) ? { ...c, nullable: false } : c)),
            { primaryKey, mayDelete, indexes: indexes.map((columns, i) => unique(`index ${i}`, columns)) },
          ),
        );
    });

/** Any foreign key between two of the tables. */
const reference = (tables: readonly Table[]): fc.Arbitrary<readonly [from: Table, key: ForeignKey]> =>
  fc.tuple(fc.constantFrom(...tables), fc.constantFrom(...tables)).chain(([from, to]) => {
    const size = Math.min(from.columns.length, to.columns.length, 2);
    const part = ({ columns }: Table, length: number) =>
      fc.shuffledSubarray(
        columns.map((c) => c.name),
        { minLength: length, maxLength: length },
      );
    return fc
      .integer({ min: 1, max: size })
      .chain((length) => fc.tuple(fc.string({ unit: 'binary', minLength: 8 }), part(from, length), part(to, length)))
      .map(([name, columns, targets]) => [from, foreignKey(name, columns, [to.name, targets])] as const);
  });

const typesOf = (known: readonly Enum[]): fc.Arbitrary<Type> => {
  const simple = known.length > 0 ? fc.oneof(plainType, fc.constantFrom(...known.map(enumOf))) : plainType;
  return fc.oneof({ weight: 3, arbitrary: simple }, { weight: 1, arbitrary: simple.map(arrayOf) });
};

/** Any catalog that PostgreSQL could hold, with troublesome names. */
export const anyCatalog: fc.Arbitrary<Catalog> = enums.chain((known) =>
  fc
    .uniqueArray(tableArbitrary(typesOf(known)), { minLength: 1, maxLength: 5, selector: (t) => t.name })
    .chain((tables) =>
      fc.uniqueArray(reference(tables), { maxLength: 5, selector: ([, key]) => key.name }).map((references) =>
        catalog(
          tables.map((t) => ({
            ...t,
            foreignKeys: references.filter(([from]) => from.name === t.name).map(([, key]) => key),
          })),
          known,
        ),
      ),
    ),
);

/** Any catalog, and the same one in another order. */
export const shuffled = (original: Catalog): fc.Arbitrary<Catalog> => {
  const shuffle = <T>(items: readonly T[]) => fc.shuffledSubarray([...items], { minLength: items.length });
  return fc
    .tuple(
      fc.tuple(
        ...original.tables.map((t) =>
          fc
            .record({ columns: shuffle(t.columns), indexes: shuffle(t.indexes), foreignKeys: shuffle(t.foreignKeys) })
            .map((parts): Table => ({ ...t, ...parts })),
        ),
      ),
      shuffle(original.enums),
    )
    .chain(([tables, enums]) => shuffle(tables).map((tables) => ({ ...original, tables, enums })));
};

/** Any catalog, and the same one with another table, column or foreign key. */
export const grown = (original: Catalog): fc.Arbitrary<Catalog> => {
  const types = typesOf(original.enums);
  const others = (t: Table) => original.tables.filter((o) => o !== t);
  const replaced = (t: Table, change: Partial<Table>) => ({ ...original, tables: [...others(t), { ...t, ...change }] });
  return fc.oneof(
    tableArbitrary(types)
      .filter((added) => original.tables.every((t) => t.name !== added.name))
      .map((added) => ({ ...original, tables: [...original.tables, added] })),
    fc
      .tuple(fc.constantFrom(...original.tables), columnArbitrary(types))
      .filter(([t, added]) => t.columns.every((c) => c.name !== added.name))
      .map(([t, added]) => replaced(t, { columns: [...t.columns, added] })),
    reference(original.tables)
      .filter(([t, added]) => t.foreignKeys.every((k) => k.name !== added.name))
      .map(([t, added]) => replaced(t, { foreignKeys: [...t.foreignKeys, added] })),
  );
};
