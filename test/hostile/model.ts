import type { HostileType } from './types.ts';

/** A schema in the database, and the part of it that the API should serve. */
export interface Model {
  readonly schema: string;
  /** Statements that create the schema with its rows. */
  readonly ddl: string;
  readonly relations: readonly Relation[];
  /** Names of the shapes that occur in it, for the coverage. */
  readonly shapes: readonly string[];
}

/** A table or view that the API serves. */
export interface Relation {
  readonly name: string;
  readonly kind: string;
  /** The columns that the API serves. */
  readonly columns: readonly ModelColumn[];
  /** The column whose value tells the rows apart; the database has no constraint that says so. */
  readonly mark: string;
  /** The keys by which the API finds a row; if `hasPrimary`, the first is the primary key. */
  readonly keys: readonly (readonly string[])[];
  readonly hasPrimary: boolean;
  readonly references: readonly Reference[];
  /** Whether it is a materialized view that was never filled. */
  readonly isEmpty: boolean;
  readonly isSecured: boolean;
  readonly mayInsert: boolean;
  readonly mayDelete: boolean;
}

export interface ModelColumn {
  readonly name: string;
  readonly type: HostileType;
  readonly nullable: boolean;
  /** Whether the column's collation is nondeterministic, so that patterns are matched in the database's default one. */
  readonly isLoose: boolean;
  readonly mayInsert: boolean;
  readonly mayUpdate: boolean;
}

export interface Reference {
  readonly columns: readonly string[];
  readonly to: string;
  readonly targets: readonly string[];
}
