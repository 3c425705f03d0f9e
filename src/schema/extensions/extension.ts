import type { FieldMap } from '@pothos/core';
import type { GraphQLResolveInfo } from 'graphql';
import type { Table } from '../../catalog/catalog.ts';
import type { Warn } from '../../catalog/comment.ts';
import type { Context } from '../../context.ts';
import type { Row } from '../../db/sql/row.ts';
import type { Builder, FieldBuilder } from '../builder.ts';
import { source } from '../fieldSource.ts';
import type { Types } from '../types.ts';

/** Hand-written fields for the type of one table. */
export interface Extension {
  readonly table: string;
  /** The columns without which the fields make no sense, by table. */
  readonly requires: Readonly<Record<string, readonly string[]>>;
  /** `warn` hears of fields that are left out. */
  readonly extend: (builder: Builder, types: Types, warn: Warn) => void;
}

/** The columns that a field declared, as PostgreSQL's text. */
type Read<C extends string> = Readonly<Record<C, string | null>>;

/**
 * A part of a field's options: the columns of its row that it reads, which join the statement's list, and its resolver,
 * which sees these and no others.
 */
type From<C extends string> = <const Used extends C, Args, Result>(
  columns: readonly Used[],
  resolve: (row: Read<Used>, args: Args, context: Context, info: GraphQLResolveInfo) => Result,
) => {
  readonly extensions: ReturnType<typeof source>;
  readonly resolve: (row: Row, args: Args, context: Context, info: GraphQLResolveInfo) => Result;
};

/** Declares an extension: ordinary Pothos fields, each with the columns that it is made `from`. */
export const extension = <const C extends string>({
  table,
  columns,
  requires,
  fields,
}: {
  readonly table: string;
  readonly columns: readonly C[];
  /** Columns of other tables that its loaders read. */
  readonly requires?: Extension['requires'];
  readonly fields: (t: FieldBuilder, from: From<C>, types: Types) => FieldMap;
}): Extension => ({
  table,
  requires: { [table]: columns, ...requires },
  extend: (builder, types, warn) =>
    builder.objectFields(types.of(table).ref, (t) => newFields(fields(t, from, types), table, types, warn)),
});

/** A column or a relation may come to have the name of a hand-written field; the table's own stays. */
function newFields(fields: FieldMap, table: string, { names, of }: Types, warn: Warn): FieldMap {
  const taken = names.fields(of(table).table);
  return Object.fromEntries(
    Object.entries(fields).filter(([name]) => {
      const isTaken = taken.includes(name);
      if (isTaken) warn(`The field "${name}" of the extension of "${table}" is left out: the table has one itself`);
      return !isTaken;
    }),
  );
}

/** The one place where rows get the type that their declared columns give them: the statement selects these. */
const from: From<string> = <Used extends string, Args, Result>(
  columns: readonly Used[],
  resolve: (row: Read<Used>, args: Args, context: Context, info: GraphQLResolveInfo) => Result,
) => ({
  extensions: source('computed', columns),
  resolve: (row: Row, args: Args, context: Context, info: GraphQLResolveInfo) =>
    resolve(row as Read<Used>, args, context, info),
});

/** Why an extension cannot stand on these tables; null when it can. */
export function unmet({ requires }: Extension, tables: readonly Table[]): string | null {
  for (const [name, columns] of Object.entries(requires)) {
    const table = tables.find((t) => t.name === name);
    if (!table) return `there is no readable table "${name}"`;
    const missing = columns.find((column) => !table.columns.some((c) => c.name === column));
    if (missing !== undefined) return `"${name}" has no readable column "${missing}"`;
  }
  return null;
}
