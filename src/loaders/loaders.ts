import DataLoader from 'dataloader';
import type { Catalog, Table } from '../catalog/catalog.ts';
import type { Db } from '../db/db.ts';
import { isRefused } from '../db/postgresErrors.ts';
import { type Grouping, selectGroupCount, selectGroups, selectWhole } from '../db/sql/aggregate.ts';
import type { ComputedValue } from '../db/sql/call.ts';
import { marker } from '../db/sql/markers.ts';
import type { Key, Match } from '../db/sql/match.ts';
import { distinct, type Measure } from '../db/sql/measure.ts';
import { type Page, type Selected, selectPage } from '../db/sql/page.ts';
import { distinctTexts, type KeyedStatement, selectForKeys, selectRowsOfKeys, withKeys } from '../db/sql/perKey.ts';
import { joinsOf, merged, noJoins, nothing, type Projection } from '../db/sql/projection.ts';
import type { Row } from '../db/sql/row.ts';
import { isEstimated, type Rows, selectCount, selectEstimate, wholeStatement } from '../db/sql/select.ts';
import { filled, identity, type Sql } from '../db/sql/sql.ts';

/** A value that JSON can distinguish in the arguments of a load. */
export type LoadArgument =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly LoadArgument[]
  | { readonly [name: string]: LoadArgument };

type Variables = Readonly<Record<string, unknown>>;

/** Loads one result per key, in the keys' order; the arguments are the same for all keys of a batch. */
export type BatchRead<K extends LoadArgument, A extends readonly LoadArgument[], V> = (
  keys: readonly K[],
  db: Db,
  ...args: A
) => Promise<readonly V[]>;

/**
 * The loaders of one request, until rows change. Loads in the same turn of the event loop that only differ in their
 * keys become one statement.
 */
export interface Loaders {
  /** Loads the row with this unique key, with at least the projected columns. */
  row(match: Match, key: Key, projection: Projection): Promise<Row | null>;
  /** Loads a computed value of the row with this unique key, as text; null if there is no such row. */
  computed(match: Match, key: Key, value: ComputedValue): Promise<string | null>;
  /** Loads one page of a table, or of the rows that match a key. */
  page(page: Page, projection: Projection, match?: Match, key?: Key): Promise<readonly Row[]>;
  /** Counts the rows of a list across all pages; the result is text. */
  count(list: Counted, match?: Match, key?: Key): Promise<string>;
  /** Loads the planner's estimate of a table's rows, as text; null if unknown. */
  estimate(table: Table): Promise<string | null>;
  /** Loads measures of all rows that fulfil a condition. */
  whole(table: Rows, where: Sql, measures: readonly Measure[], match?: Match, key?: Key): Promise<Row>;
  /** Loads the groups of a table, or of the rows that match a key, with at least these measures. */
  groups(grouping: Grouping, measures: readonly Measure[], match?: Match, key?: Key): Promise<readonly Row[]>;
  /** Counts the groups, regardless of the grouping's limit; the result is text. */
  groupCount(grouping: Grouping, match?: Match, key?: Key): Promise<string>;
  /** Loads this key's result from the batch of all loads with this very function and equal arguments. */
  custom<K extends LoadArgument, A extends readonly LoadArgument[], V>(
    batch: BatchRead<K, A, V>,
    key: K,
    ...args: A
  ): Promise<V>;
  /** Forgets everything that was loaded, because rows have changed. */
  clear(): void;
  /** Loaders whose statements have the values of these variables in their slots. */
  filling(variables: Variables): Loaders;
}

/** The parts of a page that determine the rows of its list. */
type Counted = Pick<Page, 'table' | 'where' | 'distinct'>;

/** A load of a batch; one statement reads what all of them need. */
interface Request<A, K> {
  readonly key: K;
  readonly asked: A;
}

/** The parts of a statement, and which of the statements made of them it is. */
interface StatementName {
  readonly of: object;
  readonly as: string;
}

type Loader<V, A, K> = DataLoader<Request<A, K>, V, string>;

