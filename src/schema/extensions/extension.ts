/**
 * The types of extensions: modules in a folder of your own that add fields to the API. A module imports types only
 * (`import type`); everything that it uses at run time is passed to it.
 *
 * @example
 * import type { Extension } from 'events-graphql/extension';
 *
 * export default (({ table }) => {
 *   const device = table('device', { model: 'String!', serial: 'String!' });
 *   device.fields((_t, from) => ({
 *     label: from('model', 'serial').string({ resolve: ({ model, serial }) => `${model} ${serial}` }),
 *   }));
 * }) satisfies Extension;
 *
 * @module
 */
import type { FieldMap } from '@pothos/core';
import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../../context.ts';
import type { Db } from '../../db/db.ts';
import type { Row } from '../../db/sql/row.ts';
import type { ident, join, Sql, sql } from '../../db/sql/sql.ts';
import type { badInput } from '../../errors.ts';
import type { BatchRead, LoadArgument } from '../../loaders/loaders.ts';
import type { Builder, EnumRef, FieldBuilder, MutationBuilder, QueryBuilder } from '../builder.ts';
import type { RowRef } from '../lists/edge.ts';
import type { ScalarName } from '../scalars.ts';
import type { Notations, ScalarNotation, Shaped } from './notation.ts';

export type { Context } from '../../context.ts';
export type { Db } from '../../db/db.ts';
export type { Sql } from '../../db/sql/sql.ts';
export type { Notations, ScalarNotation, Shaped } from './notation.ts';

/** The default export of a module. It is called whenever an API is built from the catalog, and returns nothing. */
export type Extension = (tools: Tools) => void;

/** The tools passed to a module. */
export interface Tools {
  /**
   * Finds a table or view by its name in the database. `columns` names the columns that the module uses, with their
   * types in GraphQL's notation. The module is left out if the role cannot read such a table; a missing column or one
   * of another type is an error.
   */
  readonly table: <const C extends Notations>(name: string, columns: C) => ExtensionTable<C>;
  /** Adds fields to Query. */
  readonly query: (fields: (t: QueryBuilder) => FieldMap) => void;
  /** Adds fields to Mutation; callers need permission to write. */
  readonly mutation: (fields: (t: MutationBuilder) => FieldMap) => void;
  /** Pothos' builder, for types of your own. */
  readonly builder: Pick<
    Builder,
    'enumType' | 'inputRef' | 'inputType' | 'interfaceRef' | 'interfaceType' | 'objectRef' | 'objectType' | 'unionType'
  >;
  /** Creates a batched load for many keys. Call it once in the module, not in a resolver. */
  readonly batch: <K extends LoadArgument, A extends readonly LoadArgument[], V>(
    read: BatchRead<K, A, V>,
  ) => BatchLoad<K, A, V>;
  /** Runs a statement that reads. Its rows have the columns in `columns`, with values as the API shows them. */
  readonly read: <const N extends Readonly<Record<string, ScalarNotation>>>(
    db: Db,
    query: Sql,
    columns: N,
  ) => Promise<readonly Shaped<N>[]>;
  /** Runs a statement that changes rows, in a transaction of its own. Its rows are like those of `read`. */
  readonly write: <const N extends Readonly<Record<string, ScalarNotation>>>(
    context: Context,
    query: Sql,
    columns: N,
  ) => Promise<readonly Shaped<N>[]>;
  /** Builds SQL as a value: everything in `${}` is bound, unless it is SQL itself. */
  readonly sql: typeof sql;
  /** Builds a quoted and possibly qualified name. */
  readonly ident: typeof ident;
  /** Joins pieces of SQL, by default with commas. */
  readonly join: typeof join;
  /** Creates an error whose message the client sees, with the code BAD_USER_INPUT; all other errors are masked. */
  readonly badInput: typeof badInput;
}

export interface ExtensionTable<C extends Notations> {
  /** The quoted and qualified name of the table. */
  readonly sql: Sql;
  /** The object type of its rows. */
  readonly type: RowRef;
  /** Returns the GraphQL type of a column's values; for a list, that of its items. */
  readonly columnType: (column: keyof C & string) => ScalarName | EnumRef;
  /**
   * Loads the row with this primary key, for a field of this type; null if it does not exist. All rows of a list are
   * loaded in one statement.
   */
  readonly row: (
    key: readonly (string | number | boolean)[],
    context: Context,
    info: GraphQLResolveInfo,
  ) => Promise<Row | null>;
  /** Adds fields to the type; `t` creates arguments, and fields that read no columns. */
  readonly fields: (fields: (t: FieldBuilder<Shaped<Record<never, never>>>, from: From<C>) => FieldMap) => void;
}

/** Returns a builder of fields that read these columns, which are selected only if such a field is. */
export type From<C extends Notations> = <const Used extends readonly (keyof C & string)[]>(
  ...columns: Used
) => FieldBuilder<Shaped<Pick<C, Used[number]>>>;

export interface BatchLoad<K extends LoadArgument, A extends readonly LoadArgument[], V> {
  /** Loads the value of one key. All keys of a list with equal arguments share one call. */
  readonly load: (context: Pick<Context, 'loaders'>, key: K, ...args: A) => Promise<V>;
}
