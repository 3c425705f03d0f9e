import type { Logger } from 'pino';
import type { Caller } from '../auth/callers/caller.ts';
import type { Arrival } from '../catalog/arrival.ts';
import type { Catalog, Table } from '../catalog/catalog.ts';
import type { RequestLimits } from '../config/limits.ts';
import { createBudget, isTooLarge, leastBytes, sizeOf } from '../db/budget.ts';
import type { Db, SharedDb } from '../db/db.ts';
import { bytesOfStream, createProcessInFlight, type InFlight, type Share } from '../db/inFlight.ts';
import { ownWork } from '../db/pool/turns.ts';
import { shareReads } from '../db/sharedReads.ts';
import type { Row } from '../db/sql/row.ts';
import { identity, type Sql } from '../db/sql/sql.ts';
import { messageRows, selectMark, selectStretch } from '../db/sql/tail.ts';
import { createDelayLog } from './delayLog.ts';
import { type Batch, createFeed, type Feed, type RelatedDb } from './feed.ts';
import { placeAfter } from './position.ts';
import { createWatch, type Watch } from './watch.ts';

/** A table, and the caller who reads it. */
export interface Subject {
  readonly catalog: Catalog;
  readonly table: Table;
  readonly arrival: Arrival;
  readonly caller: Caller | null;
}

/** The watches and feeds that the clients of one server share: a watch per table, a feed per filter. */
export interface Shared {
  /**
   * Returns the database as the subject's caller sees it, shared by all callers if it looks the same to everybody. Its
   * statements serve all clients, so they are recorded here and not with a request.
   */
  databaseOf(subject: Subject): Db;
  /** Returns the database for relations of a message's rows. */
  relatedDbOf(subject: Subject): RelatedDb;
  watchOf(subject: Subject): Watch;
  /** Lends a feed to one more client, to be released when the client leaves. */
  lendFeed(subject: Subject, where: Sql): { readonly feed: Feed; readonly release: () => void };
  readonly watches: Iterable<Watched>;
  /** Drops everything that is kept for the clients of a catalog. */
  retire(catalog: Catalog): void;
  isRetired(catalog: Catalog): boolean;
}

export interface Watched {
  readonly watch: Watch;
  readonly subject: Subject;
}

export interface SharedOptions {
  readonly db: SharedDb;
  /** Records the statements that serve all clients. */
  readonly record?: (db: Db) => Db;
  /** Limits of a message. */
  readonly limits: Pick<RequestLimits, 'bytes'>;
  /** The memory in flight, in which a feed's rows count until no client needs them. */
  readonly inFlight?: InFlight;
  /** Called when somebody starts to watch a table that sends notices. */
  readonly listen?: () => void;
  readonly log: Logger;
}

/**
 * Number of watches at which those without listeners are dropped. Until then they are kept, since they know how far
 * their tables are settled.
 */
const maxWatches = 1000;

export function createShared({
  db,
  record = (unrecorded) => unrecorded,
  limits,
  inFlight = createProcessInFlight(),
  listen,
  log,
}: SharedOptions): Shared {
  const watches = new Map<string, Watched>();
  const feeds = new Map<string, { readonly feed: Feed; clients: number }>();
  const catalogs = new WeakMap<Catalog, number>();
  const retired = new WeakSet<Catalog>();
  let lastCatalog = 0;

  /**
   * Returns the key of a watch. It names the catalog, since a table of the same name in another one may be different.
   */
  function keyOf({ catalog, table, arrival, caller }: Subject): string {
    const id = catalogs.get(catalog) ?? ++lastCatalog;
    catalogs.set(catalog, id);
    return JSON.stringify([id, table.name, arrival, catalog.isPersonal ? (caller?.claims ?? null) : null]);
  }

  /**
   * Returns the database for shared reads, which count against no response's budget: a statement may return what one
   * message can hold.
   */
  const databaseOf = (subject: Subject, share?: Share) =>
    record(db.within({ meter: () => createBudget(limits, share).meter(), ...scopeOf(subject) }));

  function relatedDbOf(subject: Subject): RelatedDb {
    const reads = shareReads({ lasting: true });
    return { within: (scope) => db.within({ ...scope, ...scopeOf(subject), reads }) };
  }

  function watchOf(subject: Subject): Watch {
    const { catalog, table, arrival } = subject;
    const key = keyOf(subject);
    const known = watches.get(key);
    if (known) return known.watch;
    if (table.notifies) listen?.();
    const idle = [...watches].filter(([, { watch }]) => !watch.isListenedTo);
    if (watches.size >= maxWatches) for (const [old] of idle) watches.delete(old);
    const statement = selectMark(catalog, table, arrival);
    const onLook = createDelayLog(log, table.name);
    const watch = createWatch({ db: databaseOf(subject), arrival, statement, onLook });
    if (!retired.has(catalog)) watches.set(key, { watch, subject });
    return watch;
  }

  function createFeedOf(subject: Subject, where: Sql): Feed {
    const { catalog, table, arrival } = subject;
    return createFeed({
      watch: watchOf(subject),
      async read(after, upTo, columns) {
        const share = inFlight.open(ownWork, bytesOfStream);
        const own = databaseOf(subject, share);
        try {
          await share.expect(messageRows * leastBytes);
          const { found, limit } = await readFirst((limit) =>
            own.rows(selectStretch(catalog, { table, arrival, where, after, upTo, limit }, columns)),
          );
          const { rows, bytes } = fitting(found, limits.bytes);
          share.keep(bytes);
          const last = rows.length < found.length || rows.length === limit ? rows.at(-1) : undefined;
          const to = last ? placeAfter(last, arrival) : upTo;
          return { rows, bytes, to, db: relatedDbOf(subject), release: share.release };
        } catch (error) {
          share.release();
          throw error;
        }
      },
    });
  }

  function lendFeed(subject: Subject, where: Sql) {
    const key = keyOf(subject) + identity(where);
    const lent = feeds.get(key) ?? { feed: createFeedOf(subject, where), clients: 0 };
    feeds.set(key, lent);
    lent.clients++;
    const release = () => {
      if (--lent.clients === 0) feeds.delete(key);
    };
    return { feed: lent.feed, release };
  }

  return {
    databaseOf,
    relatedDbOf,
    watchOf,
    lendFeed,
    get watches() {
      return watches.values();
    },
    retire(catalog) {
      retired.add(catalog);
      for (const [key, { subject }] of watches) if (subject.catalog === catalog) watches.delete(key);
    },
    isRetired: (catalog) => retired.has(catalog),
  };
}

const scopeOf = ({ catalog, caller }: Subject) => (catalog.isPersonal ? { claims: caller?.claims } : { isWhole: true });

/** Reads the rows for one message, and fewer if together they are too large for it. */
async function readFirst(read: (limit: number) => Promise<readonly Row[]>) {
  for (let limit = messageRows; ; limit = Math.ceil(limit / 8)) {
    try {
      return { found: await read(limit), limit };
    } catch (error) {
      if (limit === 1 || !isTooLarge(error)) throw error;
    }
  }
}

/** Approximate bytes of a row in a message's JSON without its values: names and its cursor. */
const aroundRow = 200;

/** Takes the first rows that fit into a message of the given size together with their relations; at least one. */
function fitting(rows: readonly Row[], maxBytes: number): Pick<Batch, 'rows' | 'bytes'> {
  let bytes = 0;
  for (const [i, row] of rows.entries()) {
    const more = sizeOf(row) + aroundRow;
    if (i > 0 && bytes + more > maxBytes / 2) return { rows: rows.slice(0, i), bytes };
    bytes += more;
  }
  return { rows, bytes };
}
