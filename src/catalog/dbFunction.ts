import type { Type } from './type.ts';

/** A function of the schema that the API calls. */
export interface DbFunction {
  readonly name: string;
  /** The name with the types of its parameters, which tells it from its overloads. */
  readonly signature: string;
  readonly comment: string | null;
  /** Why it is not to be used any more, where its owner says so. */
  readonly deprecationReason?: string;
  /** Whether it may change something. */
  readonly isVolatile: boolean;
  /** Whether it returns null, or no rows, as soon as an argument is null. */
  readonly isStrict: boolean;
  readonly parameters: readonly Parameter[];
  readonly result: FunctionResult;
  readonly returnsSet: boolean;
  /** How many rows the planner expects of a set. */
  readonly expectedRows: number;
  /** Whether the planner may replace a call by the query in the function's body. */
  readonly mayBeInlined: boolean;
  /** The columns that identify a row of the result, where the owner names them. */
  readonly key?: readonly string[];
  /** Whether the owner lets `where` and `orderBy` use a computed field. */
  readonly isFilterable?: boolean;
  readonly isSortable?: boolean;
}

export interface Parameter {
  /** Null where it has none: then it is given by its place. */
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
  /** Rows of a composite type, or of columns of the function's own: then `composite` is null. */
  | { readonly kind: 'record'; readonly composite: string | null; readonly members: readonly RowMember[] };

/** A type of rows. */
export interface Composite {
  /** The quoted, qualified name, as in `Type.sql`. */
  readonly id: string;
  readonly name: string;
  readonly comment: string | null;
  /** The table of the schema whose rows these are; null for a type of its own. */
  readonly table: string | null;
  /** All of them, in their order, whatever the role may read. */
  readonly members: readonly RowMember[];
}

export interface RowMember {
  readonly name: string;
  readonly type: Type;
}
