import { type Catalog, type Column, columnOf, hasOwnValue, type Table } from '../../catalog/catalog.ts';
import { badInput } from '../../errors.ts';
import { equal, operandOf } from './compare.ts';
import type { Row } from './row.ts';
import { alias, cast, from } from './select.ts';
import { and, eq, gt, ident, join, own, type Sql, sql, trusted } from './sql.ts';

/** The text of the values that a row is given, by column. */
export type Values = ReadonlyMap<string, string | null>;

/** What to do with a row whose key is there already. */
export interface Conflict {
  readonly key: readonly string[];
  /** An update sets what the row gives beside its key. */
  readonly action: 'ignore' | 'update';
}

/** Rows to create; a column that a row does not name gets its default. With a conflict each names all of the key. */
export interface Insert {
  readonly table: Table;
  readonly rows: readonly Values[];
  readonly conflict: Conflict | null;
}

/** What an INSERT did. */
export interface Inserted {
  /** The created and the updated rows, in the order in which they were given. */
  readonly rows: readonly Row[];
  readonly createdCount: number;
  readonly updatedCount: number;
  /** The positions of the first rows that share a key, from 0; if there are any, nothing was written. */
  readonly repeated: readonly number[];
}

/** Rows that name the same columns: one INSERT of the statement. */
interface Group {
  /** From 0. */
  readonly number: number;
  readonly columns: readonly Column[];
  readonly positions: readonly number[];
}

export interface InsertStatement {
  readonly query: Sql;
  /** Reads its answer. */
  readonly read: (answer: readonly Row[]) => Inserted;
}

/** How the statement calls a column's values in its input; a name of our own, in whose way no column's can be. */
type Input = (name: string) => Sql;

/**
 * The statement that creates rows, all or none, with `selected` of each to return. Each column is one parameter, however
 * many the rows. Throws BAD_USER_INPUT where these are too unlike each other.
 */
export function insertRows(catalog: Catalog, insert: Insert, selected: readonly string[]): InsertStatement {
  const { table, conflict } = insert;
  const groups = groupsOf(insert);
  const given = table.columns.filter((column) => groups.some(({ columns }) => columns.includes(column)));
  const input: Input = (name) => ident(`c${given.findIndex((column) => column.name === name)}`);
  const returned = [...new Set([...selected, ...(conflict?.key ?? [])])];
  const rows = inputRows(insert, groups, given);
  const inserts = groups.map(
    (group) => sql`${nameOf(group)} as (${insertGroup(catalog, insert, group, input)}
      returning ${join([sql`${numberOf(group)} as "$group"`, ...returned.map((name) => ident(alias, name))])})`,
  );
  const all = groups.map((group) => sql`select * from ${nameOf(group)}`);
  const written = join(all, ' union all ');
  return conflict
    ? {
        query: byKey(table, conflict, input, [rows, repeatedKey(conflict, input), ...inserts], written),
        read: readByKey,
      }
    : { query: sql`with ${join([rows, ...inserts])} ${written}`, read: (answer) => readInOrder(answer, groups) };
}

function insertGroup(catalog: Catalog, { table, conflict }: Insert, group: Group, input: Input): Sql {
  const names = group.columns.map(({ name }) => name);
  const target = sql`${from(catalog, table)} as ${ident(alias)} ${names.length > 0 ? list(names) : sql``}`;
  const source = sql`select ${join(names.map(input))} from input where g ${eq} ${numberOf(group)}`;
  return conflict
    ? sql`insert into ${target} ${source} and not exists (select from repeated)
        order by ${join(conflict.key.map(input))} ${onConflict(conflict, names)}`
    : sql`insert into ${target} ${source} order by n`;
}

/** The rows that share a key, if any do. */
const repeatedKey = ({ key }: Conflict, input: Input): Sql => sql`repeated as materialized (
  select pg_catalog.string_agg((n ${own('-')} 1)::pg_catalog.text, ' ' order by n) as positions
  from input group by ${join(key.map(input))} having pg_catalog.count(*) ${gt} 1 order by pg_catalog.min(n) limit 1)`;

/** One row for each that was written, with its position found by its key, and at least one; each has the counts. */
function byKey(table: Table, { key }: Conflict, input: Input, parts: readonly Sql[], written: Sql): Sql {
  const isSame = and(
    key.map((name) => {
      const column = columnOf(table, name);
      return equal(operandOf(column, ident('w', name)), operandOf(column, sql`i.${input(name)}`));
    }),
  );
  return sql`with ${join([...parts, sql`written as (${written})`])}
    select o.*, (select positions from repeated) as "$repeated",
      (select pg_catalog.count(*) from written) as "$written",
      (select ${updates} from (select pg_catalog.count(*) from written) when_all_are_written) as "$updated"
    from (select) one left join (select w.*, i.n as "$n" from written w left join input i on ${isSame}) o on true`;
}

