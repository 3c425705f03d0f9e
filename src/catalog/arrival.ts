import { escapeIdentifier } from 'pg';
import type { Catalog, Numbering, Table } from './catalog.ts';
import type { Warn } from './comment.ts';
import type { Directed } from './directives.ts';
import { isOnNodes } from './distribution.ts';
import { uniqueKeys } from './uniqueKeys.ts';

/** The order in which the rows of a table arrive, which its live tail follows. */
export interface Arrival {
  /** The source of the order: a column that numbers the rows, or the id of the inserting transaction. */
  readonly kind: Numbering['kind'];
  /** The column of numbers alone, or that of the transaction's id followed by the columns of a unique key. */
  readonly columns: readonly string[];
}

/** The reason why a table has no live tail, and what its owner can do. */
export interface NoArrival {
  readonly reason: string;
}

/** Orders of arrival by table. */
export type Arrivals = ReadonlyMap<string, Arrival | NoArrival>;

/**
 * Finds the order of arrival of each table, or why it has none; `warn` is called for declared orders that cannot be
 * used.
 */
export function findArrivals({ catalog, arrivals }: Directed, warn: Warn): Arrivals {
  return new Map(
    catalog.tables.map((table) => {
      const declared = arrivals.get(table.name);
      const found = arrivalOf(catalog, table, declared);
      if (declared !== undefined && 'reason' in found)
        warn(`@arrival ${declared} on table ${table.name}: ${found.reason}`);
      return [table.name, found];
    }),
  );
}

/** Finds a table's order of arrival, or why none is safe to follow; `declared` is the column that its owner names. */
export function arrivalOf(
  { schema, isStandby }: Pick<Catalog, 'schema' | 'isStandby'>,
  table: Table,
  declared: string | undefined,
): Arrival | NoArrival {
  if (isStandby)
    return {
      reason: 'the database is a standby, which does not see the writers on its primary: connect to the primary',
    };
  if (table.kind !== 'table' && table.kind !== 'partitioned table')
    return { reason: `a ${table.kind} has no order of arrival: use the live tail of a table instead` };
  if (table.hasInheritanceChildren)
    return { reason: 'other tables inherit from it and number their rows independently: use partitions instead' };
  if (isOnNodes(table) && declared === undefined)
    return {
      reason:
        "each node of the cluster numbers rows independently: if all writers go through the coordinator, add @arrival <column> to the table's comment",
    };
  const found = candidates(table, declared).map((numbering) => check(schema, table, numbering, declared !== undefined));
  return (
    found.find((one) => 'columns' in one) ??
    found[0] ?? {
      reason: declared
        ? `${declared} is neither an integer nor an xid8, so it cannot be an order of arrival: name another column in @arrival, or remove @arrival`
        : 'it has no column that numbers rows in their order of arrival: add an identity column (bigint generated always as identity) with an index, or an xid8 column (docs/live.md)',
    }
  );
}

/**
 * Returns the possible columns: the declared one, otherwise those stamped with the transaction's id, then those with an
 * identity or a sequence.
 */
const candidates = ({ numberings }: Table, declared: string | undefined): readonly Numbering[] =>
  declared === undefined
    ? [
        ...numberings.filter(({ isStamped }) => isStamped),
        ...numberings.filter(
          ({ kind, identity, sequences }) => kind === 'number' && (identity !== null || sequences.length > 0),
        ),
      ]
    : numberings.filter(({ column }) => column === declared);

function check(schema: string, table: Table, numbering: Numbering, isDeclared: boolean): Arrival | NoArrival {
  const { column, kind, nullable } = numbering;
  const name = `${escapeIdentifier(schema)}.${escapeIdentifier(table.name)}`;
  if (nullable)
    return { reason: `${column} may be null: run alter table ${name} alter ${escapeIdentifier(column)} set not null` };
  if (kind === 'transaction' && isOnNodes(table))
    return {
      reason: `${column} is in order on one node only, and the cluster has several: name an identity column in @arrival instead`,
    };
  return kind === 'transaction' ? checkTransaction(name, table, numbering) : checkNumber(name, numbering, isDeclared);
}

function checkTransaction(name: string, table: Table, { column, indexes }: Numbering): Arrival | NoArrival {
  const keys = uniqueKeys(table);
  if (keys.length === 0)
    return { reason: `no readable key distinguishes rows with the same ${column}: add a primary key` };
  const columns = keys
    .map((key) => [column, ...key])
    .find((wanted) => indexes.some((index) => wanted.every((name, i) => index[i] === name)));
  return columns
    ? { kind: 'transaction', columns }
    : { reason: `no index supports the order: run ${indexOn(name, [column, ...(keys[0] ?? [])])}` };
}

function checkNumber(
  name: string,
  { column, identity, sequences, indexes }: Numbering,
  isDeclared: boolean,
): Arrival | NoArrival {
  if (identity !== 'always' && !isDeclared)
    return {
      reason: `${column} can be set by clients, so it may be out of order: make it generated always as identity, or add @arrival ${column} to the table's comment`,
    };
  if (sequences.length > 1)
    return {
      reason: `${column} is fed by several sequences (${sequences.map(({ name }) => name).join(', ')}): use one`,
    };
  for (const { name, cache, increment, cycles } of sequences) {
    if (cache !== 1)
      return {
        reason: `a session takes ${cache} numbers of ${name} at once, so rows arrive out of order: run alter sequence ${name} cache 1`,
      };
    if (increment < 0) return { reason: `${name} counts downwards: run alter sequence ${name} increment 1` };
    if (cycles) return { reason: `${name} starts again at its end: run alter sequence ${name} no cycle` };
  }
  return indexes.length > 0
    ? { kind: 'number', columns: [column] }
    : {
        reason: `no index begins with ${column}, so each look for new rows would read the whole table: run ${indexOn(name, [column])}`,
      };
}

const indexOn = (table: string, columns: readonly string[]): string =>
  `create index on ${table} (${columns.map((column) => escapeIdentifier(column)).join(', ')})`;
