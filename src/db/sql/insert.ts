import { LRUCache } from 'lru-cache';
import { type Catalog, type Column, columnOf, type Table } from '../../catalog/catalog.ts';
import { distributionColumn, isOnNodes } from '../../catalog/spread.ts';
import { hasNullable } from '../../catalog/uniqueKeys.ts';
import { equal, isNotNull, operandOf } from './compare.ts';
import { type Conflict, type Group, groupsOf, type Insert, inputRows, inputValues, nameList } from './insertInput.ts';
import { marker } from './markers.ts';
import type { Row } from './row.ts';
import { alias, from, wholeStatement } from './select.ts';
import { and, empty, eq, gt, ident, join, own, type Sql, sql, trusted } from './sql.ts';

/** The outcome of an INSERT. */
export interface Inserted {
  /** The created and updated rows, in the order of the inputs. */
  readonly rows: readonly Row[];
  readonly createdCount: number;
  readonly updatedCount: number;
  /** Positions, from 0, of the first inputs that share a key; if there are any, nothing was written. */
  readonly repeated: readonly number[];
}

export interface InsertStatement {
  readonly query: Sql;
  /** Reads the statement's result. */
  readonly read: (answer: readonly Row[]) => Inserted;
}

/** Names a column's values in the input, apart from all names of columns. */
type Input = (name: string) => Sql;

/**
 * Builds the statement that creates rows, all or none, and returns the `selected` columns of each. Each column is one
 * parameter, however many rows there are. Throws BAD_USER_INPUT if the rows name too many different sets of columns.
 */
export function insertRows(catalog: Catalog, insert: Insert, selected: readonly string[]): InsertStatement {
  const { table, conflict, rows } = insert;
  const groups = groupsOf(insert);
  const given = table.columns.filter((column) => groups.some(({ columns }) => columns.includes(column)));
  const named = groups.map(({ columns }) => columns.map(({ name }) => name));
  const shape = JSON.stringify([named, conflict, selected, rows.length > 1]);
  const known = statements.get(table) ?? new LRUCache<string, Sql>({ max: maxShapes });
  statements.set(table, known);
  const query = known.get(shape) ?? { ...writeInsert(catalog, insert, { groups, given, selected }), values: [] };
  known.set(shape, query);
  return {
    query: { ...query, values: inputValues(rows, groups, given) },
    read: (answer) => readAnswer(catalog, answer, groups),
  };
}

/** Statements without their values. Rows that name the same columns share their text. */
const statements = new WeakMap<Table, LRUCache<string, Sql>>();
/** Statements that are kept per table, those used last. */
const maxShapes = 20;

interface Shape {
  readonly groups: readonly Group[];
  /** The columns that any row names. */
  readonly given: readonly Column[];
  readonly selected: readonly string[];
}

function writeInsert(catalog: Catalog, insert: Insert, { groups, given, selected }: Shape): Sql {
  const { table, conflict } = insert;
  const input: Input = (name) => ident(`c${given.findIndex((column) => column.name === name)}`);
  const traced = isTraced(insert);
  const place = distributionColumn(table);
  const isPlaced = place !== null && conflict === null && insert.rows.length > 1;
  const found = [...(traced ? [] : (conflict?.key.columns ?? [])), ...(isPlaced ? [place] : [])];
  const returned = [...new Set([...selected, ...found])].map((n) => ident(alias, n));
  const told = traced ? [trace(catalog)] : conflict?.action === 'update' ? [wasThere(catalog)] : [];
  const inserts = groups.map(
    (group) => sql`${nameOf(group)} as (${insertGroup(catalog, insert, group, input)}
      returning ${join([sql`${numberOf(group)} as ${ident(marker(catalog, 'group'))}`, ...told, ...returned])})`,
  );
  const rows = inputRows(given);
  const written = join(
    groups.map((group) => sql`select * from ${nameOf(group)}`),
    ' union all ',
  );
  const query = conflict
    ? sql`with ${join([rows, repeatedKey(table, conflict, input), ...inserts, sql`written as (${written})`])}
          select o.*, (select positions from repeated) as ${ident(marker(catalog, 'repeated'))}
          from (select) one left join (${traced ? sql`select * from written` : foundByKey(catalog, table, conflict, input)}) o on true`
    : isPlaced
      ? sql`with ${join([rows, ...inserts, sql`written as (${written})`])} ${foundByPlace(catalog, columnOf(table, place), input)}`
      : sql`with ${join([rows, ...inserts])} ${written}`;
  return wholeStatement('INSERT', catalog, table, query);
}

function insertGroup(catalog: Catalog, insert: Insert, group: Group, input: Input): Sql {
  const { table, conflict } = insert;
  const names = group.columns.map(({ name }) => name);
  const columns = join(names.map(input));
  const target = sql`insert into ${from(catalog, table)} as ${ident(alias)} ${names.length > 0 ? nameList(names) : sql``}`;
  const isOne = [sql`g ${eq} ${numberOf(group)}`, ...(conflict ? [sql`not exists (select from repeated)`] : [])];
  const source = sql`from input where ${and(isOne)} order by ${conflict ? join(conflict.key.columns.map(input)) : sql`n`}`;
  const resolution = conflict ? onConflict(table, conflict, names) : sql``;
  return isTraced(insert)
    ? sql`${target} select ${columns} from (select * ${source} offset 0) i where ${isNext} ${resolution}`
    : sql`${target} select ${columns} ${source} ${resolution}`;
}

