import type { Composite, DbFunction } from './dbFunction.ts';
import type { Distribution } from './distribution.ts';
import type { Type } from './type.ts';

/** The contents of a schema as far as the connected role may read them, all in a stable order. */
export interface Catalog {
  readonly schema: string;
  /** True if the server is a standby, which does not show the writers of its primary. */
  readonly isStandby: boolean;
  /** True if results may depend on the caller, because policies, views or functions read the caller's claims. */
  readonly isPersonal: boolean;
  /** Prefix for names that statements use in addition to columns; no column's name begins with it. */
  readonly markerPrefix: string;
  readonly enums: readonly Enum[];
  readonly tables: readonly Table[];
  /** The types of rows that functions take or return: those of tables, and composite types. */
  readonly composites: readonly Composite[];
  /** The functions that the role may call and the API serves. */
  readonly functions: readonly DbFunction[];
  readonly searchConfigurations: readonly SearchConfiguration[];
}

/** A configuration of text search: how PostgreSQL turns a text into words. */
export interface SearchConfiguration {
  /** Name, qualified unless it is built in. */
  readonly name: string;
  /** The quoted, qualified name. */
  readonly sql: string;
}

export interface Enum {
  /** Identifier to which columns' types refer: `schema.name`, unquoted. */
  readonly id: string;
  readonly name: string;
  readonly labels: readonly string[];
  readonly comment: string | null;
  /** Reasons for deprecation, by label. */
  readonly deprecations?: ReadonlyMap<string, string>;
}

export type RelationKind = 'table' | 'partitioned table' | 'view' | 'materialized view' | 'foreign table';

/** Tells whether PostgreSQL itself stores the rows that are inserted into the relation. */
export const isStored = ({ kind }: { readonly kind: RelationKind }): boolean =>
  kind === 'table' || kind === 'partitioned table';

/** A relation of any kind. Partitions are part of their partitioned table. */
export interface Table {
  readonly name: string;
  readonly kind: RelationKind;
  readonly comment: string | null;
  /** Reason for deprecation, if its owner gives one. */
  readonly deprecationReason?: string;
  /** The extension that created it; null if none did. */
  readonly extension: string | null;
  /** Columns that the role may read. */
  readonly columns: readonly Column[];
  /** True if SELECT is granted on the whole table, which system columns need. */
  readonly wholeRow: boolean;
  /**
   * Columns of the primary key, or of the key that the comment declares; empty if there is neither. A primary key counts
   * only if the role can read all its columns and use their types, and no other table inherits from this one.
   */
  readonly primaryKey: readonly string[];
  readonly indexes: readonly Index[];
  readonly partialKeys: readonly PartialKey[];
  readonly foreignKeys: readonly ForeignKey[];
  readonly checks: readonly CheckConstraint[];
  /** True if other tables inherit from the table, apart from its partitions. */
  readonly hasInheritanceChildren: boolean;
  readonly numberings: readonly Numbering[];
  /** True if triggers on the table or a partition may change or drop a row before it is inserted. */
  readonly hasInsertTriggers: boolean;
  /** True if a trigger sends the API notices of new rows. */
  readonly notifies: boolean;
  readonly mayDelete: boolean;
  /** The way in which an extension distributes the rows, if one does. */
  readonly distribution?: Distribution | undefined;
}

/**
 * A column that may hold the order in which rows arrive: an integer, or the id of the transaction that wrote the row.
 */
export interface Numbering {
  readonly column: string;
  readonly kind: 'number' | 'transaction';
  readonly nullable: boolean;
  readonly identity: Column['identity'];
  /** Sequences that feed the column in the table and its partitions. */
  readonly sequences: readonly Sequence[];
  /** True if the table and its partitions fill in the transaction's id themselves. */
  readonly isStamped: boolean;
  /** Columns of each B-tree index that covers all rows and begins with the column. */
  readonly indexes: readonly (readonly string[])[];
}

export interface Sequence {
  /** Qualified name, quoted where SQL needs it. */
  readonly name: string;
  /** Number of values that a session draws at once. */
  readonly cache: number;
  readonly increment: number;
  readonly cycles: boolean;
}

/** Rough number of partitions: with few, a plan that opens them all costs less than planning each statement anew. */
export type PartitionCount = 'few' | 'many';

export interface Column {
  readonly name: string;
  readonly type: Type;
  readonly nullable: boolean;
  /** Collation, quoted and qualified; null for the database's default, and for types without one. */
  readonly collation: string | null;
  readonly hasDefault: boolean;
  readonly identity: 'always' | 'by default' | null;
  readonly generated: boolean;
  /** Rough number of the table's partitions, if the column is part of the partition key; false otherwise. */
  readonly partitions: PartitionCount | false;
  readonly comment: string | null;
  /** Reason for deprecation, if its owner gives one. */
  readonly deprecationReason?: string;
  /** Configuration of text search, as SQL; the database's default if absent. */
  readonly search?: string;
  readonly mayInsert: boolean;
  readonly mayUpdate: boolean;
}

/** An index on plain columns that covers all rows. */
export interface Index {
  readonly name: string;
  readonly columns: readonly string[];
  readonly unique: boolean;
  /**
   * True if ON CONFLICT can infer the index from its columns. PostgreSQL never infers a unique index that belongs to an
   * exclusion constraint, such as a key WITHOUT OVERLAPS.
   */
  readonly arbiter: boolean;
  /** True if the index treats two nulls as equal (NULLS NOT DISTINCT). */
  readonly nullsEqual: boolean;
  readonly comment: string | null;
}

/** A unique index on plain columns that covers only some rows. */
export interface PartialKey extends Pick<Index, 'name' | 'columns' | 'nullsEqual' | 'comment'> {
  /** Condition on those rows, as SQL. */
  readonly predicate: string;
}

/** A condition on rows, with the columns that it mentions. */
export interface CheckConstraint {
  readonly name: string;
  readonly columns: readonly string[];
  readonly comment: string | null;
}

export interface ForeignKey {
  readonly name: string;
  readonly columns: readonly string[];
  /** The referenced table, and its columns in the same order. */
  readonly table: string;
  readonly targets: readonly string[];
  readonly comment: string | null;
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

/** Returns the foreign keys that refer to a table, as pairs of the table that has the key, and the key. */
export const referencesTo = (catalog: Catalog, target: Table): readonly (readonly [Table, ForeignKey])[] =>
  catalog.tables.flatMap((table) =>
    table.foreignKeys.filter((key) => key.table === target.name).map((key) => [table, key] as const),
  );