/** Each group's rows come in their order; none is missing, unless a trigger dropped it. */
function readInOrder(answer: readonly Row[], groups: readonly Group[]): Inserted {
  const positions = groups.map((group) => group.positions.values());
  const placed = answer.map((row) => ({ row, at: positions[Number(row['$group'])]?.next().value ?? answer.length }));
  return { rows: sorted(placed), createdCount: answer.length, updatedCount: 0, repeated: [] };
}

/** A trigger may have changed a row's key; then it comes last. */
function readByKey(answer: readonly Row[]): Inserted {
  const { $written: written, $updated: updated, $repeated: repeated } = answer[0] ?? {};
  const placed = answer
    .filter((row) => row['$group'] !== null)
    .map((row) => ({ row, at: Number(row['$n'] ?? answer.length + 1) }));
  return {
    rows: sorted(placed),
    createdCount: Number(written) - Number(updated),
    updatedCount: Number(updated),
    repeated: repeated?.split(' ').map(Number) ?? [],
  };
}

const sorted = (placed: readonly { readonly row: Row; readonly at: number }[]): readonly Row[] =>
  placed.toSorted((a, b) => a.at - b.at).map(({ row }) => row);

/** So many INSERTs can a statement have. */
const maxGroups = 100;

/**
 * Parts rows by the columns that they name, since INSERT takes DEFAULT for all of its rows or for none. A column without
 * a default parts no rows, as null says the same; but an update leaves alone what is not named.
 */
function groupsOf({ table, rows, conflict }: Insert): readonly Group[] {
  const named = table.columns.filter(({ name }) => rows.some((row) => row.has(name)));
  const always = conflict?.action === 'update' ? [] : named.filter((column) => !hasOwnValue(column));
  const columnsOf = rows.map((row) => named.filter((c) => row.has(c.name) || always.includes(c)));
  const parted = Map.groupBy(rows.keys(), (position) => JSON.stringify(columnsOf[position]?.map(({ name }) => name)));
  if (parted.size > maxGroups)
    throw badInput(
      `The inputs give ${parted.size} different sets of fields; at most ${maxGroups} can be created at once: give all inputs the same`,
    );
  return [...parted.values()].map((positions, number) => ({
    number,
    positions,
    columns: columnsOf[positions[0] ?? 0] ?? [],
  }));
}

/** All rows with the columns that any of them names, the number of a row's group as `g`, and its position from 1 as `n`. */
function inputRows({ rows }: Insert, groups: readonly Group[], given: readonly Column[]): Sql {
  const groupOf = new Map(
    groups.flatMap(({ positions, number }) => positions.map((position) => [position, String(number)])),
  );
  const texts = [
    ...given.map(({ name }) => rows.map((row) => row.get(name) ?? null)),
    rows.map((_, position) => groupOf.get(position) ?? null),
  ];
  const names = given.map((_, i) => `c${i}`);
  const typed = given.map((column, i) => sql`${cast(ident('u', `c${i}`), column)} as ${ident(`c${i}`)}`);
  return sql`input as materialized (
    select ${join([...typed, sql`u.g::pg_catalog.int4 as g`, sql`u.n`])}
    from rows from (${join(texts.map((column) => sql`pg_catalog.unnest(${column}::pg_catalog.text[])`))}) with ordinality as u ${list([...names, 'g', 'n'])})`;
}

/**
 * Counts the updates of a statement in a setting of its transaction. `xmax` would tell them from inserts too, but not
 * where single columns are granted, nor in every partition.
 */
const setting = sql`'events_graphql.updated'`;
const updates = sql`pg_catalog.concat('0', pg_catalog.current_setting(${setting}, true))`;
const isCounted = sql`pg_catalog.set_config(${setting}, (${updates}::pg_catalog.int4 ${own('+')} 1)::pg_catalog.text, true) is not null`;

function onConflict({ key, action }: Conflict, names: readonly string[]): Sql {
  if (action === 'ignore') return sql`on conflict ${list(key)} do nothing`;
  const set = names
    .filter((name) => !key.includes(name))
    .map((name) => sql`${ident(name)} = ${ident('excluded', name)}`);
  return sql`on conflict ${list(key)} do update set ${join(set)} where ${isCounted}`;
}

const list = (names: readonly string[]): Sql => sql`(${join(names.map((name) => ident(name)))})`;
const nameOf = ({ number }: Group): Sql => ident(`w${number}`);
const numberOf = ({ number }: Group): Sql => trusted(String(number));
