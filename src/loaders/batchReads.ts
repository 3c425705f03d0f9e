import { hash } from 'node:crypto';
import type { Catalog, Table } from '../catalog/catalog.ts';
import type { Db } from '../db/db.ts';
import { forEachInSlices } from '../db/pool/slices.ts';
import type { Borrower } from '../db/pool/turns.ts';
import { isRefused } from '../db/postgresErrors.ts';
import { marker } from '../db/sql/markers.ts';
import type { Key, Match } from '../db/sql/match.ts';
import type { Selected } from '../db/sql/page.ts';
import { distinctTexts, type KeyedStatement, selectForKeys, withKeys } from '../db/sql/perKey.ts';
import { type Joins, joinsOf, merged, noJoins, type Projection } from '../db/sql/projection.ts';
import type { Row } from '../db/sql/row.ts';
import { wholeStatement } from '../db/sql/select.ts';
import { filled, identity, type Sql } from '../db/sql/sql.ts';
import { createKept, createNames } from './kept.ts';

type Variables = Readonly<Record<string, unknown>>;

/** The identity of a statement: the object `of` that it is made from, and `as`, its name among those made from it. */
interface StatementName {
  readonly of: object;
  readonly as: string;
}

/** A read of a batch: the same statement for each of its keys. */
export interface KeyedRead {
  readonly name: StatementName;
  readonly table: Table;
  readonly match: Match | undefined;
  readonly keys: readonly Key[];
  readonly joins?: Joins;
}

/** The rows for each key of a batch. */
type Groups = readonly (readonly Row[])[];

/** Runs the statements of batches, one for all keys of a batch. */
export class BatchReads {
  readonly #db: Db;
  readonly #catalog: Catalog;
  readonly #borrower: Borrower;
  readonly #variables: Variables;

  constructor(db: Db, catalog: Catalog, borrower: Borrower, variables: Variables) {
    this.#db = db;
    this.#catalog = catalog;
    this.#borrower = borrower;
    this.#variables = variables;
  }

  /** Returns a text that is equal for statements that are equal with these variables. */
  nameOf(of: object, build: () => Sql): string {
    return identity(filled(statements.of(of, 'name', build), this.#variables));
  }

  /**
   * Reads what all loads of a batch need. If PostgreSQL refuses, perhaps because of what is joined or computed, the
   * rows are read without that, so that only the fields that need it fail.
   */
  joined<T>(asked: readonly Projection[], read: (selected: Selected) => Promise<T>): Promise<T> {
    const projection = merged(asked);
    const selected = selections.of(projection, '', () => ({
      columns: projection.columns,
      computed: projection.computed,
      joins: joinsOf(this.#catalog, projection),
    }));
    return read(selected).catch((error) => {
      const isPlain = selected.joins.list.length + selected.computed.length === 0;
      if (isPlain || !isRefused(error)) throw error;
      return read({ columns: projection.columns, computed: [], joins: noJoins });
    });
  }

  /** Reads the rows for each key by a statement whose rows contain the number of their key. */
  perKey(name: StatementName, match: Match, keys: readonly Key[], build: (keys: readonly Key[]) => Sql, joins?: Joins) {
    const count = distinctTexts(this.#catalog, keys.length);
    const statement = keyedStatements.of(name.of, `${name.as} ${matchName(match)} ${count}`, () =>
      withKeys(match.values.length, count, (places) => this.#whole(match.table, build(places))),
    );
    return this.#rows(statement(keys)).then((rows) => this.#grouped(rows, keys.length, joins));
  }

  /** Reads the rows for each key. Without a match (a root field), all keys have the same rows, which are read once. */
  listPerKey({ name, table, match, keys, joins }: KeyedRead, select: (match: readonly Sql[]) => Sql) {
    if (match)
      return this.perKey(name, match, keys, (places) => selectForKeys(this.#catalog, match, places, select), joins);
    const statement = statements.of(name.of, name.as, () => this.#whole(table, select([])));
    return this.#rows(statement)
      .then((rows) => this.#grouped(rows, 1, joins))
      .then(([rows = []]) => keys.map(() => rows));
  }

  /** Reads a count for each key, as text. */
  async countPerKey(read: KeyedRead, select: (match: readonly Sql[]) => Sql): Promise<readonly string[]> {
    return (await this.listPerKey(read, select)).map(([row]) => row?.['count'] ?? '0');
  }

  /** Reads the only row of a statement about a table. */
  async onlyRow(table: Table, query: Sql): Promise<Row | undefined> {
    return (await this.#rows(this.#whole(table, query)))[0];
  }

  /** Attaches the joined rows, and groups the rows by the number of their key. */
  #grouped(rows: readonly Row[], count: number, joins: Joins = noJoins): Groups | Promise<Groups> {
    if (count === 1 && joins === noJoins) return [rows];
    const number = marker(this.#catalog, 'n');
    const groups: Row[][] = Array.from({ length: count }, () => []);
    const pending = forEachInSlices(this.#borrower, rows, (row) => {
      const place = count === 1 ? 0 : Number(row[number]) - 1;
      groups[place]?.push(joins.attach(row));
    });
    return pending ? pending.then(() => groups) : groups;
  }

  #whole(table: Table, query: Sql): Sql {
    return wholeStatement('SELECT', this.#catalog, table, query);
  }

  #rows(statement: Sql): Promise<readonly Row[]> {
    return this.#db.rows(filled(statement, this.#variables));
  }
}

/** Returns one short name for equal matches. */
export const matchName = (match: Match | undefined): string =>
  match
    ? nameOf(match, () => {
        const { table, columns, origin, values, alias } = match;
        return hash('sha1', JSON.stringify([table.name, columns, origin.name, values, alias]), 'base64url');
      })
    : '';

// A plan asks for the same objects in each request, so their names and statements are created once. They are freed with
// the plan.

/** Returns the name of an object, which it keeps as long as it exists. */
export const nameOf = createNames();
const selections = createKept<Selected>();
const statements = createKept<Sql>();
const keyedStatements = createKept<KeyedStatement>();
