import type { HostileType } from './types.ts';

/** A schema in the database, and the part of it that the API should serve. */
export interface Model {
  readonly schema: string;
  /** Statements that create the schema with its rows. */
  readonly ddl: string;
  readonly relations: readonly Relation[];
  readonly functions: readonly ModelFunction[];
  /** Names of the shapes that occur in it, for the coverage. */
  readonly shapes: readonly string[];
}

/** A table or view that the API serves. */
export interface Relation {
  readonly name: string;
  readonly kind: string;
  /** The call that takes the place of its name, if a function returns its rows. */
  readonly from?: string;
  /** The columns that the API serves. */
  readonly columns: readonly ModelColumn[];
  /** The column whose value tells the rows apart; the database has no constraint that says so. */
  readonly mark: string;
  /** The keys by which the API finds a row; if `hasPrimary`, the first is the primary key. */
  readonly keys: readonly (readonly string[])[];
  readonly hasPrimary: boolean;
  readonly references: readonly Reference[];
  /** True if the relation is a materialized view that was never filled. */
  readonly isEmpty: boolean;
  readonly isSecured: boolean;
  readonly mayInsert: boolean;
  readonly mayDelete: boolean;
}

export interface ModelColumn {
  readonly name: string;
  readonly type: HostileType;
  readonly nullable: boolean;
  /** True if the column's collation is nondeterministic, so that patterns are matched in the database's default one. */
  readonly isLoose: boolean;
  readonly mayInsert: boolean;
  readonly mayUpdate: boolean;
}

export interface Reference {
  readonly columns: readonly string[];
  readonly to: string;
  readonly targets: readonly string[];
}

export const functionKinds = [
  ...['value', 'defaults', 'computed', 'rows', 'related', 'row', 'record', 'change', 'written', 'nothing'],
] as const;
export type FunctionKind = (typeof functionKinds)[number];

/** The places of root fields; no relation has such a name. */
export const queryPlace = 'the root of queries';
export const mutationPlace = 'the root of mutations';

/** A function that the API serves. Its comment has its number. */
export interface ModelFunction {
  readonly kind: FunctionKind;
  readonly name: string;
  readonly number: number;
  /** The root or the relation that has its field. */
  readonly place: string;
  /** Its quoted, qualified name. */
  readonly from: string;
  readonly directives: readonly string[];
  readonly result:
    | { readonly kind: 'value' | 'record'; readonly type: HostileType }
    | { readonly kind: 'rows' | 'row' | 'number' };
  /** The relation whose rows it returns. */
  readonly rows?: string;
  readonly calls: readonly Call[];
}

/** A call of a function: the value of each argument, undefined for its default, and the result where the model knows it. */
export interface Call {
  readonly given: readonly ({ readonly type: HostileType; readonly text: string | null } | undefined)[];
  readonly expected?: unknown;
}