export function createLoaders(db: Db, catalog: Catalog, variables: Variables = {}): Loaders {
  const loaders = new Map<string, unknown>();

  /** Returns the loader of a name. A name always stands for the same types. */
  function loader<V, A extends object, K = Key>(
    name: string,
    load: (keys: readonly K[], asked: readonly A[]) => Promise<readonly V[]>,
  ): Loader<V, A, K> {
    const known = loaders.get(name) as Loader<V, A, K> | undefined;
    if (known) return known;
    const made: Loader<V, A, K> = new DataLoader(
      (requests) =>
        load(
          requests.map(({ key }) => key),
          requests.map(({ asked }) => asked),
        ),
      { cacheKeyFn: ({ key, asked }) => nameOf(asked) + JSON.stringify(key) },
    );
    loaders.set(name, made);
    return made;
  }

  /** Returns one name for equal matches, and one for each statement. */
  const matchName = (match: Match | undefined) =>
    match
      ? nameOf(match, () =>
          JSON.stringify([match.table.name, match.columns, match.origin.name, match.values, match.alias]),
        )
      : '';
  const statementName = (of: object, build: () => Sql) => identity(filled(statements.of(of, 'name', build), variables));
  const pageName = (page: Page) =>
    statementName(page, () => selectPage(catalog, page, { columns: [], computed: [], joins: noJoins }));
  const conditionName = ({ name, call }: Rows, where: Sql) =>
    `${name} ${call ? statementName(call, () => call.rows) : ''} ${statementName(where, () => where)}`;
  const groupingName = (grouping: Grouping) => statementName(grouping, () => selectGroups(catalog, grouping, []));

  /**
   * Reads what all requests need. If PostgreSQL refuses, perhaps because of what is joined or computed, the rows are
   * read without it, so that only the fields below fail.
   */
  async function readJoined<T>(asked: readonly Projection[], read: (selected: Selected) => Promise<T>): Promise<T> {
    const projection = merged(asked);
    const selected = selections.of(projection, '', () => ({
      columns: projection.columns,
      computed: projection.computed,
      joins: joinsOf(catalog, projection),
    }));
    try {
      return await read(selected);
    } catch (error) {
      const isPlain = selected.joins.list.length + selected.computed.length === 0;
      if (isPlain || !isRefused(error)) throw error;
      return read({ columns: projection.columns, computed: [], joins: noJoins });
    }
  }

  const number = marker(catalog, 'n');
  const rowsOf = (statement: Sql) => db.rows(filled(statement, variables));
  const reading = (table: Table, query: Sql) => wholeStatement('SELECT', catalog, table, query);

  /** Runs one statement whose rows contain the number of their key. */
  const perKey = async (
    name: StatementName,
    match: Match,
    keys: readonly Key[],
    build: (keys: readonly Key[]) => Sql,
  ): Promise<readonly (readonly Row[])[]> => {
    const count = distinctTexts(catalog, keys.length);
    const statement = keyedStatements.of(name.of, `${name.as} ${matchName(match)} ${count}`, () =>
      withKeys(match.values.length, count, (stand) => reading(match.table, build(stand))),
    );
    const groups: Row[][] = keys.map(() => []);
    for (const row of await rowsOf(statement(keys))) groups[Number(row[number]) - 1]?.push(row);
    return groups;
  };

  /**
   * Reads the rows for each key in one statement. Without a parent, the keys of a batch differ in their columns only.
   */
  const listPerKey = async (
    name: StatementName,
    table: Table,
    match: Match | undefined,
    keys: readonly Key[],
    select: (match: readonly Sql[]) => Sql,
  ): Promise<readonly (readonly Row[])[]> => {
    if (match) return perKey(name, match, keys, (stand) => selectForKeys(catalog, match, stand, select));
    const rows = await rowsOf(statements.of(name.of, name.as, () => reading(table, select([]))));
    return keys.map(() => rows);
  };

  const countPerKey = async (...args: Parameters<typeof listPerKey>): Promise<readonly string[]> =>
    (await listPerKey(...args)).map(([row]) => row?.['count'] ?? '0');

  return {
    row: (match, key, projection) =>
      loader<Row | null, Projection>(`row ${matchName(match)}`, (keys, asked) =>
        readJoined(asked, async (selected) => {
          const groups = await perKey({ of: selected, as: 'row' }, match, keys, (stand) =>
            selectRowsOfKeys(catalog, match, stand, selected),
          );
          return groups.map(([row]) => (row ? selected.joins.attach(row) : null));
        }),
      ).load({ key, asked: projection }),

    computed: (match, key, value) =>
      loader<string | null, Projection>(`computed ${matchName(match)} ${value.name}`, async (keys) => {
        const selected = { columns: [], computed: [value], joins: noJoins };
        const groups = await perKey({ of: value, as: 'computed' }, match, keys, (stand) =>
          selectRowsOfKeys(catalog, match, stand, selected),
        );
        return groups.map(([row]) => row?.[value.name] ?? null);
      }).load({ key, asked: nothing }),

    page: (page, projection, match, key = []) =>
      loader<readonly Row[], Projection>(`page ${matchName(match)} ${pageName(page)}`, (keys, asked) =>
        readJoined(asked, async (selected) => {
          const name = { of: page, as: nameOf(selected) };
          const pages = await listPerKey(name, page.table, match, keys, (conditions) =>
            selectPage(catalog, page, selected, conditions),
          );
          for (const rows of new Set(pages)) rows.forEach(selected.joins.attach);
          return pages;
        }),
      ).load({ key, asked: projection }),

    count: ({ table, where, distinct }, match, key = []) => {
      const columns = distinct?.columns ?? [];
      const name = `count ${JSON.stringify(columns.map((column) => column.name))}`;
      return loader<string, Projection>(`${name} ${matchName(match)} ${conditionName(table, where)}`, (keys) =>
        countPerKey({ of: where, as: `${name} ${table.name}` }, table, match, keys, (conditions) =>
          selectCount(catalog, table, [where, ...conditions], columns),
        ),
      ).load({ key, asked: nothing });
    },

    estimate: async (table) =>
      !isEstimated(table)
        ? null
        : loader<string | null, Projection>(`estimate ${table.name}`, async (keys) => {
            const [row] = await db.rows(reading(table, selectEstimate(catalog, table)));
            return keys.map(() => row?.['count'] ?? null);
          }).load({ key: [], asked: nothing }),

    whole: (table, where, measures, match, key = []) =>
      loader<Row, readonly Measure[]>(
        `whole ${matchName(match)} ${conditionName(table, where)}`,
        async (keys, asked) => {
          const name = { of: where, as: `whole ${table.name} ${namesOf(asked)}` };
          const rows = await listPerKey(name, table, match, keys, (conditions) =>
            selectWhole(catalog, table, where, distinct(asked.flat()), conditions),
          );
          return rows.map(([row]) => row ?? {});
        },
      ).load({ key, asked: measures }),

    groups: (grouping, measures, match, key = []) =>
      loader<readonly Row[], readonly Measure[]>(
        `groups ${matchName(match)} ${groupingName(grouping)}`,
        (keys, asked) =>
          listPerKey({ of: grouping, as: namesOf(asked) }, grouping.table, match, keys, (conditions) =>
            selectGroups(catalog, grouping, distinct(asked.flat()), conditions),
          ),
      ).load({ key, asked: measures }),

    groupCount: (grouping, match, key = []) =>
      loader<string, Projection>(`groupCount ${matchName(match)} ${groupingName(grouping)}`, (keys) =>
        countPerKey({ of: grouping, as: 'count' }, grouping.table, match, keys, (conditions) =>
          selectGroupCount(catalog, grouping, conditions),
        ),
      ).load({ key, asked: nothing }),

    custom: <K extends LoadArgument, A extends readonly LoadArgument[], V>(
      batch: BatchRead<K, A, V>,
      key: K,
      ...args: A
    ) =>
      loader<V, Projection, K>(`custom ${nameOf(batch)} ${JSON.stringify(args)}`, (keys) =>
        batch(keys, db, ...args),
      ).load({ key, asked: nothing }),

    clear: () => loaders.clear(),
    filling: (given) => createLoaders(db, catalog, given),
  };
}

/** Creates names for things as long as they exist; a thing without its own text gets a number. */
function createNames(): (thing: object, nameOf?: () => string) => string {
  const names = new WeakMap<object, string>();
  let last = 0;
  return (thing, nameOf = () => `${++last}`) => {
    const name = names.get(thing) ?? nameOf();
    names.set(thing, name);
    return name;
  };
}

/** Caches values derived from a thing, by name, as long as the thing exists. */
function createKept<T>() {
  const kept = new WeakMap<object, Map<string, T>>();
  return {
    of(thing: object, name: string, make: () => T): T {
      const known = kept.get(thing) ?? new Map<string, T>();
      kept.set(thing, known);
      const found = known.get(name) ?? make();
      known.set(name, found);
      return found;
    },
  };
}

// A plan asks for the same things in each request; their names and statements are created once and end with the plan.
const nameOf = createNames();
const namesOf = (things: readonly object[]): string => [...new Set(things)].map((thing) => nameOf(thing)).join();
const selections = createKept<Selected>();
const statements = createKept<Sql>();
const keyedStatements = createKept<KeyedStatement>();
