import type { Catalog } from '../../catalog/catalog.ts';
import { isCluster } from '../../catalog/distribution.ts';
import { comparable, equal, equality } from './compare.ts';
import { comparedPairs, type Match } from './match.ts';
import { from } from './select.ts';
import { and, ident, join, type Sql, sql, trusted } from './sql.ts';

/**
 * Tells whether there is a row, aliased `name`, that fulfils a condition and matches the row with alias `outer`. Citus
 * refuses most subqueries that refer to the outer row, while PostgreSQL only makes a semi-join of one that does
 * (docs/decisions.md).
 */
export function hasRow(catalog: Catalog, match: Match, outer: string, name: string, condition: Sql): Sql {
  const rows = sql`from ${from(catalog, match.table)} ${ident(name)} where`;
  const pairs = comparedPairs(match, outer, name);
  const [operator, ...others] = new Set(pairs.map(([left, right]) => equality(left, right)));
  if (operator === undefined || others.length > 0 || !isCluster(catalog))
    return sql`exists (select ${rows} ${and([...pairs.map(([left, right]) => equal(left, right)), condition])})`;
  const inside = join(pairs.map(([left]) => comparable(left)));
  const outside = join(pairs.map(([, right]) => comparable(right)));
  return sql`coalesce((${outside}) ${trusted(operator)} any (select ${inside} ${rows} ${condition}), false)`;
}
