import type { Table } from '../../catalog/catalog.ts';
import type { DbFunction } from '../../catalog/dbFunction.ts';
import { columnsOf } from '../../catalog/functions.ts';
import type { Context } from '../../context.ts';
import { calledRows, parentAlias } from '../../db/sql/call.ts';
import { ordinalOrder } from '../../db/sql/keylessOrder.ts';
import { byColumns, type Key, keyOf, type Match } from '../../db/sql/match.ts';
import type { Page } from '../../db/sql/page.ts';
import { nothing, type Projection } from '../../db/sql/projection.ts';
import type { Row } from '../../db/sql/row.ts';
import { alias, type Rows } from '../../db/sql/select.ts';
import { empty, gt, ident, join, type Sql, sql } from '../../db/sql/sql.ts';
import { badInput } from '../../errors.ts';
import type { Arguments } from '../fieldSource.ts';
import type { Types } from '../types.ts';
import { type FunctionArguments, functionArguments } from './arguments.ts';
import { recordTable } from './records.ts';

/** A function as a source of rows. A single value is a row with one column. */
export interface CalledFunction {
  readonly fn: DbFunction;
  readonly arguments: FunctionArguments;
  /** Returns the rows for the field's arguments. */
  readonly rows: (args: Arguments) => Rows;
  /** The match that leads from a parent's row to the rows of its call; undefined for a root field. */
  readonly match: Match | undefined;
  /** Estimated number of rows that a call computes, however few are selected; determines the price. */
  readonly computedRows: number;
}

/**
 * Creates the call for a root field or, with `parent`, for a field of that table's rows. `taken` are names of other
 * arguments.
 */
export function calledFunction(
  types: Types,
  fn: DbFunction,
  { parent, taken = [] }: { readonly parent?: Table | undefined; readonly taken?: readonly string[] } = {},
): CalledFunction {
  const args = functionArguments(types, fn, { skipped: parent ? 1 : 0, taken });
  const columns = columnsOf(fn);
  const { result, key } = fn;
  const table = result.kind === 'table' ? types.of(result.table).table : recordTable(fn);
  return {
    fn,
    arguments: args,
    // A function may return a row twice, or rows that the table does not have, so its keys cannot be relied on.
    rows: (given) => ({
      ...table,
      wholeRow: false,
      primaryKey: key ?? [],
      indexes: [],
      call: calledRows(types.catalog, fn, columns, args.read(given), parent),
    }),
    match: parent && { ...byColumns(parent, parent.primaryKey), alias: parentAlias },
    computedRows: fn.returnsSet && !(key && fn.mayBeInlined) ? fn.expectedRows : 0,
  };
}

/**
 * Returns a page of a function's rows, in the function's own order. Without `range` it has at most one row: a row of
 * nulls is left out, unless the function returns a single value.
 */
export function pageOf(types: Types, fn: DbFunction, table: Rows, range?: RowRange): Page {
  const { offset, limit } = range ?? { offset: 0, limit: 1 };
  const where = range || fn.result.kind === 'value' ? sql`true` : isPresent(fn);
  const order = { keys: ordinalOrder(types.catalog), joins: empty, distinct: null };
  return { table, ...order, where, after: null, before: null, offset, limit };
}

/** Tests whether any column of a row has a value. A function that returns no row yields one with only nulls. */
export const isPresent = (fn: DbFunction): Sql =>
  sql`pg_catalog.num_nonnulls(${join(columnsOf(fn).map((name) => ident(alias, name)))}) ${gt} 0`;

/** The part of a call's rows that a client asks for. */
export interface RowRange {
  readonly offset: number;
  readonly limit: number;
}

/** Reads `first` and `offset`; throws BAD_USER_INPUT for a number out of range. */
export function rowRangeOf({ limits }: Types, { first, offset }: Arguments): RowRange {
  const limit = typeof first === 'number' ? first : limits.defaultSize;
  if (!(limit >= 0 && limit <= limits.maxSize)) throw badInput(`first must be from 0 to ${limits.maxSize}`);
  const start = typeof offset === 'number' ? offset : 0;
  if (start < 0) throw badInput('offset must not be negative');
  return { offset: start, limit };
}

/** Loads rows of a call, for a parent if the call belongs to one. */
export async function loadCalled(
  { match }: CalledFunction,
  page: Page,
  projection: Projection,
  parent: Row,
  { loaders }: Context,
): Promise<readonly Row[]> {
  const key: Key | undefined = match && keyOf(parent, match.values);
  return loaders.page(page, projection, match, key);
}

/** Projection for the rows of single values. */
export const ofValue: Projection = { ...nothing, columns: ['value'] };
