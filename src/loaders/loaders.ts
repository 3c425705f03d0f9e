import DataLoader from 'dataloader';
import type { Catalog, Table } from '../catalog/catalog.ts';
import type { Db } from '../db/db.ts';
import type { Borrower } from '../db/pool/turns.ts';
import { selectGroupCount, selectGroups, selectWhole } from '../db/sql/aggregate.ts';
import type { ComputedValue } from '../db/sql/call.ts';
import type { Grouping } from '../db/sql/grouping.ts';
import { isByOwnColumns, type Key, type Match } from '../db/sql/match.ts';
import { distinct, type Measure } from '../db/sql/measure.ts';
import { type Page, selectPage } from '../db/sql/page.ts';
import { selectRowsOfKeys } from '../db/sql/perKey.ts';
import { noJoins, nothing, type Projection } from '../db/sql/projection.ts';
import type { Row } from '../db/sql/row.ts';
import { isEstimated, type Rows, selectCount, selectEstimate } from '../db/sql/select.ts';
import type { Sql } from '../db/sql/sql.ts';
import { BatchReads, matchName, nameOf } from './batchReads.ts';
import { type Halvings, maxHalvings, readApart } from './readApart.ts';

/** A key or argument of a load. Different values must also differ as JSON. */
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
 * The loaders of one request, which keep what they loaded until rows change. Loads in the same turn of the event loop
 * that differ only in their keys, or in the columns or measures that they ask for, become one statement.
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
  /** Returns loaders that fill the slots of statements with the values of these variables. */
  filling(variables: Variables): Loaders;
}

/** The parts of a page that determine the rows of its list. */
type Counted = Pick<Page, 'table' | 'where' | 'distinct'>;

/** A load of a batch; one statement reads what all of them need. */
interface Load<A, K> {
  readonly key: K;
  readonly asked: A;
}

/** Creates loaders whose long work is divided into slices for this borrower. */
export const createLoaders = (db: Db, catalog: Catalog, borrower: Borrower, variables: Variables = {}): Loaders =>
  new RequestLoaders(db, catalog, borrower, variables);

/** The loaders of a request. As a class it creates its methods once, and not for each of many requests. */
class RequestLoaders implements Loaders {
  readonly #db: Db;
  readonly #catalog: Catalog;
  readonly #borrower: Borrower;
  readonly #reads: BatchReads;
  readonly #loaders = new Map<string, unknown>();
  /** Divisions of batches that this request may still make. */
  readonly #left: Halvings = { halvings: maxHalvings };

  constructor(db: Db, catalog: Catalog, borrower: Borrower, variables: Variables) {
    this.#db = db;
    this.#catalog = catalog;
    this.#borrower = borrower;
    this.#reads = new BatchReads(db, catalog, borrower, variables);
  }

