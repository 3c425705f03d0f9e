import { columnOf, type Table } from '../../catalog/catalog.ts';
import type { PageLimits } from '../../config/limits.ts';
import { type OrderKey, orderFingerprint, positionOf, reversed } from '../../db/sql/keyset.ts';
import { approximated, type Distinct, type Page } from '../../db/sql/page.ts';
import type { Projection } from '../../db/sql/projection.ts';
import { alias, type Rows } from '../../db/sql/select.ts';
import type { Slot } from '../../db/sql/slot.ts';
import { badInput } from '../../errors.ts';
import type { Types } from '../types.ts';
import type { ListPlan } from './connection.ts';

const maxOffset = 10_000;

/** The arguments of a list, as graphql-js coerced them. */
export interface ListArguments {
  readonly first?: number | null;
  readonly after?: string | Slot | null;
  readonly last?: number | null;
  readonly before?: string | Slot | null;
  readonly offset?: number | null;
  readonly where?: unknown;
  readonly orderBy?: unknown;
  /** Column names in the database. */
  readonly distinctOn?: readonly string[] | null;
}

/**
 * Reads the arguments of a list; throws BAD_USER_INPUT if they do not describe a page. `tellsMore` is true if the page
 * must tell whether there are more rows.
 */
export function planList(
  table: Rows,
  args: ListArguments,
  { projection, tellsMore }: { readonly projection: Projection; readonly tellsMore: boolean },
  isRelated: boolean,
  { catalog, filters, orders, limits }: Pick<Types, 'catalog' | 'filters' | 'orders' | 'limits'>,
): ListPlan {
  const { after, before, offset } = args;
  const size = readSize(args, limits);
  const backward = isGiven(args.last);
  const isFiltered = Object.keys((args.where ?? {}) as object).length > 0;
  const isWhole = !isFiltered && !isRelated && !table.call;
  const { keys, joins } = orders.read(table, args.orderBy, isWhole);
  const distinct = readDistinct(table, args, keys);
  const order = orderFingerprint(table.call?.function ?? table.name, keys);
  const position = (cursor: ListArguments['after']) => (isGiven(cursor) ? positionOf(cursor, order, keys) : null);
  const [start, end] = [position(after), position(before)];
  const page: Page = {
    table,
    keys: backward ? reversed(keys) : keys,
    joins,
    distinct,
    where: filters.condition(table, args.where, alias),
    after: backward ? end : start,
    before: backward ? start : end,
    offset: offset ?? 0,
    limit: tellsMore ? size + 1 : size,
  };
  return {
    catalog,
    size,
    backward,
    isWhole: isWhole && !distinct,
    order,
    keys,
    projection,
    live: null,
    page,
    approximate: approximated(page),
  };
}

/**
 * Reads the number of rows; throws BAD_USER_INPUT for a number out of range, and for arguments that exclude each other.
 */
function readSize({ first, last, after, before, offset }: ListArguments, limits: PageLimits): number {
  if (isGiven(first) && isGiven(last)) throw badInput('Give first or last, not both');
  if (isGiven(offset) && (isGiven(last) || isGiven(after) || isGiven(before)))
    throw badInput('offset can be combined only with first; leave it out to page by cursor');
  if (isGiven(offset) && !(offset >= 0 && offset <= maxOffset))
    throw badInput(`offset must be from 0 to ${maxOffset}; beyond that, page by cursor or narrow the filter`);
  const size = last ?? first ?? limits.defaultSize;
  if (size >= 0 && size <= limits.maxSize) return size;
  throw badInput(`${isGiven(last) ? 'last' : 'first'} must be from 0 to ${limits.maxSize}`);
}

/** Reads `distinctOn`. Throws BAD_USER_INPUT without `orderBy`, since the rows to keep would then be arbitrary. */
function readDistinct(
  table: Table,
  { distinctOn, orderBy }: ListArguments,
  keys: readonly OrderKey[],
): Distinct | null {
  if (distinctOn === undefined) return null;
  if (distinctOn === null || distinctOn.length === 0)
    throw badInput('distinctOn is empty; name a column, or leave it out');
  if (!Array.isArray(orderBy) || orderBy.length === 0)
    throw badInput('distinctOn keeps the first row in the order of orderBy; give orderBy too');
  return { columns: [...new Set(distinctOn)].map((name) => columnOf(table, name)), keys };
}

const isGiven = <T>(value: T | null | undefined): value is T => value !== null && value !== undefined;
