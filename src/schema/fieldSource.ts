import type { GraphQLField, GraphQLResolveInfo } from 'graphql';
import type { Context } from '../context.ts';
import type { ComputedValue } from '../db/sql/call.ts';
import type { Match } from '../db/sql/match.ts';
import type { Leaf } from './leaves.ts';

/** The origin of a field's value, kept in the field's extensions under `source`. */
export interface Source {
  readonly kind:
    | 'column'
    | 'relation'
    | 'lookup'
    | 'list'
    | 'count'
    | 'aggregate'
    /** A function. */
    | 'call'
    | 'write'
    /** The rows that the parent holds. */
    | 'rows'
    /** A value that the parent holds. */
    | 'part'
    /** The parent's measures for an earlier period. */
    | 'previous'
    | 'extension';
  /** Columns of the parent's table from which the value is made. */
  readonly columns: readonly string[];
  /** Leads from the parent's row to the rows of the field. */
  readonly match?: Match | undefined;
  /**
   * Returns the computed value that the arguments ask for, which the statement of the parent's row selects; undefined
   * if the value is made from `columns` instead. Rows without it can be loaded again by the columns of `match`.
   */
  readonly computed?: ((args: Arguments) => ComputedValue | undefined) | undefined;
  /** Estimated number of rows that a function computes, however few are selected. */
  readonly computedRows?: number | undefined;
  /** Describes how to get the value; absent for a field with a resolver of its own. */
  readonly reading?: FieldReading;
}

/** Describes how to get a field's value, both for the executor's resolvers and for plans. */
export interface FieldReading<Parent = unknown, Asked = unknown, Value = unknown> {
  /** Reads the arguments and the selection, which are the same for all parents; throws BAD_USER_INPUT. */
  ask?(args: Arguments, selection: Selection): Asked;
  /** Arguments for which `ask` accepts a slot in place of a value. */
  readonly slots?: readonly string[];
  /** Returns the value; for a leaf, its text as PostgreSQL writes it. */
  get(parent: Parent, asked: Asked, context: Context): Value;
  /** True if `get` asks the database, and so may return a promise. */
  readonly loads?: boolean;
  /** Leaf whose text `get` returns. */
  readonly leaf?: Leaf;
  /** Column of the parent's row whose text `get` returns if nothing is asked. */
  readonly column?: string;
}

/** The arguments of a field, as graphql-js coerced them. */
export type Arguments = Readonly<Record<string, unknown>>;

/** A field in a document, with its selection. */
export type Selection = Pick<
  GraphQLResolveInfo,
  'schema' | 'fragments' | 'variableValues' | 'fieldNodes' | 'returnType'
>;

/** Returns the `extensions` of a field with a resolver of its own that reads these columns of the parent's row. */
export const source = (kind: Source['kind'], columns: readonly string[] = []): { source: Source } => ({
  source: { kind, columns },
});

/** Returns the source that a field or input field declares; undefined if it declares none. */
export const sourceOf = (field: Pick<GraphQLField<unknown, unknown>, 'extensions'> | undefined): Source | undefined =>
  field?.extensions['source'] as Source | undefined;
