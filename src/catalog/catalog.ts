/** What a schema holds, as far as the connected role may read it; everything is in a stable order. */
export interface Catalog {
  readonly schema: string;
  /** Whether the server follows another one, whose writers it does not show. */
  readonly isStandby: boolean;
  /** Whether what is read may depend on who is calling: policies or views look at the caller. */
  readonly isPersonal: boolean;
  /** Begins the names that statements give to what is no column; no column's name begins so. */
  readonly markerPrefix: string;
  readonly enums: readonly Enum[];
  readonly tables: readonly Table[];
}

export interface Enum {
  /** `schema.name`, unquoted: what a column's type refers to. */
  readonly id: string;
  readonly name: string;
  readonly labels: readonly string[];
  readonly comment: string | null;
  /** By label: why it is not to be used any more. */
  readonly deprecations?: ReadonlyMap<string, string>;
}

export type RelationKind = 'table' | 'partitioned table' | 'view' | 'materialized view' | 'foreign table';

/** A relation of any kind; partitions are part of their partitioned table. */
export interface Table {
  readonly name: string;
  readonly kind: RelationKind;
  readonly comment: string | null;
  /** Why it is not to be used any more, where its owner says so. */
  readonly deprecationReason?: string;
  /** The extension that made it; null for the schema's own. */
  readonly extension: string | null;
  /** The columns that the role may read. */
  readonly columns: readonly Column[];
  /** Whether SELECT is granted on the whole table, which its system columns need. */
  readonly wholeRow: boolean;
  /** Empty where there is none that is wholly readable. */
  readonly primaryKey: readonly string[];
  readonly indexes: readonly Index[];
  readonly foreignKeys: readonly ForeignKey[];
  readonly checks: readonly CheckConstraint[];
  /** Whether other tables inherit from it, other than as its partitions. */
  readonly hasHeirs: boolean;
  readonly numberings: readonly Numbering[];
  /** Whether triggers may change or drop a row before it is inserted, into the table or a partition. */
  readonly hasInsertTriggers: boolean;
  /** Whether a trigger of ours tells of new rows. */
  readonly notifies: boolean;
  readonly mayDelete: boolean;
  /** How an extension spreads its rows, where one does. */
  readonly spread?: Spread | undefined;
}

export type Spread =
  /** Over the nodes of a cluster, each row to where the value of the column says; null for a table that is not divided. */
  | { readonly by: 'citus'; readonly column: string | null }
  /** Over chunks by their time, some of them perhaps compressed. */
  | { readonly by: 'timescaledb'; readonly isCompressed: boolean };

/** Whether Citus keeps the table on nodes of a cluster. */
export const isOnNodes = ({ spread }: Table): boolean => spread?.by === 'citus';

/** Whether statements over the catalog are for Citus, which refuses or answers wrongly some that PostgreSQL answers. */
export const isCluster = ({ tables }: Pick<Catalog, 'tables'>): boolean => tables.some(isOnNodes);

/** The column that says on which node a row is, which never changes. */
export const distributionColumn = ({ spread }: Table): string | null => (spread?.by === 'citus' ? spread.column : null);

/** A column that may hold the order in which rows arrive: a whole number, or the id of the transaction that wrote the row. */
export interface Numbering {
  readonly column: string;
  readonly kind: 'number' | 'transaction';
  readonly nullable: boolean;
  readonly identity: Column['identity'];
  /** Those from which the table and its partitions number rows. */
  readonly sequences: readonly Sequence[];
  /** Whether the table and its partitions put the transaction's id there themselves. */
  readonly isStamped: boolean;
  /** The columns of each B-tree index of every row that begins with it. */
  readonly indexes: readonly (readonly string[])[];
}

export interface Sequence {
  readonly name: string;
  /** How many numbers a session takes at once. */
  readonly cache: number;
  readonly increment: number;
  readonly cycles: boolean;
}

