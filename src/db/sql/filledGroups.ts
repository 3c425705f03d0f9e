import type { Catalog } from '../../catalog/catalog.ts';
import { type Bucket, bucketsBetween, selectEnds, selectSeries } from './bucket.ts';
import { type Grouping, keyNames, maxGroups, selectFound } from './grouping.ts';
import { computed, type RowsMeasure } from './measure.ts';
import type { Bounds } from './period.ts';
import { empty, gt, ident, join, lte, own, type Sql, sql, trusted } from './sql.ts';

/** Limit of the buckets of all groups; `having` and a limit may drop some of them only after they are filled. */
const maxFilled = 100_000;

/** Column in which an extra row reports how many buckets filling would create, if these are too many. */
export const excess = '$excess';

/**
 * Selects the groups that have rows and, for each combination of their keys, the empty buckets. If the bounds alone ask
 * for too many buckets, nothing is read, and one extra row reports that.
 */
export function filledGroups(
  catalog: Catalog,
  grouping: Grouping,
  bucket: Bucket,
  bounds: Bounds,
  measures: readonly RowsMeasure[],
  match: readonly Sql[],
): Sql {
  const keys = keyNames(grouping).map((name) => ident(name));
  const values = computed(grouping.table, measures);
  const asked = sql`coalesce((select ${bucketsBetween(bucket, sql`e.lo`, sql`e.hi`)} from ends e), 0) ${lte} ${maxGroups}`;
  const end = (name: 'lo' | 'hi', pick: 'min' | 'max') => sql`
    case when pg_catalog.isfinite(${ident(name)}) then ${ident(name)}
      else (select pg_catalog.${trusted(pick)}(bucket) from found where pg_catalog.isfinite(bucket)) end as ${ident(name)}`;
  const combinations = sql`(select ${keys.length > 0 ? sql`distinct ${join(keys)} from found` : empty}) k`;
  const names = join([...keys, sql`bucket`]);
  return sql`ends as (${selectEnds(bucket, bounds)}),
    found as (${selectFound(catalog, grouping, measures, [...match, asked])}),
    span as (select ${end('lo', 'min')}, ${end('hi', 'max')} from ends),
    size as (
      select case when n ${gt} ${maxGroups} then n when (n ${own('*')} groups) ${gt} ${maxFilled} then n ${own('*')} groups end as excess
      from (select ${bucketsBetween(bucket, sql`lo`, sql`hi`)} as n, (select pg_catalog.count(*) from ${combinations}) as groups
        from span) s),
    series(bucket) as (
      select s.start from span cross join lateral (${selectSeries(bucket, sql`span.lo`, sql`span.hi`)}) s
      where (select excess from size) is null and not (select e."isEmpty" from ends e)),
    missing as (select ${names} from ${combinations} cross join series except select ${names} from found),
    filled as (
      select ${join([names, ...values.map(({ name }) => ident(name))])} from found
      union all
      select ${join([names, ...values.map(({ whenEmpty }) => trusted(whenEmpty ?? 'null'))])} from missing
      union all
      select ${join([...keys, sql`bucket`, ...values].map(() => sql`null`))} from size where excess is not null)`;
}
