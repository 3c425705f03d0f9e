import pg, { type ClientBase } from 'pg';
import { schemaChanging } from '../errors.ts';
import type { Meter } from './pool/meter.ts';
import type { Lender, Work } from './pool/pool.ts';
import { withRetry } from './pool/retry.ts';
import type { Session } from './pool/session.ts';
import { mustWaitForSlice, nextSlice } from './pool/slices.ts';
import type { Borrower } from './pool/turns.ts';
import {
  fromPostgres,
  isReadOnlyRefusal,
  isRowSecurityRefusal,
  isStaleName,
  isUnprepared,
  type StatementKind,
  suggestsSchemaChange,
} from './postgresErrors.ts';
import { createPrepared, type Prepared } from './prepared.ts';
import { queryRows, type Statement } from './rowsQuery.ts';
import { readOnly, type Setting, settingsAhead, settingsOf, type Visibility } from './settings.ts';
import { type Reader, type SharedReads, shareReads } from './sharedReads.ts';
import type { Row } from './sql/row.ts';
import { type BoundValue, ident, identity, join, type Sql, sql, toQuery, trusted } from './sql/sql.ts';

export interface Db {
  /**
   * Runs one statement that reads, once for all equal reads that wait for a connection at the same time. Rejects with
   * an AppError if PostgreSQL's error has a translation.
   */
  rows(query: Sql): Promise<readonly Row[]>;
  /**
   * Runs one statement that writes, in a transaction of its own; never again if it may have been applied. Rejects with
   * PostgreSQL's own error, for callers who know what was to be written.
   */
  write(query: Sql): Promise<readonly Row[]>;
}

/** The circumstances in which the statements of one request run. */
export interface Scope extends Visibility {
  /** Cancels reads and prevents new statements when it aborts: they reject with its reason. Writes run to their end. */
  readonly signal?: AbortSignal;
  /** The borrower who gets a fair share of the connections. */
  readonly borrower?: Borrower;
  /** Creates the meter of each read, which ends the read when too many bytes arrive. */
  readonly meter?: () => Meter;
  /** Reads among which equal ones are shared; by default, all that wait for a connection. */
  readonly reads?: SharedReads;
}

/** The database as the server itself uses it. */
export interface SharedDb extends Db {
  /** Returns the database as one request uses it. */
  within(scope: Scope): Db;
}

/** Finds out whether the catalog has changed since a time by `performance.now()`; the reason is logged. */
export type CatalogWatch = (since: number, reason: Error) => Promise<boolean>;

/**
 * Creates the database. If a statement within a scope fails as it would after a change of the schema, `hasChanged`
 * decides whether trying again would help. Statements without a scope do not wait for its answer, because reading the
 * catalog must not wait for itself.
 */
export function createDb(pool: Lender, hasChanged: CatalogWatch = async () => false): SharedDb {
  const connections = new WeakMap<ClientBase, Prepared>();
  const waiting = shareReads();

  function preparedOn(client: ClientBase, session: Session): Prepared {
    const prepared = connections.get(client) ?? createPrepared(session);
    connections.set(client, prepared);
    return prepared;
  }

  function run(client: ClientBase, session: Session, query: Query, own: readonly Setting[]): Promise<readonly Row[]> {
    const prepared = preparedOn(client, session);
    const isExplicit = session.isCluster && own.length > 0;
    const ahead = settingsAhead(session, isExplicit ? [] : own);
    const attempt = () => execute(client, prepared, query, ahead);
    const execution = isExplicit ? () => inTransaction(client, own, attempt) : attempt;
    return execution().catch((error) => {
      if (suggestsSchemaChange(error)) void hasChanged(performance.now(), error);
      if (!isUnprepared(error)) throw error;
      for (const { text } of ahead ? [ahead, query] : [query]) prepared.renew(text);
      return execution();
    });
  }

  function within({ signal, borrower, meter, reads = waiting, ...scope }: Scope, watch = hasChanged): Db {
    const settings = settingsOf(scope);
    const began = performance.now();
    const send = (kind: StatementKind, query: Query, reader: Reader, sending?: () => void) => {
      const own = kind === 'read' && query.calls ? [...settings, readOnly] : settings;
      const work: Work<readonly Row[]> = (client, session) => {
        sending?.();
        return run(client, session, query, own);
      };
      return withRetry(pool, kind, work, { borrower, ...reader }).catch(async (error) => {
        if (query.calls && kind === 'read' && isReadOnlyRefusal(error)) throw writesUndeclared(error);
        if (scope.isWhole && isRowSecurityRefusal(error)) throw schemaChanging(error);
        throw isStaleName(error, kind) && (await watch(began, error)) ? schemaChanging(error) : error;
      });
    };
    return {
      async rows(query) {
        try {
          const parameterised = queryOf(query);
          const read = (reader: Reader, sending: () => void) => send('read', parameterised, reader, sending);
          const count = meter?.();
          const rows = await reads.rows(
            { identity: identity(query, parameterised), settings },
            { signal, meter: count },
            read,
          );
          if (borrower && mustWaitForSlice(rows.length, count?.bytes ?? 0)) await nextSlice(borrower);
          return rows;
        } catch (error) {
          throw fromPostgres(error, 'read');
        }
      },
      write: async (query) => send('write', queryOf(query), { signal }),
    };
  }
  return { ...within({}, async () => false), within: (scope) => within(scope) };
}

/** Creates the error for a function that writes in a query, with PostgreSQL's context, which names the function. */
const writesUndeclared = (error: pg.DatabaseError): Error =>
  Object.assign(new Error(`A function that writes is not declared VOLATILE: ${error.message}`, { cause: error }), {
    where: error.where,
  });

interface Query {
  readonly text: string;
  readonly values: BoundValue[];
  readonly prunes: boolean;
  readonly calls: boolean;
}

const queryOf = (query: Sql): Query => ({ ...toQuery(query), prunes: query.prunes, calls: query.calls });

/**
 * Executes a statement. One that should skip partitions has no name, so that it is planned for its values each time: a
 * generic plan, which PostgreSQL considers from the sixth run of a name on, locks and opens every partition.
 */
function execute(
  client: ClientBase,
  { nameOf, ready, shapes }: Prepared,
  { text, values, prunes }: Query,
  ahead: Omit<Statement, 'name'> | undefined,
): Promise<readonly Row[]> {
  const first = ahead && { ...ahead, name: nameOf(ahead.text) };
  const send = () =>
    queryRows(client, { name: prunes ? undefined : nameOf(text), text, values }, { ahead: first, shapes });
  const name = first?.name;
  if (!first || name === undefined || ready.has(name)) return send();
  return queryRows(client, first).then(() => {
    ready.add(name);
    return send();
  });
}

/**
 * Runs work in an explicit transaction whose settings hold on all nodes of a cluster: Citus sends the nodes SET
 * commands between BEGIN and COMMIT, but not the settings that a function makes.
 */
async function inTransaction<T>(client: ClientBase, own: readonly Setting[], work: () => Promise<T>): Promise<T> {
  const sets = own.map(
    ([name, value]) => sql`set local ${ident(...name.split('.'))} = ${trusted(pg.escapeLiteral(value))}`,
  );
  const begin = [sql`begin`, sql`set local citus.propagate_set_commands = 'local'`, ...sets];
  await client.query(toQuery(join(begin, '; ')).text);
  try {
    const result = await work();
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
}
