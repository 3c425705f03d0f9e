import DataLoader from 'dataloader';
import { type Catalog, columnOf, type Table } from '../catalog/catalog.ts';
import { type Grouping, selectGroupCount, selectGroups, selectWhole } from '../db/aggregate.ts';
import type { Db, Row } from '../db/db.ts';
import type { Measure } from '../db/measure.ts';
import { alias, cast, columnRef, from, type Page, selectCount, selectEstimate, selectPage } from '../db/select.ts';
import { and, ident, identity, join, type Sql, sql } from '../db/sql.ts';

/** The text of a key's columns, in its order. */
export type Key = readonly (string | null)[];

/** How a batch of keys finds its rows: `columns` of `table` equal values that were read from `values` of `origin`. */
export interface Match {
  readonly table: Table;
  readonly columns: readonly string[];
  /** Where the values come from, which decides their type; the same as `table` and `columns` for a client's own values. */
  readonly origin: Table;
  readonly values: readonly string[];
}

/** What an extension loads by itself: one result for each key, in the keys' order. */
export type Batch<V> = (keys: readonly Key[], db: Db) => Promise<readonly V[]>;

/** One request's way to rows, until they change. Loads of one turn of the event loop that differ in nothing but their keys are one statement. */
export interface Loaders {
  /** The row with this unique key, with at least these columns. */
  row(match: Match, key: Key, columns: readonly string[]): Promise<Row | null>;
  /** One page of a table, or of the rows that match a key. */
  page(page: Page, columns: readonly string[], match?: Match, key?: Key): Promise<readonly Row[]>;
  /** How many rows fulfil the condition, as text. */
  count(table: Table, where: Sql, match?: Match, key?: Key): Promise<string>;
  /** How many rows the planner takes a table for, as text; null where it does not know. */
  estimate(table: Table): Promise<string | null>;
  /** These measures of all rows that fulfil the condition. */
  whole(table: Table, where: Sql, measures: readonly Measure[], match?: Match, key?: Key): Promise<Row>;
  /** The groups of a table, or of the rows that match a key, with at least these measures. */
  groups(grouping: Grouping, measures: readonly Measure[], match?: Match, key?: Key): Promise<readonly Row[]>;
  /** How many groups there are, whatever the grouping's limit, as text. */
  groupCount(grouping: Grouping, match?: Match, key?: Key): Promise<string>;
  /** A loader of an extension's own, under a name that is its alone. */
  custom<V>(name: string, batch: Batch<V>, key: Key): Promise<V>;
  /** Forgets all that was loaded: rows have changed. */
  clear(): void;
}

/** One load of a batch: its statement selects the columns, or measures, of all. */
interface Request<C> {
  readonly key: Key;
  readonly columns: readonly C[];
}

type Loader<V, C> = DataLoader<Request<C>, V, string>;