/** Selects the inputs that share a key. If nulls are distinct, an input with a null shares none. */
function repeatedKey(table: Table, { key: { columns, nullsEqual } }: Conflict, input: Input): Sql {
  const telling = nullsEqual ? [] : columns.map((name) => columnOf(table, name)).filter(({ nullable }) => nullable);
  const isTelling = and(telling.map((column) => isNotNull(operandOf(column, input(column.name)))));
  return sql`repeated as materialized (
    select pg_catalog.string_agg((n ${own('-')} 1)::pg_catalog.text, ' ' order by n) as positions
    from input where ${isTelling} group by ${join(columns.map(input))} having pg_catalog.count(*) ${gt} 1
    order by pg_catalog.min(n) limit 1)`;
}

/** Selects the written rows, each with the position of the input that has its key. */
function foundByKey(catalog: Catalog, table: Table, { key }: Conflict, input: Input): Sql {
  const isSame = and(
    key.columns.map((name) => {
      const column = columnOf(table, name);
      return equal(operandOf(column, ident('w', name)), operandOf(column, sql`i.${input(name)}`));
    }),
  );
  return sql`select w.*, i.n as ${ident(marker(catalog, 'n'))} from written w join input i on ${isSame}`;
}

/**
 * Selects the written rows, each with the position of its input. They come from several nodes, and each node keeps the
 * order: among the inputs with the same value of the column, the first row belongs to the first input.
 */
function foundByPlace(catalog: Catalog, column: Column, input: Input): Sql {
  const [group, row, position] = (['group', 'row', 'position'] as const).map((name) => ident(marker(catalog, name)));
  if (!group || !row || !position) throw new Error('Markers have names');
  const [place, given] = [ident('w', column.name), sql`i.${input(column.name)}`];
  const counted = (by: Sql, order: Sql) =>
    sql`pg_catalog.row_number() over (partition by ${by} order by ${order}) as ${position}`;
  return sql`select w.*, i.n as ${ident(marker(catalog, 'n'))}
    from (select w.*, ${counted(sql`w.${group}, ${place}`, sql`w.${row}`)} from (select w.*, pg_catalog.row_number() over () as ${row} from written w) w) w
    join (select i.*, ${counted(sql`i.g, ${given}`, sql`i.n`)} from input i) i
      on w.${group} ${eq} i.g and w.${position} ${eq} i.${position} and ${equal(operandOf(column, place), operandOf(column, given))}`;
}

/** Reads the result. Rows without a position are complete and in the order of their group. */
function readAnswer(catalog: Catalog, answer: readonly Row[], groups: readonly Group[]): Inserted {
  const positions = groups.map((group) => group.positions.values());
  const [n, group] = [marker(catalog, 'n'), marker(catalog, 'group')];
  const written = answer.filter((row) => row[group] !== null);
  const placed = written.map((row) => ({
    row,
    at: row[n] === undefined ? (positions[Number(row[group])]?.next().value ?? answer.length) : Number(row[n]),
  }));
  const updatedCount = written.filter((row) => row[marker(catalog, 'updated')] === 't').length;
  return {
    rows: sorted(placed),
    createdCount: written.length - updatedCount,
    updatedCount,
    repeated: answer[0]?.[marker(catalog, 'repeated')]?.split(' ').map(Number) ?? [],
  };
}

const sorted = (placed: readonly { readonly row: Row; readonly at: number }[]): readonly Row[] =>
  placed.toSorted((a, b) => a.at - b.at).map(({ row }) => row);

/**
 * Tells whether each row has to report its input. A trigger may drop rows and change their keys, so neither order nor
 * keys tell; and no column tells whether a row already existed: `xmax` does, but it needs SELECT on the whole table,
 * and not every partition has it. Citus does not support settings in INSERTs.
 */
const isTraced = ({ table, conflict }: Insert): boolean =>
  !isOnNodes(table) &&
  (table.hasInsertTriggers ||
    (conflict !== null && (conflict.action === 'update' || hasNullable(table, conflict.key.columns))));

/** Tells whether a row existed, in the way that Citus supports. */
const wasThere = (catalog: Catalog): Sql =>
  sql`${ident(alias, 'xmax')} operator(pg_catalog.<>) 0 as ${ident(marker(catalog, 'updated'))}`;

/**
 * The transaction's settings that an INSERT sets and reads for each row: the current input, and the last input by which
 * a row was updated.
 */
const current = sql`'events_graphql.input'`;
const updated = sql`'events_graphql.updated'`;
const settingText = (setting: Sql): Sql => sql`pg_catalog.current_setting(${setting}, true)`;
const isSet = (setting: Sql, value: Sql): Sql => sql`pg_catalog.set_config(${setting}, ${value}, true) is not null`;
const isNext = isSet(current, sql`i.n::pg_catalog.text`);
const trace = (catalog: Catalog) => sql`${settingText(current)} as ${ident(marker(catalog, 'n'))},
  coalesce(${settingText(updated)} ${eq} ${settingText(current)}, false) as ${ident(marker(catalog, 'updated'))}`;

function onConflict(table: Table, { key, action }: Conflict, names: readonly string[]): Sql {
  const { columns, partial } = key;
  const target = sql`${nameList(columns)}${partial ? sql` where ${trusted(partial.predicate)}` : empty}`;
  if (action === 'ignore') return sql`on conflict ${target} do nothing`;
  const set = names
    .filter((name) => !columns.includes(name))
    .map((name) => sql`${ident(name)} = ${ident('excluded', name)}`);
  const update = sql`on conflict ${target} do update set ${join(set)}`;
  return isOnNodes(table) ? update : sql`${update} where ${isSet(updated, settingText(current))}`;
}

const nameOf = ({ number }: Group): Sql => ident(`w${number}`);
const numberOf = ({ number }: Group): Sql => trusted(String(number));
