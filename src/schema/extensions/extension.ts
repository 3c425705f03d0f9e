/**
 * The types of extensions: modules in a folder of one's own that add fields to the API. A module needs them while it is
 * written and checked only (`import type`); at run time it is given all that it uses.
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
import type { RowRef } from '../lists/connection.ts';
import type { ScalarName } from '../scalars.ts';
import type { Notations, ScalarNotation, Shaped } from './notation.ts';

export type { Context } from '../../context.ts';
export type { Db } from '../../db/db.ts';
export type { Sql } from '../../db/sql/sql.ts';
export type { Notations, ScalarNotation, Shaped } from './notation.ts';

/** The default export of a module, called whenever an API is built from the catalog; it returns nothing. */
export type Extension = (tools: Tools) => void;

/** What a module is given. */
export interface Tools {
  /**
   * A table or view, by its name in the database, with those of its columns that the module is about and their types in
   * GraphQL's notation. Where there is no such table to read, the module is left out; a column that is not there, or
   * has another type, is an error.
   */
  readonly table: <const C extends Notations>(name: string, columns: C) => ExtensionTable<C>;
  /** Adds fields to Query. */
  readonly query: (fields: (t: QueryBuilder) => FieldMap) => void;
  /** Adds fields to Mutation; they need the permission to write. */
  readonly mutation: (fields: (t: MutationBuilder) => FieldMap) => void;
  /** Pothos' builder, for types of one's own. */
  readonly builder: Pick<
    Builder,
    'enumType' | 'inputRef' | 'inputType' | 'interfaceRef' | 'interfaceType' | 'objectRef' | 'objectType' | 'unionType'
  >;
  /** Makes a load for many keys at once, to be declared once in the module and not in a resolver. */
  readonly batch: <K extends LoadArgument, A extends readonly LoadArgument[], V>(
    read: BatchRead<K, A, V>,
  ) => BatchLoad<K, A, V>;
  /** Runs one statement that reads; its rows have the columns that are noted, as the API shows such values. */
  readonly read: <const N extends Readonly<Record<string, ScalarNotation>>>(
    db: Db,
    query: Sql,
    columns: N,
  ) => Promise<readonly Shaped<N>[]>;
  /** The same for one that changes rows, in a transaction of its own. */
  readonly write: <const N extends Readonly<Record<string, ScalarNotation>>>(
    context: Context,
    query: Sql,
    columns: N,
  ) => Promise<readonly Shaped<N>[]>;
  /** SQL as a value: what stands in `${}` is bound, unless it is SQL itself. */
  readonly sql: typeof sql;
  /** A quoted, possibly qualified name in SQL. */
  readonly ident: typeof ident;
  readonly join: typeof join;
  /** An error whose message the client sees, with the code BAD_USER_INPUT; any other is masked. */
  readonly badInput: typeof badInput;
}

export interface ExtensionTable<C extends Notations> {
  /** Quoted and qualified. */
  readonly sql: Sql;
  /** The object type of its rows. */
  readonly type: RowRef;
  /** The GraphQL type of a column's values, that of the items where they are lists. */
  readonly columnType: (column: keyof C & string) => ScalarName | EnumRef;
  /** The row with this primary key, for a field of this type; null where it is not there. All of a list are one statement. */
  readonly row: (
    key: readonly (string | number | boolean)[],
    context: Context,
    info: GraphQLResolveInfo,
  ) => Promise<Row | null>;
  /** Adds fields to the type; `t` makes arguments and fields that read no column. */
  readonly fields: (fields: (t: FieldBuilder<Shaped<Record<never, never>>>, from: From<C>) => FieldMap) => void;
}

/** Makes fields that read these columns, which the statement selects when such a field is asked for, and no others. */
export type From<C extends Notations> = <const Used extends readonly (keyof C & string)[]>(
  ...columns: Used
) => FieldBuilder<Shaped<Pick<C, Used[number]>>>;

export interface BatchLoad<K extends LoadArgument, A extends readonly LoadArgument[], V> {
  /** The result for one key; the loads of a list with equal arguments are one call. */
  readonly load: (context: Pick<Context, 'loaders'>, key: K, ...args: A) => Promise<V>;
}
