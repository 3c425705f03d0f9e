import type { Catalog } from '../../catalog/catalog.ts';
import { isCluster } from '../../catalog/distribution.ts';
import { comparable, equal, equality } from './compare.ts';
import { comparedPairs, type Match } from './match.ts';
import { from } from './select.ts';
import { and, ident, join, type Sql, sql, trusted } from './sql.ts';

/**
 * Tests whether there is a row, aliased `name`, that fulfils a condition and matches the row with alias `outer`. The
 * subquery refers to the outer row, since PostgreSQL makes a semi-join only of such a subquery. Citus refuses most of
 * these, so on a cluster the outer row is compared with the subquery's keys instead (docs/decisions.md).
 */
export function hasRow(catalog: Catalog, match: Match, outer: string, name: string, condition: Sql): Sql {
  const rows = sql`from ${from(catalog, match.table)} ${ident(name)} where`;
  const pairs = comparedPairs(match, outer, name);
  const [operator, ...others] = new Set(pairs.map(([left, right]) => equality(left, right)));
  if (operator === undefined || others.length > 0 || !isCluster(catalog))
    return sql`exists (select ${rows} ${and([...pairs.map(([left, right]) => equal(left, right)), condition])})`;
  const innerKey = join(pairs.map(([left]) => comparable(left)));
  const outerKey = join(pairs.map(([, right]) => comparable(right)));
  return sql`coalesce((${outerKey}) ${trusted(operator)} any (select ${innerKey} ${rows} ${condition}), false)`;
}
