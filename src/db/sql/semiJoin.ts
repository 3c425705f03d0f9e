import { type Catalog, isCluster, type Table } from '../../catalog/catalog.ts';
import { comparable, equal, equality, type Operand } from './compare.ts';
import { from } from './select.ts';
import { and, ident, join, type Sql, sql, trusted } from './sql.ts';

/**
 * Tells whether a table has a row, aliased `inner`, that fulfils a condition and whose values equal those of the outer
 * row, pair by pair. Citus refuses most subqueries that refer to the outer row, while PostgreSQL only makes a semi-join
 * of one that does (docs/decisions.md).
 */
export function hasRow(
  catalog: Catalog,
  table: Table,
  inner: string,
  pairs: readonly (readonly [Operand, Operand])[],
  condition: Sql,
): Sql {
  const rows = sql`from ${from(catalog, table)} ${ident(inner)} where`;
  const [operator, ...others] = new Set(pairs.map(([left, right]) => equality(left, right)));
  if (operator === undefined || others.length > 0 || !isCluster(catalog))
    return sql`exists (select ${rows} ${and([...pairs.map(([left, right]) => equal(left, right)), condition])})`;
  const [inside, outside] = [0, 1].map((side) => join(pairs.map((pair) => comparable(pair[side as 0 | 1]))));
  return sql`coalesce((${outside ?? sql``}) ${trusted(operator)} any (select ${inside ?? sql``} ${rows} ${condition}), false)`;
}
