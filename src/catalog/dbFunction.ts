import type { Type } from './type.ts';

/** The properties of a function that PostgreSQL's catalog states. */
export interface FunctionTraits {
  readonly name: string;
  /** The name with the types of its parameters, which distinguishes it from its overloads. */
  readonly signature: string;
  readonly comment: string | null;
  /** True if a call may change data. */
  readonly isVolatile: boolean;
  /** True if the function returns null, or no rows, as soon as an argument is null. */
  readonly isStrict: boolean;
  readonly returnsSet: boolean;
  /** Number of rows that the planner expects a set to have. */
  readonly expectedRows: number;
  /** True if the planner may replace a call by the query in the function's body. */
  readonly mayBeInlined: boolean;
}

/** A function of the schema that the API calls. */
export interface DbFunction extends FunctionTraits {
  readonly parameters: readonly Parameter[];
  readonly result: FunctionResult;
  /** The owner's reason for deprecating it. */
  readonly deprecationReason?: string;
  /** The columns that identify a row of the result, if the owner declares them. */
  readonly key?: readonly string[];
  /** True if the owner lets `where` use the computed field. */
  readonly isFilterable?: boolean;
  /** True if the owner lets `orderBy` use the computed field. */
  readonly isSortable?: boolean;
}

export interface Parameter {
  /** Name of the parameter; null if it has none, so that it can only be given by position. */
  readonly name: string | null;
  readonly type: Type;
  /** The quoted, qualified name of the declared type, which may be a domain. */
  readonly declared: string;
  readonly hasDefault: boolean;
}

export type FunctionResult =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'value'; readonly type: Type }
  /** Rows of a table of the schema. */
  | { readonly kind: 'table'; readonly table: string; readonly columns: readonly string[] }
  /** Rows of a composite type; `composite` is null if the function declares the columns itself. */
  | { readonly kind: 'record'; readonly composite: string | null; readonly members: readonly RowMember[] };

/** A type of rows. */
export interface Composite {
  /** The quoted, qualified name, as in `Type.sql`. */
  readonly id: string;
  readonly name: string;
  readonly comment: string | null;
  /** The table of the schema whose row type this is; null for other composite types. */
  readonly table: string | null;
  /** All members in order, including those that the role may not read. */
  readonly members: readonly RowMember[];
}

export interface RowMember {
  readonly name: string;
  readonly type: Type;
}
