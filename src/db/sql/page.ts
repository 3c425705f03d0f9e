import type { Catalog, Column } from '../../catalog/catalog.ts';
import type { ComputedValue } from './call.ts';
import { isNumbered, numberedRows } from './keylessOrder.ts';
import { after, type KeysetPosition, keyOfColumn, type OrderKey, orderBy, reversed } from './keyset.ts';
import { marker } from './markers.ts';
import { computedList, type Joins } from './projection.ts';
import { alias, from, type Rows } from './select.ts';
import { and, empty, eq, ident, join, or, type Sql, sql, trusted } from './sql.ts';

/** A page of a list, in reading order: `keys` are already reversed for a page from the end. */
export interface Page {
  readonly table: Rows;
  readonly keys: readonly OrderKey[];
  /** Joins of related rows and their measures, which keys refer to. */
  readonly joins: Sql;
  /** Restricts the list to the first row of each combination of values; null for all rows. */
  readonly distinct: Distinct | null;
  readonly where: Sql;
  readonly after: KeysetPosition | null;
  readonly before: KeysetPosition | null;
  readonly offset: number;
  readonly limit: number;
  /** A value that is read in the page's own snapshot. It may be long, so only the first row returns it, as `live`. */
  readonly live?: Sql | undefined;
}

/** Keeps only the first row, in the list's order, of those with the same values in `columns`. */
export interface Distinct {
  readonly columns: readonly Column[];
  readonly keys: readonly OrderKey[];
}

/** The parts of a page's rows that a statement reads. */
export interface Selected {
  readonly columns: readonly string[];
  readonly computed: readonly ComputedValue[];
  readonly joins: Joins;
}

/**
 * Builds the statement for one page; `match` restricts it to the rows of one parent. With a `live` value there is a row
 * even if the page is empty; rows of the page have `found` set.
 */
export function selectPage(catalog: Catalog, page: Page, selected: Selected, match: readonly Sql[] = []): Sql {
  const rows = selectJoined(catalog, page, selected, match);
  if (!page.live) return rows;
  const live = ident(marker(catalog, 'live'));
  const first = sql`pg_catalog.row_number() over () ${eq} 1`;
  return sql`select case when ${first} then l.${live} end as ${live}, p.* from (select ${page.live} as ${live}) l
    left join lateral (select true as ${ident(marker(catalog, 'found'))}, r.* from (${rows}) r) p on true`;
}

/** Joins further rows to the page's rows only, and sorts again, since a join need not keep the order. */
function selectJoined(catalog: Catalog, page: Page, selected: Selected, match: readonly Sql[]): Sql {
  const { joins } = selected;
  const rows = selectRows(catalog, page, selected, match);
  if (joins.list.length === 0) return rows;
  const list = join([sql`${ident(alias)}.*`, ...joins.list]);
  return sql`select ${list} from (${rows}) ${ident(alias)}${joins.from} order by ${orderBy(page.keys)}`;
}

function selectRows(catalog: Catalog, page: Page, wanted: Selected, match: readonly Sql[]): Sql {
  const { keys, distinct } = page;
  const source = sourceOf(catalog, page, [page.where, ...match]);
  if (distinct) {
    const rows = selectDistinct(source, wanted, distinct);
    const found = { ...wanted, columns: [...wanted.columns, ...wanted.computed.map(({ name }) => name)], computed: [] };
    const kept = { from: sql`(${rows}) ${ident(alias)}`, conditions: [] };
    return selectWhole(kept, { ...page, keys: keys.map(foundKey) }, found);
  }
  if (isNearest(catalog, page)) return selectNearest(source, page, wanted);
  // No index provides the order of joined or numbered values, so one scan evaluates each row once.
  if (keys[0]?.isComputed || isNumbered(catalog, page.keys)) return selectWhole(source, page, wanted);
  const limited = limitedTo(page);
  const arms = ranges(page).map((range) => {
    const where = and([...source.conditions, ...range]);
    return sql`select ${selectList(wanted, keys)} from ${source.from} where ${where} ${limited}`;
  });
  if (arms.length === 1) return sql`${join(arms)}${offsetOf(page)}`;
  // With a limit of its own, each range is read from its index. Without one, all ranges would be read completely.
  const merged = join(
    arms.map((arm) => sql`(${arm})`),
    ' union all ',
  );
  return sql`select * from (${merged}) u ${limited}${offsetOf(page)}`;
}

/** The rows of a list before paging. */
interface Source {
  readonly from: Sql;
  readonly conditions: readonly Sql[];
}

function sourceOf(catalog: Catalog, page: Page, conditions: readonly Sql[]): Source {
  if (!isNumbered(catalog, page.keys))
    return { from: sql`${orderedFrom(catalog, page)} ${ident(alias)}${page.joins}`, conditions };
  const rows = numberedRows(catalog, page.table, conditions);
  return { from: sql`(${rows}) ${ident(alias)}${page.joins}`, conditions: [] };
}

