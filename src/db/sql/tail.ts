import type { Arrival } from '../../catalog/arrival.ts';
import { type Catalog, columnOf, type Table } from '../../catalog/catalog.ts';
import { builtIn, type Order } from '../../catalog/type.ts';
import { comparable, type Operand, orderOf } from './compare.ts';
import type { Row } from './row.ts';
import { alias, from, wholeStatement } from './select.ts';
import { and, eq, ident, join, lt, or, pruning, type Sql, sql, toQuery, trusted } from './sql.ts';

/** Limit of the rows in a message of a tail. */
export const messageRows = 500;

/** A transaction that may still commit rows: its name in `pg_locks`, and its process, if it has one. */
export interface Holder {
  readonly id: string;
  readonly pid: number | null;
}

/** The state of a table's order of arrival at one moment. */
export interface Mark {
  /**
   * A digest of what positions refer to: the server's system and timeline, the table, its sequence. Null on a standby.
   */
  readonly history: string | null;
  /** The highest value of the order's first column; null if there is no row. */
  readonly latest: bigint | null;
  /** The highest settled value, or null if there is none; undefined if it follows from the holders. */
  readonly settled: bigint | null | undefined;
  readonly holders: readonly Holder[];
}

/**
 * A place in the order of arrival. It is empty before the first row. After a row it has the values of all columns; after
 * all rows with one value in the first column, only that value.
 */
export type Place = readonly string[];

/** Selects the current state of a table's order of arrival. */
export function selectMark(catalog: Catalog, table: Table, arrival: Arrival): Sql {
  const relation = from(catalog, table);
  const name = toQuery(relation).text;
  const first = ident(alias, arrival.columns[0] ?? '');
  const highest = (condition: Sql) =>
    sql`(select ${first} from ${relation} ${ident(alias)} where ${condition} order by ${first} desc limit 1)`;
  const settled = sql`${first} ${lt} pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())`;
  const query = sql`select ${historyOf(name, arrival.columns[0] ?? '')} as history, ${highest(sql`true`)} as latest,
    ${arrival.kind === 'transaction' ? highest(settled) : sql`null`} as settled,
    ${arrival.kind === 'transaction' ? oldestWriter : lockHolders} as holders
    from (select ${name}::pg_catalog.regclass::pg_catalog.oid as oid) relation`;
  return wholeStatement('SELECT', catalog, table, query);
}

/**
 * Selects the digest for `history`. The timeline is read from the name of a WAL file, which begins with it, because
 * `pg_control_checkpoint()` returns the old one right after a promotion. A sequence that is restarted gets a new file.
 */
const historyOf = (relation: string, column: string): Sql => sql`case when not pg_catalog.pg_is_in_recovery() then (
    select pg_catalog.left(pg_catalog.md5(pg_catalog.concat_ws('.', system_identifier, pg_catalog.left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 8), relation.oid,
      pg_catalog.pg_relation_filenode(pg_catalog.pg_get_serial_sequence(${relation}, ${column})::pg_catalog.regclass))), 12)
    from pg_catalog.pg_control_system()) end`;

/**
 * Selects the holders of a writer's lock. They are read after the statement's snapshot is taken, so one statement can
 * read them and the highest number: if the snapshot lacks a lower number, its writer still holds the lock or has ended
 * by now.
 */
const lockHolders = sql`(
  select pg_catalog.json_agg(pg_catalog.json_build_array(l.virtualtransaction, l.pid)) from pg_catalog.pg_locks l
  where l.locktype ${eq} 'relation' and l.granted
    and l.database ${eq} (select d.oid from pg_catalog.pg_database d where d.datname ${eq} pg_catalog.current_database())
    and (l.relation ${eq} relation.oid or exists (
      select from pg_catalog.pg_partition_ancestors(l.relation) a where a.relid ${eq} relation.oid))
    and l.mode ${eq} any ('{RowExclusiveLock,ShareRowExclusiveLock,ExclusiveLock,AccessExclusiveLock}'))`;

/** Selects the oldest transaction that writes, for which later rows must wait even if it writes to other tables. */
const oldestWriter = sql`(
  select pg_catalog.json_agg(pg_catalog.json_build_array(l.virtualtransaction, l.pid)) from pg_catalog.pg_locks l
  where l.locktype ${eq} 'transactionid' and l.granted
    and l.transactionid ${eq} pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())::pg_catalog.xid)`;

