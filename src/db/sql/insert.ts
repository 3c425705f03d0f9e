import { LRUCache } from 'lru-cache';
import { type Catalog, type Column, columnOf, type Table } from '../../catalog/catalog.ts';
import { distributionColumn, isOnNodes } from '../../catalog/distribution.ts';
import { isNotNull, operandOf } from './compare.ts';
import {
  foundByDistribution,
  foundByKey,
  type Inserted,
  isTraced,
  readAnswer,
  selectExisted,
  trace,
  tracesInput,
  tracesUpdate,
} from './inserted.ts';
import {
  type Conflict,
  type Group,
  groupsOf,
  type InputName,
  type Insert,
  inputRows,
  inputValues,
  nameList,
} from './insertInput.ts';
import { marker } from './markers.ts';
import type { Row } from './row.ts';
import { alias, from, wholeStatement } from './select.ts';
import { and, empty, eq, gt, ident, join, own, type Sql, sql, trusted } from './sql.ts';

export interface InsertStatement {
  readonly query: Sql;
  /** Reads the statement's result. */
  readonly read: (answer: readonly Row[]) => Inserted;
}

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
/** Number of statements to keep per table, the most recently used. */
const maxShapes = 20;

interface Shape {
  readonly groups: readonly Group[];
  /** The columns that any row names. */
  readonly given: readonly Column[];
  readonly selected: readonly string[];
}

function writeInsert(catalog: Catalog, insert: Insert, { groups, given, selected }: Shape): Sql {
  const { table, conflict } = insert;
  const input: InputName = (name) => ident(`c${given.findIndex((column) => column.name === name)}`);
  const traced = isTraced(insert);
  const distributedBy = distributionColumn(table);
  const isDistributed = distributedBy !== null && conflict === null && insert.rows.length > 1;
  const found = [...(traced ? [] : (conflict?.key.columns ?? [])), ...(isDistributed ? [distributedBy] : [])];
  const returned = [...new Set([...selected, ...found])].map((name) => ident(alias, name));
  const traces = traced ? [trace(catalog)] : conflict?.action === 'update' ? [selectExisted(catalog)] : [];
  const inserts = groups.map(
    (group) => sql`${nameOf(group)} as (${insertGroup(catalog, insert, group, input)}
      returning ${join([sql`${numberOf(group)} as ${ident(marker(catalog, 'group'))}`, ...traces, ...returned])})`,
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
    : isDistributed
      ? sql`with ${join([rows, ...inserts, sql`written as (${written})`])} ${foundByDistribution(catalog, columnOf(table, distributedBy), input)}`
      : sql`with ${join([rows, ...inserts])} ${written}`;
  return wholeStatement('INSERT', catalog, table, query);
}

function insertGroup(catalog: Catalog, insert: Insert, group: Group, input: InputName): Sql {
  const { table, conflict } = insert;
  const names = group.columns.map(({ name }) => name);
  const columns = join(names.map(input));
  const target = sql`insert into ${from(catalog, table)} as ${ident(alias)} ${names.length > 0 ? nameList(names) : empty}`;
  const isOfGroup = [sql`g ${eq} ${numberOf(group)}`, ...(conflict ? [sql`not exists (select from repeated)`] : [])];
  const source = sql`from input where ${and(isOfGroup)} order by ${conflict ? join(conflict.key.columns.map(input)) : sql`n`}`;
  const resolution = conflict ? onConflict(table, conflict, names) : empty;
  return isTraced(insert)
    ? sql`${target} select ${columns} from (select * ${source} offset 0) i where ${tracesInput} ${resolution}`
    : sql`${target} select ${columns} ${source} ${resolution}`;
}

/** Selects the inputs that share a key. If nulls are distinct, an input with a null shares none. */
function repeatedKey(table: Table, { key: { columns, nullsEqual } }: Conflict, input: InputName): Sql {
  const key = columns.map((name) => columnOf(table, name));
  const nullable = nullsEqual ? [] : key.filter((column) => column.nullable);
  const hasKey = and(nullable.map((column) => isNotNull(operandOf(column, input(column.name)))));
  return sql`repeated as materialized (
    select pg_catalog.string_agg((n ${own('-')} 1)::pg_catalog.text, ' ' order by n) as positions
    from input where ${hasKey} group by ${join(columns.map(input))} having pg_catalog.count(*) ${gt} 1
    order by pg_catalog.min(n) limit 1)`;
}

function onConflict(table: Table, { key, action }: Conflict, names: readonly string[]): Sql {
  const { columns, partial } = key;
  const target = sql`${nameList(columns)}${partial ? sql` where ${trusted(partial.predicate)}` : empty}`;
  if (action === 'ignore') return sql`on conflict ${target} do nothing`;
  const set = names
    .filter((name) => !columns.includes(name))
    .map((name) => sql`${ident(name)} = ${ident('excluded', name)}`);
  const update = sql`on conflict ${target} do update set ${join(set)}`;
  return isOnNodes(table) ? update : sql`${update} where ${tracesUpdate}`;
}

const nameOf = ({ number }: Group): Sql => ident(`w${number}`);
const numberOf = ({ number }: Group): Sql => trusted(String(number));