export function createLoaders(db: Db, catalog: Catalog): Loaders {
  const loaders = new Map<string, unknown>();

  /** The loader of this name. What is loaded under a name always has the types that its name stands for. */
  function loader<V, C = string>(
    name: string,
    load: (keys: readonly Key[], columns: readonly C[]) => Promise<readonly V[]>,
  ) {
    const known = loaders.get(name) as Loader<V, C> | undefined;
    if (known) return known;
    const made: Loader<V, C> = new DataLoader(
      (requests) =>
        load(
          requests.map(({ key }) => key),
          [...new Map(requests.flatMap(({ columns }) => columns).map((c) => [JSON.stringify(c), c])).values()],
        ),
      { cacheKeyFn: ({ key, columns }) => JSON.stringify([key, columns]) },
    );
    loaders.set(name, made);
    return made;
  }

  /** Runs one statement whose rows say in `$n` to which key they belong. */
  const perKey = async (keys: readonly Key[], query: Sql): Promise<readonly (readonly Row[])[]> => {
    const groups: Row[][] = keys.map(() => []);
    for (const row of await db.rows(query)) groups[Number(row['$n']) - 1]?.push(row);
    return groups;
  };

  /** The rows of one statement for each key; without a parent the keys of a batch differ in their columns only. */
  const listPerKey = async (
    match: Match | undefined,
    keys: readonly Key[],
    statement: (match: readonly Sql[]) => Sql,
  ): Promise<readonly (readonly Row[])[]> => {
    if (!match) {
      const rows = await db.rows(statement([]));
      return keys.map(() => rows);
    }
    // A nested loop keeps the order within each key: the lateral list is read whole before the next key's.
    return perKey(
      keys,
      sql`
      select k.n as "$n", p.* from ${keyRows(match, keys)}
      cross join lateral (${statement([matches(match)])}) p`,
    );
  };

  const countPerKey = async (...args: Parameters<typeof listPerKey>): Promise<readonly string[]> =>
    (await listPerKey(...args)).map(([row]) => row?.['count'] ?? '0');

  return {
    row: (match, key, columns) =>
      loader<Row | null>(`row ${nameOf(match)}`, async (keys, selected) => {
        const list = join([sql`k.n as "$n"`, ...selected.map((name) => ident(alias, name))]);
        const groups = await perKey(
          keys,
          sql`
          select ${list} from ${keyRows(match, keys)}
          join ${from(catalog, match.table)} ${ident(alias)} on ${matches(match)}`,
        );
        return groups.map(([row]) => row ?? null);
      }).load({ key, columns }),

    page: (page, columns, match, key = []) =>
      loader<readonly Row[]>(`page ${nameOf(match)} ${identity(selectPage(catalog, page, []))}`, (keys, selected) =>
        listPerKey(match, keys, (conditions) => selectPage(catalog, page, selected, conditions)),
      ).load({ key, columns }),

    count: (table, where, match, key = []) =>
      loader<string>(`count ${nameOf(match)} ${identity(selectCount(catalog, table, [where]))}`, (keys) =>
        countPerKey(match, keys, (conditions) => selectCount(catalog, table, [where, ...conditions])),
      ).load({ key, columns: [] }),

    estimate: (table) =>
      loader<string | null>(`estimate ${table.name}`, async (keys) => {
        const [row] = await db.rows(selectEstimate(catalog, table));
        return keys.map(() => row?.['count'] ?? null);
      }).load({ key: [], columns: [] }),

    whole: (table, where, measures, match, key = []) =>
      loader<Row, Measure>(
        `whole ${nameOf(match)} ${identity(selectCount(catalog, table, [where]))}`,
        async (keys, all) => {
          const rows = await listPerKey(match, keys, (conditions) =>
            selectWhole(catalog, table, [where, ...conditions], all),
          );
          return rows.map(([row]) => row ?? {});
        },
      ).load({ key, columns: measures }),

    groups: (grouping, measures, match, key = []) =>
      loader<readonly Row[], Measure>(
        `groups ${nameOf(match)} ${identity(selectGroups(catalog, grouping, []))}`,
        (keys, all) => listPerKey(match, keys, (conditions) => selectGroups(catalog, grouping, all, conditions)),
      ).load({ key, columns: measures }),

    groupCount: (grouping, match, key = []) =>
      loader<string>(`groupCount ${nameOf(match)} ${identity(selectGroupCount(catalog, grouping))}`, (keys) =>
        countPerKey(match, keys, (conditions) => selectGroupCount(catalog, grouping, conditions)),
      ).load({ key, columns: [] }),

    custom: <V>(name: string, batch: Batch<V>, key: Key) =>
      loader<V>(`custom ${name}`, (keys) => batch(keys, db)).load({ key, columns: [] }),

    clear: () => loaders.clear(),
  };
}

const nameOf = (match: Match | undefined) =>
  match ? JSON.stringify([match.table.name, match.columns, match.origin.name, match.values]) : '';

/** One row for each key: its number `n`, from 1, and its values as text. */
const keyRows = ({ values }: Match, keys: readonly Key[]): Sql => sql`
  unnest(${join(values.map((_, i) => sql`${keys.map((key) => key[i] ?? null)}::text[]`))})
  with ordinality as k(${join([...values.map((_, i) => ident(`k${i}`)), sql`n`])})`;

const matches = ({ table, columns, origin, values }: Match): Sql =>
  and(
    columns.map((name, i) => {
      const value = cast(ident('k', `k${i}`), columnOf(origin, values[i] ?? name));
      return sql`${columnRef(columnOf(table, name))} = ${value}`;
    }),
  );

/** The text of a key's columns in a row. */
export const keyOf = (row: Row, columns: readonly string[]): Key => columns.map((name) => row[name] ?? null);
