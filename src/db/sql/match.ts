import { columnOf, type ForeignKey, type Table } from '../../catalog/catalog.ts';
import { comparable, equal, equality, type Operand, operandOf } from './compare.ts';
import type { Row } from './row.ts';
import { cast, columnRef } from './select.ts';
import { and, empty, ident, join, pruning, type Sql, sql, trusted } from './sql.ts';

/** The text of a key's columns, in order. */
export type Key = readonly (string | null)[];

/** A rule for finding rows by a key: `columns` of `table` must equal the key, taken from `values` of `origin`. */
export interface Match {
  readonly table: Table;
  readonly columns: readonly string[];
  /** The table of `values`, whose types the key has; for a key from a client, it is `table`. */
  readonly origin: Table;
  readonly values: readonly string[];
  /** Alias of the matching rows, if it differs from that of the rows that the statement reads. */
  readonly alias?: string;
  /** The symbol under which a row of `origin` holds the matching row, or null, once a statement has joined it. */
  readonly joined?: symbol;
}

/** Creates a match of rows by values from clients for these columns. */
export const byColumns = (table: Table, columns: readonly string[]): Match => ({
  table,
  columns,
  origin: table,
  values: columns,
});

/** Tells whether `byColumns` created a match, so that its keys may come from clients. */
export const isByOwnColumns = ({ columns, values }: Match): boolean => columns === values;

/** Creates a match that leads from a row to the row of `target` that its foreign key refers to. */
export const toReferenced = (origin: Table, key: ForeignKey, target: Table): Match => ({
  table: target,
  columns: key.targets,
  origin,
  values: key.columns,
});

/** Creates a match that leads from a row to the rows of `child` whose foreign key refers to it. */
export const toReferring = (origin: Table, child: Table, key: ForeignKey): Match => ({
  table: child,
  columns: key.columns,
  origin,
  values: key.targets,
});

/**
 * Creates a match of at most one row, which can be joined if an index guarantees that. A key that only a comment declares
 * may match several rows, and a join would repeat the parent's row.
 */
export function toOne(match: Match): Match {
  const { table, columns, origin, values } = match;
  const mayJoin =
    table.indexes.some((index) => index.unique && index.columns.every((name) => columns.includes(name))) &&
    columns.every((name, i) => haveOneCollation(columnOf(table, name), columnOf(origin, values[i] ?? name)));
  return mayJoin ? { ...match, joined: Symbol(table.name) } : match;
}

/**
 * Tells whether PostgreSQL can compare texts of two columns: it cannot if they have two collations, neither of which is
 * the database's default.
 */
const haveOneCollation = (a: { collation: string | null }, b: { collation: string | null }): boolean =>
  a.collation === null || b.collation === null || a.collation === b.collation;

/** Returns the text of a key's columns in a row. */
export const keyOf = (row: Row, columns: readonly string[]): Key => columns.map((name) => row[name] ?? null);

/** Builds a row for each key, as `k`: its number `n`, from 1, and its values as text. */
export function keyRows({ values }: Match, keys: readonly Key[]): Sql {
  const lists = values.map((_, i) => sql`pg_catalog.unnest(${keys.map((key) => key[i] ?? null)}::pg_catalog.text[])`);
  return sql`rows from (${join(lists)}) with ordinality as k(${join([...values.map((_, i) => ident(`k${i}`)), sql`n`])})`;
}

/** Tests whether a row of the match's table matches a key; by default the key is the row `k` of the statement. */
export const matchesKey = ({ table, columns, origin, values, alias }: Match, key?: Key): Sql =>
  and(
    columns.map((name, i) => {
      const [column, from] = [columnOf(table, name), columnOf(origin, values[i] ?? name)];
      return equal(
        operandOf(column, columnRef(column, alias)),
        operandOf(from, cast(key ? (key[i] ?? null) : ident('k', `k${i}`), from)),
      );
    }),
  );

/** Tests whether the columns of a partition key have a value of any key, which lets PostgreSQL prune partitions. */
export const isAmongKeys = ({ table, columns, origin, values }: Match, keys: readonly Key[]): readonly Sql[] =>
  columns.flatMap((name, i) => {
    const [column, from] = [columnOf(table, name), columnOf(origin, values[i] ?? name)];
    if (!column.partitions) return [];
    const [left, right] = [operandOf(column, columnRef(column)), operandOf(from, empty)];
    const among = sql`${keys.map((key) => key[i] ?? null)}::${trusted(from.type.sql)}[]`;
    return [pruning(sql`${comparable(left)} ${trusted(equality(left, right))} any (${among})`, column.partitions)];
  });

/** Alias of the rows that a subquery finds for another row of the statement. */
export const relatedAlias = 'm';

/** Tests whether a row of the match's table, with alias `name`, matches the row with alias `outer`. */
export const matchesRow = (match: Match, outer: string, name = relatedAlias): Sql =>
  and(comparedPairs(match, outer, name).map(([left, right]) => equal(left, right)));

/** Returns the pairs of values that `matchesRow` compares. */
export const comparedPairs = (
  { table, columns, origin, values }: Match,
  outer: string,
  name: string,
): readonly (readonly [Operand, Operand])[] =>
  columns.map((target, i) => {
    const [column, from] = [columnOf(table, target), columnOf(origin, values[i] ?? target)];
    return [operandOf(column, columnRef(column, name)), operandOf(from, columnRef(from, outer))];
  });