export interface Column {
  readonly name: string;
  readonly type: Type;
  readonly nullable: boolean;
  /** In which it is compared, where that is not the database's own; null too where it has none. */
  readonly collation: string | null;
  readonly hasDefault: boolean;
  readonly identity: 'always' | 'by default' | null;
  readonly generated: boolean;
  /** Whether its value has a say in which partition a row is. */
  readonly divides: boolean;
  readonly comment: string | null;
  /** Why it is not to be used any more, where its owner says so. */
  readonly deprecationReason?: string;
  readonly mayInsert: boolean;
  readonly mayUpdate: boolean;
}

/** A type as PostgreSQL works with it: domains are resolved to what they are based on. */
export interface Type {
  /** The unqualified name, such as `int4`, `_text` or `event_severity`. */
  readonly name: string;
  /** The quoted, qualified name to cast to. */
  readonly sql: string;
  readonly enum: string | null;
  /** The type of an array's items, whatever the number of dimensions. */
  readonly item: Type | null;
  /** What stands between two values of the type in the text of an array. */
  readonly delimiter: string;
  /** Whether the column has a domain over this type. */
  readonly isDomain: boolean;
  /** Whether a value is a row, which SQL takes for null where all its members are. */
  readonly isRow: boolean;
  /** Whether it is a kind of text, and whether patterns are matched by an operator of its own. */
  readonly isText: boolean;
  readonly hasOwnPatterns: boolean;
  /** Whether texts that differ in their bytes may be equal: PostgreSQL before 18 matches no patterns there. */
  readonly isLoose: boolean;
  /** What ranges are of, and the types of these and of several; null where a value is neither. */
  readonly range: RangeTypes | null;
  /** The quoted name of its schema, and of the extension that brought it. */
  readonly schema: string;
  readonly extension: string | null;
  /** Whether the role may name the type and its operators: USAGE on their schemas. */
  readonly isUsable: boolean;
  /** The quoted names of the schemas on which that is missing. */
  readonly lacking: readonly string[];
  /** Null where the type has neither order nor equality of its own, or the role may not use them. */
  readonly comparison: Comparison | null;
}

/** Types, as SQL. */
export interface RangeTypes {
  readonly element: string;
  readonly range: string;
  readonly multirange: string;
}

/**
 * The operators of a type's default operator class, by which PostgreSQL sorts, groups and indexes its values, as
 * `operator(schema.name)`.
 */
export interface Comparison {
  readonly eq: string;
  /** Null where there is a hash class alone. */
  readonly order: Order | null;
}

export type Order = Readonly<Record<'lt' | 'lte' | 'gt' | 'gte', string>>;

/** One of PostgreSQL's own types: no array, row or range, and with an order. */
export const builtIn = (name: string): Type => ({
  name,
  sql: `pg_catalog.${name}`,
  enum: null,
  item: null,
  delimiter: ',',
  isDomain: false,
  isRow: false,
  isText: name === 'text',
  hasOwnPatterns: false,
  isLoose: false,
  range: null,
  schema: 'pg_catalog',
  extension: null,
  isUsable: true,
  lacking: [],
  comparison: {
    eq: 'operator(pg_catalog.=)',
    order: {
      lt: 'operator(pg_catalog.<)',
      lte: 'operator(pg_catalog.<=)',
      gt: 'operator(pg_catalog.>)',
      gte: 'operator(pg_catalog.>=)',
    },
  },
});

/** Whether values of the type can be sorted. */
export const isOrdered = ({ comparison }: Type): boolean => comparison !== null && comparison.order !== null;

/** An index on plain columns that covers every row. */
export interface Index {
  readonly name: string;
  readonly columns: readonly string[];
  readonly unique: boolean;
  /** Whether ON CONFLICT finds it by its columns: a key that forbids overlaps is unique, but no such index. */
  readonly arbiter: boolean;
  readonly comment: string | null;
}

/** A condition on rows, with the columns that it speaks of. */
export interface CheckConstraint {
  readonly name: string;
  readonly columns: readonly string[];
  readonly comment: string | null;
}

