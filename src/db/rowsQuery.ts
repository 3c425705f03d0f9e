import pg from 'pg';
import { type Row, type RowShape, shapeWith, type Texts } from './sql/row.ts';

/** A statement for a connection. */
export interface Statement {
  /** Name under which the connection has prepared it; without a name it is parsed each time. */
  readonly name: string | undefined;
  readonly text: string;
  readonly values: unknown[];
}

/**
 * The internals of pg that this relies on, for which pg's version is pinned: how a query writes its messages, and
 * receives those that arrive.
 */
interface QueryInternals extends pg.Submittable {
  name: string | undefined;
  requiresPreparation(): boolean;
  prepare(connection: pg.Connection): void;
}

interface Column {
  readonly name: string;
}

const PgQuery = pg.Query as unknown as new (
  text: string,
  values: unknown[],
  done: (error: Error | null) => void,
) => QueryInternals;

/**
 * A query whose rows keep the texts as they arrived. With a statement ahead of it, both are sent before a single Sync:
 * one round trip and one implicit transaction, so that an error in one ends the other, and settings for the transaction
 * end with it. The result of the first is ignored.
 */
class RowsQuery extends PgQuery {
  readonly #ahead: Statement | undefined;
  readonly #found: Row[] = [];
  #completed = 0;
  shape: RowShape | undefined;

  constructor(statement: Statement, { ahead, shape }: Sending, done: (error: Error | null) => void) {
    super(statement.text, statement.values, done);
    this.name = statement.name;
    this.#ahead = ahead;
    this.shape = shape;
  }

  /** Returns the rows; throws if the query ran without the statement that must precede it. */
  found(): readonly Row[] {
    if (this.#ahead && this.#completed < 2) throw new Error('A query ran without the statements that must precede it');
    return this.#found;
  }

  override requiresPreparation(): boolean {
    return this.#ahead !== undefined || super.requiresPreparation();
  }

  override prepare(connection: pg.Connection): void {
    if (this.#ahead) writeAhead(connection, this.#ahead);
    super.prepare(this.shape ? undescribed(connection) : connection);
  }

  handleRowDescription({ fields }: { readonly fields: readonly Column[] }): void {
    this.shape = shapeWith(fields.map(({ name }) => name));
  }

  handleDataRow({ fields }: { readonly fields: Texts }): void {
    if (this.shape && !(this.#ahead && this.#completed === 0)) this.#found.push(this.shape.row(fields));
  }

  handleCommandComplete(): void {
    this.#completed++;
  }
}

function writeAhead(connection: pg.Connection, { name = '', text, values }: Statement): void {
  if (name === '') connection.parse({ name, text, types: [] }, true);
  connection.bind({ statement: name, values: values as string[] }, true);
  connection.execute({}, true);
}

/** Returns the same connection, without asking PostgreSQL to describe a statement's columns. */
const undescribed = (connection: pg.Connection): pg.Connection =>
  Object.create(connection, { describe: { value: () => {} } }) as pg.Connection;

/** Options for sending a statement. */
export interface Sending {
  /** A statement to run before it. */
  readonly ahead?: Statement | undefined;
  /** The shape of its rows, if known from an earlier run. */
  readonly shape?: RowShape | undefined;
}

/** Runs a statement; also returns the shape of its rows, if it returns any. */
export function queryRows(client: pg.ClientBase, statement: Statement, sending: Sending = {}) {
  return new Promise<{ rows: readonly Row[]; shape: RowShape | undefined }>((resolve, reject) => {
    const query: RowsQuery = new RowsQuery(statement, sending, (error) => {
      if (error) return reject(error);
      try {
        resolve({ rows: query.found(), shape: query.shape });
      } catch (reason) {
        reject(reason);
      }
    });
    client.query(query);
  });
}
