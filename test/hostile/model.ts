import type { HostileType } from './types.ts';

/** A schema as it stands in the database, and what of it the API is to serve. */
export interface Model {
  readonly schema: string;
  /** The statements that make it, with its rows. */
  readonly ddl: string;
  readonly relations: readonly Relation[];
  /** What shapes occur in it. */
  readonly shapes: readonly string[];
}

/** A table or a view that the API serves. */
export interface Relation {
  readonly name: string;
  readonly kind: string;
  /** The columns that the API has. */
  readonly columns: readonly ModelColumn[];
  /** The column whose value tells the rows apart, though the database knows nothing of it. */
  readonly mark: string;
  /** By which the API finds a row: the primary key first, if `hasPrimary`. */
  readonly keys: readonly (readonly string[])[];
  readonly hasPrimary: boolean;
  readonly references: readonly Reference[];
  /** Whether it has never been filled. */
  readonly isEmpty: boolean;
  readonly isSecured: boolean;
  readonly mayInsert: boolean;
  readonly mayDelete: boolean;
}

export interface ModelColumn {
  readonly name: string;
  readonly type: HostileType;
  readonly nullable: boolean;
  /** Null where patterns are matched in the database's own collation, or its own cannot match them. */
  readonly isLoose: boolean;
  readonly mayInsert: boolean;
  readonly mayUpdate: boolean;
}

export interface Reference {
  readonly columns: readonly string[];
  readonly to: string;
  readonly targets: readonly string[];
}