export interface ForeignKey {
  readonly name: string;
  readonly columns: readonly string[];
  /** The table that it refers to, and the columns there, in the same order. */
  readonly table: string;
  readonly targets: readonly string[];
  readonly comment: string | null;
}

/** A beginning that none of the names has. */
export function unusedPrefix(names: readonly string[]): string {
  const isUsed = (prefix: string) => names.some((name) => name.startsWith(prefix));
  let prefix = '$';
  for (let n = 1; isUsed(prefix); n++) prefix = `$${n}$`;
  return prefix;
}

export function columnOf(table: Table, name: string): Column {
  const column = table.columns.find((c) => c.name === name);
  if (!column) throw new Error(`No column ${name} in ${table.name}`);
  return column;
}

export function tableOf(catalog: Catalog, name: string): Table {
  const table = catalog.tables.find((t) => t.name === name);
  if (!table) throw new Error(`No table ${name} in ${catalog.schema}`);
  return table;
}

/** The keys by which one row can be looked up: unique, no part of them null, the primary key first. */
export function uniqueKeys(table: Table): readonly (readonly string[])[] {
  const keys = [
    table.primaryKey,
    ...table.indexes
      .filter((index) => index.unique && index.columns.every((c) => !columnOf(table, c).nullable))
      .map((index) => index.columns),
  ].filter((columns) => columns.length > 0);
  return keys.filter((columns, i) => keys.findIndex((other) => sameSet(other, columns)) === i);
}

/** The unique index on just these columns, which carries what their owner says of the key. */
export const indexOf = (table: Table, key: readonly string[]): Index | undefined =>
  table.indexes.find((index) => index.unique && sameSet(index.columns, key));

/** Whether at most one row can carry a value of these columns. */
export const isUnique = (table: Table, columns: readonly string[]): boolean =>
  [table.primaryKey, ...table.indexes.filter((index) => index.unique).map((index) => index.columns)].some(
    (key) => key.length > 0 && key.every((name) => columns.includes(name)),
  );

/** The foreign keys that refer to a table, each with the table that holds it. */
export const referencesTo = (catalog: Catalog, target: Table): readonly (readonly [Table, ForeignKey])[] =>
  catalog.tables.flatMap((table) =>
    table.foreignKeys.filter((key) => key.table === target.name).map((key) => [table, key] as const),
  );

/** The columns that an INSERT of the role may give a value. */
export const insertable = (table: Table): readonly Column[] =>
  isStored(table) ? table.columns.filter((column) => column.mayInsert && isSettable(column)) : [];

/** The columns that an UPDATE of the role may give a value. */
export const updatable = (table: Table): readonly Column[] =>
  isStored(table)
    ? table.columns.filter((c) => c.mayUpdate && isSettable(c) && c.name !== distributionColumn(table))
    : [];

/** The keys by which one row can be changed: those of `uniqueKeys` that an index makes sure of. */
export const writeKeys = (table: Table): readonly (readonly string[])[] =>
  isStored(table) ? uniqueKeys(table).filter((key) => indexOf(table, key)) : [];

/** The keys that tell an INSERT which of its rows are there already: it gives a value to all their columns. */
export const conflictKeys = (table: Table): readonly (readonly string[])[] => {
  const given = insertable(table).map((column) => column.name);
  return writeKeys(table).filter((key) => indexOf(table, key)?.arbiter && key.every((name) => given.includes(name)));
};

/** Whether an INSERT must give the column a value. */
export const isRequired = (column: Column): boolean => !column.nullable && !hasOwnValue(column);

/** Whether a column gets a value other than null where an INSERT gives none. */
export const hasOwnValue = ({ hasDefault, identity }: Column): boolean => hasDefault || identity !== null;

const isStored = ({ kind }: Table) => kind === 'table' || kind === 'partitioned table';

const isSettable = ({ generated, identity }: Column) => !generated && identity !== 'always';

const sameSet = (a: readonly string[], b: readonly string[]) => a.length === b.length && a.every((x) => b.includes(x));
