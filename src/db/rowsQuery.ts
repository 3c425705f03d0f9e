import pg from 'pg';
import { serialize } from 'pg-protocol';
import { type Row, type RowShape, shapeWith } from './sql/row.ts';
import type { RowBytes } from './sql/rowBytes.ts';

/** A statement for a connection. */
export interface Statement {
  /** Name under which the connection keeps it prepared; without a name it is parsed each time. */
  readonly name: string | undefined;
  readonly text: string;
  readonly values: unknown[];
}

/**
 * The internals of pg that this file relies on: how a query writes its messages, converts its values, and receives the
 * messages that arrive. They are why the versions of pg and pg-protocol are pinned.
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

const { utils } = pg as unknown as { utils: { prepareValue(value: unknown): Buffer | string | null } };

/**
 * A query whose rows keep the bytes as they arrived. With a statement ahead of it, both are sent before a single Sync:
 * one round trip and one implicit transaction, so that an error in one ends the other, and settings for the transaction
 * end with it. The result of the first is ignored.
 */
class RowsQuery extends PgQuery {
  readonly #statement: Statement;
  readonly #ahead: Statement | undefined;
  readonly #found: Row[] = [];
  readonly #shapes: Map<string, RowShape> | undefined;
  #shape: RowShape | undefined;
  #completed = 0;

  constructor(statement: Statement, { ahead, shapes }: Sending, done: (error: Error | null) => void) {
    super(statement.text, statement.values, done);
    this.name = statement.name;
    this.#statement = statement;
    this.#ahead = ahead;
    this.#shapes = shapes;
    this.#shape = statement.name === undefined ? undefined : shapes?.get(statement.name);
  }

  /** Returns the rows; throws if the query ran without the statement that must precede it. */
  found(): readonly Row[] {
    if (this.#ahead && this.#completed < 2) throw new Error('A query ran without the settings that must precede it');
    return this.#found;
  }

  override requiresPreparation(): boolean {
    return this.#ahead !== undefined || super.requiresPreparation();
  }

  /**
   * Sends its messages. Once the columns are known, PostgreSQL need not describe them, and all messages leave in one
   * buffer; pg would write each of them to the socket.
   */
  override prepare(connection: pg.Connection): void {
    const ahead = this.#ahead ? messagesOf(this.#ahead) : [];
    if (this.#shape) {
      const messages = [...ahead, ...messagesOf(this.#statement), serialize.sync()];
      connection.stream.write(Buffer.concat(messages));
      return;
    }
    for (const message of ahead) connection.stream.write(message);
    super.prepare(connection);
  }

  handleRowDescription({ fields }: { readonly fields: readonly Column[] }): void {
    this.#shape = shapeWith(fields.map(({ name }) => name));
    if (this.name !== undefined) this.#shapes?.set(this.name, this.#shape);
  }

  handleDataRow(row: RowBytes): void {
    if (this.#shape && !(this.#ahead && this.#completed === 0)) this.#found.push(this.#shape.row(row));
  }

  handleCommandComplete(): void {
    this.#completed++;
  }
}

/** Returns the messages that run a statement; without a name it is parsed first. */
function messagesOf({ name = '', text, values }: Statement): readonly Buffer[] {
  const parse = name === '' ? [serialize.parse({ name, text, types: [] })] : [];
  const bind = serialize.bind({ statement: name, values, valueMapper: utils.prepareValue });
  return [...parse, bind, serialize.execute()];
}

/** Options for sending a statement. */
export interface Sending {
  /** A statement to run before it. */
  readonly ahead?: Statement | undefined;
  /** The row shapes of this connection's prepared statements, by name. A prepared statement adds its own. */
  readonly shapes?: Map<string, RowShape> | undefined;
}

/** Runs a statement and resolves with its rows. */
export const queryRows = (client: pg.ClientBase, statement: Statement, sending: Sending = {}) =>
  new Promise<readonly Row[]>((resolve, reject) => {
    const query: RowsQuery = new RowsQuery(statement, sending, (error) => {
      if (error) return reject(error);
      try {
        resolve(query.found());
      } catch (reason) {
        reject(reason);
      }
    });
    client.query(query);
  });
