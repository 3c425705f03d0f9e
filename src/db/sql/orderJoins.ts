import { type Catalog, columnOf } from '../../catalog/catalog.ts';
import { badInput } from '../../errors.ts';
import { equal, operandOf } from './compare.ts';
import { type Match, matchesRow, relatedAlias, toOne } from './match.ts';
import { computed, type ValuesMeasure } from './measure.ts';
import { maxJoins } from './projection.ts';
import { columnRef, from } from './select.ts';
import { and, ident, join, type Sql, sql, trusted } from './sql.ts';

/**
 * The joins of an order by related rows. Each relation is joined once as its row, and once as a subquery with all of its
 * measures.
 */
export interface OrderJoins {
  /** Joins the row that a relation leads to from `outer`, and returns its alias; its columns are null if there is none. */
  readonly row: (match: Match, outer: string) => string;
  /**
   * Joins a measure of the rows that a relation leads to from `outer`, and returns its value. The rows have the
   * alias `relatedAlias`.
   */
  readonly measure: (match: Match, outer: string, measure: ValuesMeasure) => Sql;
  readonly sql: () => Sql;
}

interface Join {
  readonly name: string;
  readonly match: Match;
  readonly outer: string;
  /** The expressions of the measures by name; null if a single row is joined. */
  readonly measures: Map<string, Sql> | null;
}

/** Creates the joins of an order, initially none; `isWhole` tells whether the list has all rows of its table. */
export function createOrderJoins(catalog: Catalog, isWhole: boolean): OrderJoins {
  const joins = new Map<string, Join>();
  const joined = (match: Match, outer: string, measures: Join['measures']): Join => {
    const key = JSON.stringify([outer, match.table.name, match.columns, match.values, measures === null]);
    const found = joins.get(key) ?? { name: `o${joins.size}`, match, outer, measures };
    if (!joins.has(key) && joins.size === maxJoins)
      throw badInput(`orderBy leads to the rows of more than ${maxJoins} relations; name fewer`);
    joins.set(key, found);
    return found;
  };
  return {
    row: (match, outer) => joined(match, outer, null).name,
    measure(match, outer, measure) {
      const { name, measures } = joined(match, outer, new Map());
      for (const { expression } of computed(match.table, [measure])) measures?.set(measure.name, expression);
      const value = ident(name, measure.name);
      if (measure.kind === 'percentile') return sql`(${value})[1]`;
      if (measure.kind !== 'value' || measure.whenEmpty === null) return value;
      const counted = sql`coalesce(${value}, ${trusted(measure.whenEmpty)})`;
      const through = [...joins.values()].find((one) => one.name === outer)?.match;
      // If the row in between is missing, the count is null rather than zero.
      return through
        ? sql`case when ${ident(outer, through.columns[0] ?? '')} is not null then ${counted} end`
        : counted;
    },
    sql: () =>
      join(
        [...joins.values()].map((found) => {
          if (found.measures === null) return joinRow(catalog, found);
          const list = [...found.measures].map(([name, expression]) => sql`${expression} as ${ident(name)}`);
          return (isWhole || !isIndexed(found.match) ? joinGroups : joinMeasures)(catalog, found, list);
        }),
        '',
      ),
  };
}

/** Joins a row: plainly if a unique index guarantees that there is only one, otherwise by a lookup of one row. */
function joinRow(catalog: Catalog, { name, match, outer }: Join): Sql {
  const { table } = match;
  if (toOne(match).joined !== undefined)
    return sql` left join ${from(catalog, table)} ${ident(name)} on ${matchesRow(match, outer, name)}`;
  const columns = join(table.columns.map((column) => columnRef(column, relatedAlias)));
  return sql` left join lateral (select ${columns} from ${from(catalog, table)} ${ident(relatedAlias)}
    where ${matchesRow(match, outer)} limit 1) ${ident(name)} on true`;
}

/** Computes the measures for each row of the list by an index lookup. */
const joinMeasures = (catalog: Catalog, { name, match, outer }: Join, measures: readonly Sql[]): Sql =>
  sql` left join lateral (select ${join(measures)} from ${from(catalog, match.table)} ${ident(relatedAlias)}
    where ${matchesRow(match, outer)}) ${ident(name)} on true`;

/**
 * Computes the measures of the whole related table in one scan, which is cheaper if the list has all rows of its table or
 * no index finds the related rows.
 */
function joinGroups(catalog: Catalog, { name, match, outer }: Join, measures: readonly Sql[]): Sql {
  const { table, columns, origin, values } = match;
  const keys = columns.map(
    (column, i) => sql`${columnRef(columnOf(table, column), relatedAlias)} as ${ident(`k${i}`)}`,
  );
  const tied = columns.map((target, i) => {
    const [column, from] = [columnOf(table, target), columnOf(origin, values[i] ?? target)];
    return equal(operandOf(column, ident(name, `k${i}`)), operandOf(from, columnRef(from, outer)));
  });
  return sql` left join (select ${join([...keys, ...measures])} from ${from(catalog, table)} ${ident(relatedAlias)}
    group by ${join(keys.map((_, i) => trusted(String(i + 1))))}) ${ident(name)} on ${and(tied)}`;
}

/** Tells whether an index can find the rows of a relation. */
const isIndexed = ({ table, columns }: Match): boolean =>
  [table.primaryKey, ...table.indexes.map((index) => index.columns)].some((key) =>
    columns.every((name) => key.slice(0, columns.length).includes(name)),
  );
