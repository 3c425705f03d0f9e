import type { GraphQLField, GraphQLResolveInfo } from 'graphql';
import type { Context } from '../context.ts';
import type { ComputedValue } from '../db/sql/call.ts';
import type { Match } from '../db/sql/match.ts';
import type { Leaf } from './leaves.ts';

/** What a generated field is; it stands in the field's extensions, under `source`. */
export interface Source {
  readonly kind:
    | 'column'
    | 'relation'
    | 'list'
    | 'computed'
    | 'rows'
    | 'count'
    | 'aggregate'
    | 'again'
    | 'lookup'
    | 'part'
    | 'call'
    | 'write';
  /** The columns of the parent's table that its value is made of. */
  readonly columns: readonly string[];
  /** How the parent's row leads to its rows. */
  readonly match?: Match | undefined;
  /** The value of a call that its arguments ask for, which a statement computes with the parent's row. */
  readonly computed?: ((args: Arguments) => ComputedValue) | undefined;
  /** How many rows a function returns for it, whatever is asked of them. */
  readonly calledRows?: number | undefined;
  /** How its value is found; absent where a resolver of its own knows. */
  readonly reading?: FieldReading;
}

/** How the value of a field is found, for the executor's resolvers and for plans. */
export interface FieldReading<Parent = unknown, Asked = unknown, Value = unknown> {
  /** What arguments and selection ask for, the same for all parents; throws BAD_USER_INPUT. */
  ask?(args: Arguments, selection: Selection): Asked;
  /** The arguments in which `ask` takes a slot for a value. */
  readonly slots?: readonly string[];
  /** The value; of a leaf its text as PostgreSQL writes it. */
  get(parent: Parent, asked: Asked, context: Context): Value;
  /** Whether `get` asks the database, and so may answer with a promise. */
  readonly loads?: boolean;
  /** How the text of a leaf travels. */
  readonly leaf?: Leaf;
}

/** The arguments of a field, after graphql-js coerced them. */
export type Arguments = Readonly<Record<string, unknown>>;

/** A field in a document, with what is selected below it. */
export type Selection = Pick<
  GraphQLResolveInfo,
  'schema' | 'fragments' | 'variableValues' | 'fieldNodes' | 'returnType'
>;

/** The `extensions` of a field with a resolver of its own, which reads these columns of its parent's row. */
export const source = (kind: Source['kind'], columns: readonly string[] = []): { source: Source } => ({
  source: { kind, columns },
});

/** What a generated field, also one of an input, is; undefined where it is not one that the rows of a table have. */
export const sourceOf = (field: Pick<GraphQLField<unknown, unknown>, 'extensions'> | undefined): Source | undefined =>
  field?.extensions['source'] as Source | undefined;
