import { type Catalog, type Column, columnOf, type Table } from '../../catalog/catalog.ts';
import { isOnNodes } from '../../catalog/distribution.ts';
import { hasNullable } from '../../catalog/uniqueKeys.ts';
import { equal, operandOf } from './compare.ts';
import type { Conflict, Group, InputName, Insert } from './insertInput.ts';
import { type Marker, marker } from './markers.ts';
import type { Row } from './row.ts';
import { alias } from './select.ts';
import { and, eq, ident, type Sql, sql } from './sql.ts';

/** The outcome of an INSERT. */
export interface Inserted {
  /** The created and updated rows, in the order of the inputs. */
  readonly rows: readonly Row[];
  readonly createdCount: number;
  readonly updatedCount: number;
  /** Positions, from 0, of the first inputs that share a key; if there are any, nothing was written. */
  readonly repeated: readonly number[];
}

/** Selects the written rows, each with the position of the input that has its key. */
export function foundByKey(catalog: Catalog, table: Table, { key }: Conflict, input: InputName): Sql {
  const isSame = and(
    key.columns.map((name) => {
      const column = columnOf(table, name);
      return equal(operandOf(column, ident('w', name)), operandOf(column, sql`i.${input(name)}`));
    }),
  );
  return sql`select w.*, i.n as ${ident(marker(catalog, 'n'))} from written w join input i on ${isSame}`;
}

/**
 * Selects the written rows, each with the position of its input. The rows come from several nodes, and each node keeps
 * their order. So among rows with the same value of the column, the first belongs to the first input with this value.
 */
export function foundByDistribution(catalog: Catalog, column: Column, input: InputName): Sql {
  const named = (name: Marker) => ident(marker(catalog, name));
  const [group, row, position] = [named('group'), named('row'), named('position')];
  const [place, given] = [ident('w', column.name), sql`i.${input(column.name)}`];
  const counted = (by: Sql, order: Sql) =>
    sql`pg_catalog.row_number() over (partition by ${by} order by ${order}) as ${position}`;
  return sql`select w.*, i.n as ${ident(marker(catalog, 'n'))}
    from (select w.*, ${counted(sql`w.${group}, ${place}`, sql`w.${row}`)} from (select w.*, pg_catalog.row_number() over () as ${row} from written w) w) w
    join (select i.*, ${counted(sql`i.g, ${given}`, sql`i.n`)} from input i) i
      on w.${group} ${eq} i.g and w.${position} ${eq} i.${position} and ${equal(operandOf(column, place), operandOf(column, given))}`;
}

/** Reads the result. If rows have no position, all rows of each group are there, in its order. */
export function readAnswer(catalog: Catalog, answer: readonly Row[], groups: readonly Group[]): Inserted {
  const [n, group] = [marker(catalog, 'n'), marker(catalog, 'group')];
  const [updated, repeated] = [marker(catalog, 'updated'), marker(catalog, 'repeated')];
  const [first] = answer;
  // A single INSERT without a conflict: all rows were created, in their order.
  if (groups.length === 1 && first?.[n] === undefined && first?.[repeated] === undefined)
    return { rows: answer, createdCount: answer.length, updatedCount: 0, repeated: [] };
  const positions = groups.map(({ positions }) => positions.values());
  const written = answer.filter((row) => row[group] !== null);
  const placed = written.map((row) => ({
    row,
    at: row[n] === undefined ? (positions[Number(row[group])]?.next().value ?? answer.length) : Number(row[n]),
  }));
  const updatedCount = written.filter((row) => row[updated] === 't').length;
  return {
    rows: sorted(placed),
    createdCount: written.length - updatedCount,
    updatedCount,
    repeated: first?.[repeated]?.split(' ').map(Number) ?? [],
  };
}

const sorted = (placed: readonly { readonly row: Row; readonly at: number }[]): readonly Row[] =>
  placed.toSorted((a, b) => a.at - b.at).map(({ row }) => row);

/**
 * Tells whether each row must report its input. A trigger may drop rows and change their keys, so neither order nor key
 * identifies the input. Whether a row already existed would only be known from `xmax`, which needs SELECT on the whole
 * table and which some partitions lack. Citus does not support settings in INSERTs.
 */
export const isTraced = ({ table, conflict }: Insert): boolean =>
  !isOnNodes(table) &&
  (table.hasInsertTriggers ||
    (conflict !== null && (conflict.action === 'update' || hasNullable(table, conflict.key.columns))));

/** Selects whether a row already existed, in the way that Citus supports. */
export const selectExisted = (catalog: Catalog): Sql =>
  sql`${ident(alias, 'xmax')} operator(pg_catalog.<>) 0 as ${ident(marker(catalog, 'updated'))}`;

/**
 * The transaction's settings that an INSERT sets and reads for each row: the current input, and the last input by which
 * a row was updated.
 */
const current = sql`'events_graphql.input'`;
const updated = sql`'events_graphql.updated'`;
const settingText = (setting: Sql): Sql => sql`pg_catalog.current_setting(${setting}, true)`;
const isSet = (setting: Sql, value: Sql): Sql => sql`pg_catalog.set_config(${setting}, ${value}, true) is not null`;
/** Conditions that are always true, but record the current input `i`, or that its row was updated. */
export const tracesInput = isSet(current, sql`i.n::pg_catalog.text`);
export const tracesUpdate = isSet(updated, settingText(current));

/** Selects what these conditions recorded. */
export const trace = (catalog: Catalog) => sql`${settingText(current)} as ${ident(marker(catalog, 'n'))},
  coalesce(${settingText(updated)} ${eq} ${settingText(current)}, false) as ${ident(marker(catalog, 'updated'))}`;
