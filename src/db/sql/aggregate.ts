import type { Catalog, Table } from '../../catalog/catalog.ts';
import {
  type Bucket,
  bucketsBetween,
  bucketValue,
  secondsBetween,
  selectBucket,
  selectEnds,
  selectSeries,
} from './bucket.ts';
import { type OrderKey, orderBy } from './keyset.ts';
import {
  byPeriod,
  computed,
  distinct,
  isChange,
  type Measure,
  type OfRows,
  type Period,
  selectEndRow,
  shown,
  shownBefore,
} from './measure.ts';
import type { Bounds } from './period.ts';
import { alias, from, type Rows } from './select.ts';
import { and, empty, eq, gt, ident, join, lte, own, type Sql, sql, trusted } from './sql.ts';

/** Limit of the groups of one field, and of the buckets of one group. */
export const maxGroups = 10_000;
/** Limit of the buckets of all groups, some of which may then be dropped: `having` and a limit apply after filling. */
const maxFilled = 100_000;

/** A grouping of rows, with the condition on its groups and their order. */
export interface Grouping {
  readonly table: Rows;
  readonly where: Sql;
  /** Joins of to-one relations, whose columns may be among the keys. */
  readonly joins: Sql;
  /** Grouping expressions other than the bucket; `key 0`, `key 1`, ... in the result. */
  readonly keys: readonly Sql[];
  /** The bucket; `bucket` in the result. */
  readonly bucket: Bucket | null;
  /** A condition on the names of `measures`. */
  readonly having: Sql;
  /** An order by the names of `measures`, keys and `bucket`. */
  readonly order: readonly OrderKey[];
  readonly measures: readonly Measure[];
  readonly limit: number;
}

export const keyName = (index: number): string => `key ${index}`;

/** Name under which a row reports how many buckets filling would take, if these are too many and none was created. */
export const excess = '$excess';

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
  const values = parts.flatMap(({ alias, where, measures }) =>
    measures.map((measure) => {
      const { name, of } = measure;
      const expression =
        of.kind === 'row'
          ? sql`(${selectEndRow(table, source, [where, ...match], of)})`
          : shownBefore(measure, measures, alias);
      return named({ name, expression });
    }),
  );
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

/** Selects the wanted groups; a row that reports too many buckets is kept. */
const wanted = ({ having, bucket }: Grouping): Sql =>
  bucket?.fill ? sql`(${having} or ${ident('a', excess)} is not null)` : having;

/** Selects all groups, with their measures by name. */
function selectAll(catalog: Catalog, grouping: Grouping, measures: readonly Measure[], match: readonly Sql[]): Sql {
  const { bucket } = grouping;
  const { own, periods } = byPeriod(measures);
  const rows = { measures: own, elapsed: bucket && elapsed(bucket) };
  const list = [
    ...groupNames(grouping).map((name) => ident('g', name)),
    ...own.map((measure) => named({ name: measure.name, expression: shown(measure, rows) })),
    ...periods.flatMap((period) => earlierColumns(grouping, period)),
  ];
  const earlier = periods.map((period) => joinEarlier(catalog, grouping, period, match));
  const tail = join([...earlier, ...(own.some(isChange) ? [seriesOf(grouping)] : [])], ' ');
  if (!bucket?.fill) return sql`select ${join(list)} from (${selectFound(catalog, grouping, own, match)}) g ${tail}`;
  const size = named({ name: excess, expression: sql`(select excess from size)` });
  return sql`with ${filled(catalog, grouping, bucket, bucket.fill, own, match)}
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
const earlierColumns = ({ bucket }: Grouping, { period, measures, alias }: EarlierGroups): readonly Sql[] => [
  ...measures.map((measure) => named({ name: measure.name, expression: shownBefore(measure, measures, alias) })),
  ...(bucket
    ? [
        named({
          name: bucketName(period),
          expression: bucketValue(bucket, period.bucketBefore(ident('g', 'bucket'))),
        }),
      ]
    : []),
];

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

/** Selects the groups that have rows. */
function selectFound(
  catalog: Catalog,
  grouping: Grouping,
  measures: readonly OfRows[],
  conditions: readonly Sql[],
): Sql {
  const { table, where, joins, keys, bucket } = grouping;
  const parts = [
    ...keys.map((expression, i) => ({ name: keyName(i), expression })),
    ...(bucket ? [{ name: 'bucket', expression: selectBucket(bucket) }] : []),
  ];
  const list = [...parts, ...computed(table, measures)].map(named);
  const by = parts.map((_, i) => trusted(String(i + 1)));
  // Without a key or a measure there is still one group, not one for each row.
  return sql`select ${list.length > 0 ? join(list) : sql`pg_catalog.count(*)`} from ${from(catalog, table)} ${ident(alias)} ${joins}
    where ${and([where, ...conditions])} ${by.length > 0 ? sql`group by ${join(by)}` : empty}`;
}

/**
 * Selects the groups that have rows and, for each combination of their keys, the empty buckets. If the bounds alone ask
 * for too many buckets, nothing is read, and one extra row reports that.
 */
function filled(
  catalog: Catalog,
  grouping: Grouping,
  bucket: Bucket,
  bounds: Bounds,
  measures: readonly OfRows[],
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

const keyNames = ({ keys }: Grouping): readonly string[] => keys.map((_, i) => keyName(i));
const groupNames = (grouping: Grouping): readonly string[] => [
  ...keyNames(grouping),
  ...(grouping.bucket ? ['bucket'] : []),
];

const named = ({ name, expression }: { readonly name: string; readonly expression: Sql }): Sql =>
  sql`${expression} as ${ident(name)}`;
