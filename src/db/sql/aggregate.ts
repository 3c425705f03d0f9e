import type { Catalog, Table } from '../../catalog/catalog.ts';
import { type Bucket, bucketValue, secondsBetween } from './bucket.ts';
import { excess, filledGroups } from './filledGroups.ts';
import { type Grouping, groupNames, keyNames, named, selectFound } from './grouping.ts';
import { orderBy } from './keyset.ts';
import {
  byPeriod,
  computed,
  distinct,
  isChange,
  type Measure,
  type Period,
  placesIn,
  selectEndRow,
  shown,
  shownBefore,
} from './measure.ts';
import { alias, from } from './select.ts';
import { and, empty, eq, ident, join, type Sql, sql } from './sql.ts';

/** Builds the statement for one row: measures of all rows that fulfil the conditions. */
export function selectWhole(
  catalog: Catalog,
  table: Table,
  where: Sql,
  measures: readonly Measure[],
  match: readonly Sql[] = [],
): Sql {
  const source = sql`${from(catalog, table)} ${ident(alias)}`;
  const { own, periods } = byPeriod(measures);
  const parts = [
    { alias: 'g', where, measures: own.map((of) => ({ name: of.name, of })) },
    ...periods.map(({ alias, period, measures }) => ({ alias, where: period.where, measures })),
  ];
  const sources = parts.flatMap(({ alias, where, measures }) => {
    const aggregates = measures.map(({ of }) => of).filter(({ kind }) => kind !== 'row');
    const list = computed(table, aggregates).map(named);
    const conditions = and([where, ...match]);
    return list.length > 0 ? [sql`(select ${join(list)} from ${source} where ${conditions}) ${ident(alias)}`] : [];
  });
  const values = parts.flatMap(({ alias, where, measures }) => {
    const places = placesIn(measures.map(({ of }) => of));
    return measures.map(({ name, of }) => {
      const expression =
        of.kind === 'row'
          ? sql`(${selectEndRow(table, source, [where, ...match], of)})`
          : shownBefore({ of }, places, alias);
      return named({ name, expression });
    });
  });
  return sql`select ${join(values)} ${sources.length > 0 ? sql`from ${join(sources)}` : empty}`;
}

/** Builds the statement for the groups and their measures; `match` restricts it to the rows of one parent. */
export function selectGroups(
  catalog: Catalog,
  grouping: Grouping,
  measures: readonly Measure[],
  match: readonly Sql[] = [],
): Sql {
  const { bucket, order, limit } = grouping;
  const all = distinct([...grouping.measures, ...measures]);
  const values = bucket && [named({ name: 'bucket', expression: bucketValue(bucket, ident('a', 'bucket')) })];
  const before = bucket ? byPeriod(all).periods.map(({ period }) => bucketName(period)) : [];
  const names = [...keyNames(grouping), ...all.map(({ name }) => name), ...before, ...(bucket?.fill ? [excess] : [])];
  const list = join([...names.map((name) => ident('a', name)), ...(values ?? [])]);
  const sorted = order.length > 0 ? sql`order by ${orderBy(order)}` : empty;
  return sql`select ${list} from (${selectAll(catalog, grouping, all, match)}) a
    where ${wanted(grouping)} ${sorted} limit ${limit}`;
}

/** Counts the groups, regardless of the limit. */
export const selectGroupCount = (catalog: Catalog, grouping: Grouping, match: readonly Sql[] = []): Sql =>
  sql`select pg_catalog.count(*) as count from (${selectAll(catalog, grouping, grouping.measures, match)}) a
    where ${wanted(grouping)}`;

/** Builds the condition on the groups to return, which keeps a row that reports too many buckets. */
const wanted = ({ having, bucket }: Grouping): Sql =>
  bucket?.fill ? sql`(${having} or ${ident('a', excess)} is not null)` : having;

/** Selects all groups, with their measures by name. */
function selectAll(catalog: Catalog, grouping: Grouping, measures: readonly Measure[], match: readonly Sql[]): Sql {
  const { bucket } = grouping;
  const { own, periods } = byPeriod(measures);
  const rows = { places: placesIn(own), elapsed: bucket && elapsed(bucket) };
  const list = [
    ...groupNames(grouping).map((name) => ident('g', name)),
    ...own.map((measure) => named({ name: measure.name, expression: shown(measure, rows) })),
    ...periods.flatMap((period) => earlierColumns(grouping, period)),
  ];
  const earlier = periods.map((period) => joinEarlier(catalog, grouping, period, match));
  const tail = join([...earlier, ...(own.some(isChange) ? [seriesOf(grouping)] : [])], ' ');
  if (!bucket?.fill) return sql`select ${join(list)} from (${selectFound(catalog, grouping, own, match)}) g ${tail}`;
  const size = named({ name: excess, expression: sql`(select excess from size)` });
  return sql`with ${filledGroups(catalog, grouping, bucket, bucket.fill, own, match)}
    select ${join([...list, size])} from filled g ${tail}`;
}

/** Defines the window over the buckets with equal keys, in order. */
const seriesOf = (grouping: Grouping): Sql => {
  const keys = keyNames(grouping).map((name) => ident('g', name));
  return sql`window series as (${keys.length > 0 ? sql`partition by ${join(keys)}` : empty} order by ${ident('g', 'bucket')})`;
};

const elapsed = (bucket: Bucket): Sql => {
  const start = ident('g', 'bucket');
  return secondsBetween(bucket, sql`pg_catalog.lag(${start}) over series`, start);
};

const bucketName = ({ name }: Period): string => `${name} bucket`;

type EarlierGroups = ReturnType<typeof byPeriod>['periods'][number];

/** Selects the columns of an earlier period: its measures, and the start of its bucket. */
function earlierColumns({ bucket }: Grouping, { period, measures, alias }: EarlierGroups): readonly Sql[] {
  const places = placesIn(measures.map(({ of }) => of));
  const values = measures.map((measure) =>
    named({ name: measure.name, expression: shownBefore(measure, places, alias) }),
  );
  if (!bucket) return values;
  const start = bucketValue(bucket, period.bucketBefore(ident('g', 'bucket')));
  return [...values, named({ name: bucketName(period), expression: start })];
}

/** Joins the groups of an earlier period by their keys. Comparing whole records makes nulls equal. */
function joinEarlier(catalog: Catalog, grouping: Grouping, earlier: EarlierGroups, match: readonly Sql[]): Sql {
  const { period, measures, alias } = earlier;
  const of = measures.map((measure) => measure.of);
  const names = groupNames(grouping);
  const there = names.map((name) => ident(alias, name));
  const here = names.map((name) => (name === 'bucket' ? period.bucketBefore(ident('g', name)) : ident('g', name)));
  const row = (parts: readonly Sql[]) => sql`row(${join(parts)})::pg_catalog.record`;
  return sql`left join (${selectFound(catalog, { ...grouping, where: period.where }, of, match)}) ${ident(alias)}
    on ${names.length > 0 ? sql`${row(here)} ${eq} ${row(there)}` : sql`true`}`;
}