/** Reads the row of `selectMark`. */
export function markOf({ kind }: Arrival, row: Row | undefined): Mark {
  const number = (text: string | null | undefined) => (text == null ? null : BigInt(text));
  const holders = JSON.parse(row?.['holders'] ?? '[]') as readonly (readonly [string, number | null])[];
  return {
    history: row?.['history'] ?? null,
    latest: number(row?.['latest']),
    settled: kind === 'transaction' ? number(row?.['settled']) : undefined,
    holders: holders.map(([id, pid]) => ({ id, pid })),
  };
}

export interface TailPage {
  readonly table: Table;
  readonly arrival: Arrival;
  readonly where: Sql;
  readonly after: Place;
  readonly upTo: Place;
  readonly limit: number;
}

/** Selects the rows between two places, in the order of arrival. */
export function selectTailPage(catalog: Catalog, page: TailPage, columns: readonly string[]): Sql {
  const { table, arrival, where, after, upTo, limit } = page;
  const keys = arrival.columns.map((name) => ident(alias, name));
  const selected = [...new Set([...columns, ...arrival.columns])].map((name) => ident(alias, name));
  const conditions = [where, ...compareTo(after, 'gt', table, arrival), ...compareTo(upTo, 'lte', table, arrival)];
  const query = sql`select ${join(selected)} from ${from(catalog, table)} ${ident(alias)}
    where ${and(conditions)} order by ${join(keys)} limit ${limit}`;
  return wholeStatement('SELECT', catalog, table, query);
}

/** Limit of values beyond a place that a cursor may have to list. */
const maxValues = 10_000;

/**
 * Selects the values of the order's first column, beyond a place, that a statement's snapshot shows; read by
 * `valuesOf`.
 */
export const seenBeyond = (catalog: Catalog, table: Table, arrival: Arrival, place: Place): Sql => {
  const first = ident(alias, arrival.columns[0] ?? '');
  return sql`array(select distinct ${first} from ${from(catalog, table)} ${ident(alias)}
    where ${and(compareTo(place, 'gt', table, arrival))} order by 1 limit ${maxValues + 1})`;
};

/** Returns the values in ascending order; null if there are too many. */
export function valuesOf(seen: string | null | undefined): readonly bigint[] | null {
  const values = (seen ?? '{}').slice(1, -1).split(',').filter(Boolean).map(BigInt);
  return values.length > maxValues ? null : values;
}

/** Types of the order's first column, which need not be a column of the API. */
const firstTypes = { number: builtIn('int8'), transaction: builtIn('xid8') } as const;

/** A column of the order, and its value at a place. */
interface Pair {
  readonly column: Operand;
  readonly value: Sql;
}

/** Returns the condition on rows beyond a place, or up to it; none for the place before the first row. */
function compareTo(place: Place, operator: 'gt' | 'lte', table: Table, arrival: Arrival): readonly Sql[] {
  if (place.length === 0) return [];
  const pairs = arrival.columns.slice(0, place.length).map((name, i): Pair => {
    const column = table.columns.find((one) => one.name === name);
    const type = i === 0 ? firstTypes[arrival.kind] : columnOf(table, name).type;
    const value = sql`${place[i] ?? ''}::${trusted(type.sql)}`;
    return { column: { sql: ident(alias, name), type }, value: pruning(value, column?.partitions) };
  });
  return [compareRows(pairs, operator)];
}

/**
 * Compares rows. A row comparison has one operator for all pairs. Where the operator changes, the rest is compared among
 * rows that are equal so far.
 */
function compareRows(pairs: readonly Pair[], operator: 'gt' | 'lte'): Sql {
  const [first] = pairs;
  const end = pairs.findIndex(({ column }) => orderOf(column)[operator] !== (first && orderOf(first.column)[operator]));
  if (end === -1) return rowComparison(pairs, operator);
  const [run, rest] = [pairs.slice(0, end), pairs.slice(end)];
  const [strict, loose] = operator === 'gt' ? (['gt', 'gte'] as const) : (['lt', 'lte'] as const);
  return and([rowComparison(run, loose), or([rowComparison(run, strict), compareRows(rest, operator)])]);
}

const rowComparison = (pairs: readonly Pair[], operator: keyof Order): Sql =>
  sql`(${join(
    pairs.map(({ column }) => comparable(column)),
  )}) ${trusted(pairs[0] ? orderOf(pairs[0].column)[operator] : '')} (${join(pairs.map(({ value }) => value))})`;