  row(match: Match, key: Key, projection: Projection) {
    return this.#load<Row | null, Projection>(`row ${matchName(match)}`, key, projection, (keys, asked) => {
      const read = (some: readonly Key[]) =>
        this.#reads.joined(asked, async (selected) => {
          const statement = { of: selected, as: 'row' };
          const build = (places: readonly Key[]) => selectRowsOfKeys(this.#catalog, match, places, selected);
          const groups = await this.#reads.perKey(statement, match, some, build, selected.joins);
          return groups.map(([row]) => row ?? null);
        });
      return isByOwnColumns(match) ? readApart(keys, read, this.#left) : read(keys);
    });
  }

  computed(match: Match, key: Key, value: ComputedValue) {
    const name = `computed ${matchName(match)} ${value.name}`;
    return this.#load<string | null, Projection>(name, key, nothing, (keys) => {
      const selected = { columns: [], computed: [value], joins: noJoins };
      const build = (places: readonly Key[]) => selectRowsOfKeys(this.#catalog, match, places, selected);
      const read = async (some: readonly Key[]) => {
        const groups = await this.#reads.perKey({ of: value, as: 'computed' }, match, some, build);
        return groups.map(([row]) => row?.[value.name] ?? null);
      };
      return readApart(keys, read, this.#left);
    });
  }

  page(page: Page, projection: Projection, match?: Match, key: Key = []) {
    const name = `page ${matchName(match)} ${this.#pageName(page)}`;
    return this.#load<readonly Row[], Projection>(name, key, projection, async (keys, asked) =>
      this.#reads.joined(asked, (selected) => {
        const { joins } = selected;
        const read = { name: { of: page, as: nameOf(selected) }, table: page.table, match, keys, joins };
        return this.#reads.listPerKey(read, (conditions) => selectPage(this.#catalog, page, selected, conditions));
      }),
    );
  }

  count({ table, where, distinct }: Counted, match?: Match, key: Key = []) {
    const columns = distinct?.columns ?? [];
    const as = `count ${JSON.stringify(columns.map((column) => column.name))}`;
    const name = `${as} ${matchName(match)} ${this.#conditionName(table, where)}`;
    return this.#load<string, Projection>(name, key, nothing, (keys) =>
      this.#reads.countPerKey({ name: { of: where, as: `${as} ${table.name}` }, table, match, keys }, (conditions) =>
        selectCount(this.#catalog, table, [where, ...conditions], columns),
      ),
    );
  }

  async estimate(table: Table) {
    if (!isEstimated(table)) return null;
    return this.#load<string | null, Projection>(`estimate ${table.name}`, [], nothing, async (keys) => {
      const row = await this.#reads.onlyRow(table, selectEstimate(this.#catalog, table));
      return keys.map(() => row?.['count'] ?? null);
    });
  }

  whole(table: Rows, where: Sql, measures: readonly Measure[], match?: Match, key: Key = []) {
    const name = `whole ${matchName(match)} ${this.#conditionName(table, where)}`;
    return this.#load<Row, readonly Measure[]>(name, key, measures, async (keys, asked) => {
      const read = { name: { of: where, as: `whole ${table.name} ${namesOf(asked)}` }, table, match, keys };
      const rows = await this.#reads.listPerKey(read, (conditions) =>
        selectWhole(this.#catalog, table, where, measuresOf(asked), conditions),
      );
      return rows.map(([row]) => row ?? {});
    });
  }

  groups(grouping: Grouping, measures: readonly Measure[], match?: Match, key: Key = []) {
    const name = `groups ${matchName(match)} ${this.#groupingName(grouping)}`;
    return this.#load<readonly Row[], readonly Measure[]>(name, key, measures, async (keys, asked) =>
      this.#reads.listPerKey(
        { name: { of: grouping, as: namesOf(asked) }, table: grouping.table, match, keys },
        (conditions) => selectGroups(this.#catalog, grouping, measuresOf(asked), conditions),
      ),
    );
  }

  groupCount(grouping: Grouping, match?: Match, key: Key = []) {
    const name = `groupCount ${matchName(match)} ${this.#groupingName(grouping)}`;
    return this.#load<string, Projection>(name, key, nothing, (keys) =>
      this.#reads.countPerKey(
        { name: { of: grouping, as: 'count' }, table: grouping.table, match, keys },
        (conditions) => selectGroupCount(this.#catalog, grouping, conditions),
      ),
    );
  }

  custom<K extends LoadArgument, A extends readonly LoadArgument[], V>(batch: BatchRead<K, A, V>, key: K, ...args: A) {
    const name = `custom ${nameOf(batch)} ${JSON.stringify(args)}`;
    return this.#load<V, Projection, K>(name, key, nothing, (keys) => batch(keys, this.#db, ...args));
  }

  clear() {
    this.#loaders.clear();
  }

  filling(variables: Variables) {
    return createLoaders(this.#db, this.#catalog, this.#borrower, variables);
  }

  /** Loads with the loader of this name, which always loads the same type. */
  #load<V, A extends object, K = Key>(
    name: string,
    key: K,
    asked: A,
    read: (keys: readonly K[], asked: readonly A[]) => Promise<readonly (V | Error)[]>,
  ): Promise<V> {
    const known = this.#loaders.get(name) as DataLoader<Load<A, K>, V, string> | undefined;
    if (known) return known.load({ key, asked });
    const made = new DataLoader<Load<A, K>, V, string>((loads) => read(loads.map(keyOf), loads.map(askedOf)), {
      cacheKeyFn: identityOf,
    });
    this.#loaders.set(name, made);
    return made.load({ key, asked });
  }

  #pageName(page: Page): string {
    return this.#reads.nameOf(page, () =>
      selectPage(this.#catalog, page, { columns: [], computed: [], joins: noJoins }),
    );
  }

  #conditionName({ name, call }: Rows, where: Sql): string {
    return `${name} ${call ? this.#reads.nameOf(call, () => call.rows) : ''} ${this.#reads.nameOf(where, () => where)}`;
  }

  #groupingName(grouping: Grouping): string {
    return this.#reads.nameOf(grouping, () => selectGroups(this.#catalog, grouping, []));
  }
}

const keyOf = <K>({ key }: { readonly key: K }): K => key;
const askedOf = <A>({ asked }: { readonly asked: A }): A => asked;
const identityOf = ({ key, asked }: Load<object, unknown>): string => nameOf(asked) + JSON.stringify(key);
/** Returns the measures that loads ask for, in the same order whichever load came first, so that PostgreSQL keeps one plan. */
const measuresOf = (asked: readonly (readonly Measure[])[]): readonly Measure[] =>
  distinct(asked.flat()).toSorted((a, b) => (a.name < b.name ? -1 : 1));
const namesOf = (things: readonly object[]): string => [...new Set(things)].map((thing) => nameOf(thing)).join();
