import pg, { type ClientBase } from 'pg';
import { schemaChanging } from '../errors.ts';
import type { Meter } from './pool/meter.ts';
import type { Lender, Work } from './pool/pool.ts';
import { withRetry } from './pool/retry.ts';
import type { Session } from './pool/session.ts';
import { nextSlice, valuesOfSlice } from './pool/slices.ts';
import type { Borrower } from './pool/turns.ts';
import {
  fromPostgres,
  isHiding,
  isHint,
  isStaleName,
  isUnprepared,
  isWriting,
  type StatementKind,
} from './postgresErrors.ts';
import { createPrepared, type Prepared } from './prepared.ts';
import { queryRows, type Statement } from './rowsQuery.ts';
import { type Reader, type SharedReads, shareReads } from './sharedReads.ts';
import type { Row } from './sql/row.ts';
import { ident, join, type Sql, sql, toQuery, trusted, type Value } from './sql/sql.ts';

export interface Db {
  /**
   * Runs one statement that reads, once for all equal ones that wait for a connection meanwhile. Rejects with an AppError
   * where PostgreSQL's error has a translation.
   */
  rows(query: Sql): Promise<readonly Row[]>;
  /**
   * Runs one statement that changes rows, in a transaction of its own; never again when it may have been applied. Rejects
   * with PostgreSQL's own error, for whoever knows what was to be written.
   */
  write(query: Sql): Promise<readonly Row[]>;
}

/** What the statements of one request run under. */
export interface Scope {
  /** Who is calling, as policies of the database see it; nothing is added to a statement where nobody is. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Whether a statement fails where policies would hide rows from it: what is read for all callers must be whole. */
  readonly isWhole?: boolean;
  /** When it aborts, reads are cancelled and nothing more begins: they reject with its reason. Writes run to their end. */
  readonly signal?: AbortSignal;
  /** Whose work it is, for a fair share of the connections. */
  readonly borrower?: Borrower;
  /** Makes the meter of each read, which ends it when too much comes. */
  readonly meter?: () => Meter;
  /** What finds equal reads, where it is not to be those of all who wait. */
  readonly reads?: SharedReads;
}

/** The database as the server itself uses it. */
export interface SharedDb extends Db {
  /** The database as one request uses it. */
  within(scope: Scope): Db;
}

/** Looks whether the catalog has changed since then, on the clock of `performance.now()`; the reason is for the log. */
export type CatalogWatch = (since: number, reason: Error) => Promise<boolean>;

/**
 * A request whose statement fails as it would after a change of the database's schema asks `hasChanged`: if it has not,
 * trying again would not help. What reads the catalog must not wait for that, so outside of requests nobody asks.
 */
export function createDb(pool: Lender, hasChanged: CatalogWatch = async () => false): SharedDb {
  const connections = new WeakMap<ClientBase, Prepared>();
  const waiting = shareReads();

  function preparedOn(client: ClientBase, session: Session): Prepared {
    const prepared = connections.get(client) ?? createPrepared(session);
    connections.set(client, prepared);
    return prepared;
  }

  async function run(
    client: ClientBase,
    session: Session,
    query: Query,
    own: readonly Setting[],
  ): Promise<readonly Row[]> {
    const prepared = preparedOn(client, session);
    const isSent = session.isCluster && own.length > 0;
    const ahead = settingsAhead(session, isSent ? [] : own);
    const attempt = () => execute(client, prepared, query, ahead);
    const execution = isSent ? () => inTransaction(client, own, attempt) : attempt;
    try {
      return await execution();
    } catch (error) {
      if (isHint(error)) void hasChanged(performance.now(), error);
      if (!isUnprepared(error)) throw error;
      for (const { text } of ahead ? [ahead, query] : [query]) prepared.renew(text);
      return await execution();
    }
  }

  function within({ signal, borrower, meter, reads = waiting, ...scope }: Scope, watch = hasChanged): Db {
    const settings = settingsOf(scope);
    const began = performance.now();
    const send = async (kind: StatementKind, query: Query, reader: Reader, sending = () => {}) => {
      const work: Work<readonly Row[]> = (client, session) => {
        sending();
        return run(client, session, query, kind === 'read' && query.calls ? [...settings, readOnly] : settings);
      };
      try {
        return await withRetry(pool, kind, work, { borrower, ...reader });
      } catch (error) {
        if (query.calls && kind === 'read' && isWriting(error))
          throw new Error(`A function that does not say VOLATILE changes something: ${error.message}`, {
            cause: error,
          });
        if (scope.isWhole && isHiding(error)) throw schemaChanging(error);
        throw isStaleName(error, kind) && (await watch(began, error)) ? schemaChanging(error) : error;
      }
    };
    return {
      async rows(query) {
        try {
          const parameterised = queryOf(query);
          const run = (reader: Reader, sending: () => void) => send('read', parameterised, reader, sending);
          const rows = await reads.rows({ ...parameterised, settings }, { signal, meter: meter?.() }, run);
          if (borrower && rows.length > valuesOfSlice) await nextSlice(borrower);
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

interface Query {
  readonly text: string;
  readonly values: Value[];
  readonly prunes: boolean;
  readonly calls: boolean;
}

const queryOf = (query: Sql): Query => ({ ...toQuery(query), prunes: query.prunes, calls: query.calls });

/**
 * What leaves out partitions has no name, so that each time there is a plan for its values: for one that serves all values,
 * which PostgreSQL makes at the sixth run of a name if only to compare, it locks and opens every partition.
 */
async function execute(
  client: ClientBase,
  prepared: Prepared,
  { text, values, prunes }: Query,
  ahead: Omit<Statement, 'name'> | undefined,
): Promise<readonly Row[]> {
  const name = prunes ? undefined : prepared.nameOf(text);
  const first = ahead && { ...ahead, name: prepared.nameOf(ahead.text) };
  if (first?.name !== undefined && !prepared.ready.has(first.name)) {
    await queryRows(client, first);
    prepared.ready.add(first.name);
  }
  const shape = name === undefined ? undefined : prepared.shapes.get(name);
  const found = await queryRows(client, { name, text, values }, { ahead: first, shape });
  if (name !== undefined && found.shape) prepared.shapes.set(name, found.shape);
  return found.rows;
}

/**
 * Runs work in a transaction of its own, in which the settings hold on all nodes of a cluster: they hear of SET, within
 * BEGIN and COMMIT, but of nothing that a function does.
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

type Setting = readonly [name: string, value: string];

/** For reads that call functions: what is STABLE may call what writes. */
const readOnly: Setting = ['transaction_read_only', 'on'];

/** Policies of the database ask for the claims with `current_setting('request.jwt.claims', true)`. */
const settingsOf = ({ claims, isWhole }: Scope): readonly Setting[] => [
  ...(isWhole ? [['row_security', 'off'] as const] : []),
  ...(claims ? [['request.jwt.claims', JSON.stringify(claims)] as const] : []),
];

/** Sets for one transaction what does not hold for the session. */
function settingsAhead({ settings }: Session, own: readonly Setting[]): Omit<Statement, 'name'> | undefined {
  const all = [...Object.entries(settings), ...own];
  if (all.length === 0) return undefined;
  const calls = all.map(([name, value]) => sql`pg_catalog.set_config(${name}, ${value}, true)`);
  return { text: toQuery(sql`select ${join(calls)}`).text, values: all.flat() };
}