/** Numbers a function's rows if the page is in the order in which the function returns them. */
const orderedFrom = (catalog: Catalog, { table, keys }: Page): Sql =>
  table.call && keys.some(({ name }) => name === marker(catalog, 'ordinality'))
    ? table.call.numbered
    : from(catalog, table);

/** Selects a page in a single scan that covers all its ranges. */
function selectWhole({ from, conditions }: Source, page: Page, wanted: Selected): Sql {
  const where = withinRanges(page, conditions);
  return sql`select ${selectList(wanted, page.keys)} from ${from} where ${where} ${limitedTo(page)}${offsetOf(page)}`;
}

/** Tells whether the page consists of the rows at the least distance, for which there may be an index. */
const isNearest = (catalog: Catalog, page: Page): boolean =>
  isByDistance(page) && page.keys[0]?.approximate === undefined && !isNumbered(catalog, page.keys);

const isByDistance = ({ keys: [first], distinct }: Page): boolean =>
  first?.isDistance === true && !first.descending && !first.nullsFirst && !distinct;

/**
 * Selects by the distance alone first, with all ties, and orders these by the other keys. PostgreSQL before 17 does not
 * use an index on distances for an order with further keys.
 */
function selectNearest({ from, conditions }: Source, page: Page, wanted: Selected): Sql {
  const { keys, offset, limit } = page;
  const where = withinRanges(page, conditions);
  const nearest = sql`select ${selectList(wanted, keys)} from ${from} where ${where} order by ${orderBy(keys.slice(0, 1))}
    fetch first ${limitOf({ ...page, limit: offset + limit })} rows with ties`;
  return sql`select * from (${nearest}) u ${limitedTo(page)}${offsetOf(page)}`;
}

/** Returns the first page of an order by distance in the form that an approximate index serves; null for other pages. */
export function approximated(page: Page): Page | null {
  const [first, ...others] = page.keys;
  if (!first?.approximate || !isByDistance(page) || page.after || page.before) return null;
  const { approximate, ...key } = first;
  return { ...page, keys: [{ ...key, expression: approximate }, ...others] };
}

/**
 * Selects the first row per combination of values: sorts by the distinct columns, then by the list's order, so that one
 * index can serve both.
 */
function selectDistinct({ from, conditions }: Source, wanted: Selected, distinct: Distinct): Sql {
  const isDistinct = ({ name }: OrderKey) => distinct.columns.some((column) => column.name === name);
  const others = distinct.columns.filter(({ name }) => !distinct.keys.some((key) => key.name === name));
  const leading = [
    ...distinct.keys.filter(isDistinct),
    ...others.map((column) => keyOfColumn(column, { descending: false, nullsFirst: false })),
  ];
  const keys = [...leading, ...distinct.keys.filter((key) => !isDistinct(key))];
  return sql`select distinct on (${join(leading.map((key) => key.expression))}) ${selectList(wanted, keys)}
    from ${from} where ${and(conditions)} order by ${orderBy(keys)}`;
}

/** Refers to a key's value in a subquery that selected it under its name. */
const foundKey = (key: OrderKey): OrderKey => ({ ...key, expression: ident(alias, key.name) });

const limitedTo = (page: Page): Sql => sql`order by ${orderBy(page.keys)} limit ${limitOf(page)}`;
const offsetOf = ({ offset }: Page): Sql => (offset > 0 ? sql` offset ${offset}` : empty);

/**
 * Writes a limit as a literal, unless there is a filter. PostgreSQL only keeps one plan for all values of a prepared
 * statement if it seems as cheap as a plan for the current values, and a plan for an unknown limit never does. With a
 * filter, a plan for the current values is right, since these may be rare.
 */
const limitOf = ({ where, limit }: Page): Sql => (where.values.length > 0 ? sql`${limit}` : trusted(String(limit)));

const withinRanges = (page: Page, conditions: readonly Sql[]): Sql => and([...conditions, or(ranges(page).map(and))]);

/**
 * Splits the part of a list between a page's cursors into ranges that share no row. A range is a list of conditions that
 * must all hold.
 */
function ranges({ keys, after: start, before: end }: Page): readonly (readonly Sql[])[] {
  const starts = start ? after(keys, start).map((arm) => [arm]) : [[]];
  const ends = end ? after(reversed(keys), end).map((arm) => [arm]) : [[]];
  return starts.flatMap((above) => ends.map((below) => [...above, ...below]));
}

const selectList = ({ columns, computed }: Selected, keys: readonly OrderKey[]): Sql =>
  join([
    ...[...new Set(columns)].filter((name) => !keys.some((key) => key.name === name)).map((name) => ident(alias, name)),
    ...computedList(
      computed.filter(({ name }) => !keys.some((key) => key.name === name)),
      alias,
    ),
    ...keys.map((key) => sql`${key.expression} as ${ident(key.name)}`),
  ]);
