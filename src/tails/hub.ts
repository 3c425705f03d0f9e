import type { Logger } from 'pino';
import type { Caller } from '../auth/callers/caller.ts';
import type { Arrival } from '../catalog/arrival.ts';
import type { Catalog, Table } from '../catalog/catalog.ts';
import type { RequestLimits } from '../config/limits.ts';
import { createBudget, isTooLarge, leastBytes } from '../db/budget.ts';
import type { Db, SharedDb } from '../db/db.ts';
import { bytesOfStream, type InFlight, type Share } from '../db/inFlight.ts';
import { ownWork } from '../db/pool/turns.ts';
import { createProcessInFlight } from '../db/processInFlight.ts';
import { shareReads } from '../db/sharedReads.ts';
import { type Row, rowSize } from '../db/sql/row.ts';
import { identity, type Sql } from '../db/sql/sql.ts';
import { messageRows, selectMark, selectTailPage } from '../db/sql/tail.ts';
import { createDelayLog } from './delayLog.ts';
import { type Batch, createFeed, type Feed, type FeedOptions, type RelatedDb } from './feed.ts';
import { placeAfter } from './position.ts';
import { Watch } from './watch.ts';

/** A table, and the caller who reads it. */
export interface Subject {
  readonly catalog: Catalog;
  readonly table: Table;
  readonly arrival: Arrival;
  readonly caller: Caller | null;
}

export interface Watched {
  readonly watch: Watch;
  readonly subject: Subject;
}

export interface HubOptions {
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

/** A watch of the subject, and the history of which a feed reads the rows. */
type WatchedHistory = Pick<FeedOptions, 'watch' | 'history'>;

/**
 * Number of watches at which those without listeners are dropped. Until then they are kept, since they know how far
 * their tables are settled.
 */
const maxWatches = 1000;

/** The watches and feeds that the clients of one server share: a watch per table, a feed per filter. */
export class TailHub {
  readonly #options: HubOptions & Required<Pick<HubOptions, 'record' | 'inFlight'>>;
  readonly #watches = new Map<string, Watched>();
  readonly #feeds = new Map<string, { readonly feed: Feed; clients: number }>();
  readonly #ids = new WeakMap<Catalog, number>();
  readonly #retired = new WeakSet<Catalog>();
  #lastId = 0;

  constructor({ record = (db) => db, inFlight = createProcessInFlight(), ...options }: HubOptions) {
    this.#options = { ...options, record, inFlight };
  }

  get watches(): Iterable<Watched> {
    return this.#watches.values();
  }

  /**
   * Returns the database as the subject's caller sees it. Statements on it serve all clients: they are recorded here
   * and not with a request, and each may return as much as a message can hold.
   */
  databaseOf(subject: Subject, share?: Share): Db {
    const { db, limits, record } = this.#options;
    return record(db.within({ meter: () => createBudget(limits, share).meter(), ...scopeOf(subject) }));
  }

  /** Returns the database for relations of a message's rows. */
  relatedDbOf(subject: Subject): RelatedDb {
    const reads = shareReads({ lasting: true });
    return { within: (scope) => this.#options.db.within({ ...scope, ...scopeOf(subject), reads }) };
  }

  watchOf(subject: Subject): Watch {
    const { catalog, table, arrival } = subject;
    const key = this.#keyOf(subject);
    const known = this.#watches.get(key);
    if (known) return known.watch;
    if (table.notifies) this.#options.listen?.();
    if (this.#watches.size >= maxWatches) this.#dropIdle();
    const statement = selectMark(catalog, table, arrival);
    const onLook = createDelayLog(this.#options.log, table.name);
    const watch = new Watch({ db: this.databaseOf(subject), arrival, statement, onLook });
    if (!this.isRetired(catalog)) this.#watches.set(key, { watch, subject });
    return watch;
  }

  #dropIdle(): void {
    for (const [key, { watch }] of this.#watches) if (!watch.isListenedTo) this.#watches.delete(key);
  }

  /** Lends a feed to one more client, to be released when the client leaves. */
  lendFeed(
    subject: Subject,
    where: Sql,
    watched: WatchedHistory,
  ): { readonly feed: Feed; readonly release: () => void } {
    const key = this.#keyOf(subject) + watched.history + identity(where);
    const lent = this.#feeds.get(key) ?? { feed: this.#createFeed(subject, where, watched), clients: 0 };
    this.#feeds.set(key, lent);
    lent.clients++;
    const release = () => {
      if (--lent.clients === 0) this.#feeds.delete(key);
    };
    return { feed: lent.feed, release };
  }

  /** Drops the watches of a catalog, and keeps no new ones for it. */
  retire(catalog: Catalog): void {
    this.#retired.add(catalog);
    for (const [key, { subject }] of this.#watches) if (subject.catalog === catalog) this.#watches.delete(key);
  }

  isRetired(catalog: Catalog): boolean {
    return this.#retired.has(catalog);
  }

  /** Returns the key of a watch. It names the catalog, since a table with the same name in another may be different. */
  #keyOf({ catalog, table, arrival, caller }: Subject): string {
    const id = this.#ids.get(catalog) ?? ++this.#lastId;
    this.#ids.set(catalog, id);
    return JSON.stringify([id, table.name, arrival, catalog.isPersonal ? (caller?.claims ?? null) : null]);
  }

  #createFeed(subject: Subject, where: Sql, watched: WatchedHistory): Feed {
    const { catalog, table, arrival } = subject;
    const { inFlight, limits } = this.#options;
    return createFeed({
      ...watched,
      read: async (after, upTo, columns) => {
        const share = inFlight.open(ownWork, bytesOfStream);
        const db = this.databaseOf(subject, share);
        try {
          await share.expect(messageRows * leastBytes);
          const { found, limit } = await readFirst((limit) =>
            db.rows(selectTailPage(catalog, { table, arrival, where, after, upTo, limit }, columns)),
          );
          const { rows, bytes } = fitting(found, limits.bytes);
          share.keep(bytes);
          const last = rows.length < found.length || rows.length === limit ? rows.at(-1) : undefined;
          const to = last ? placeAfter(last, arrival) : upTo;
          return { rows, bytes, to, db: this.relatedDbOf(subject), release: share.release };
        } catch (error) {
          share.release();
          throw error;
        }
      },
    });
  }
}

const scopeOf = ({ catalog, caller }: Subject) => (catalog.isPersonal ? { claims: caller?.claims } : { isWhole: true });

/** Reads the rows for one message, or fewer if these are too large. */
async function readFirst(read: (limit: number) => Promise<readonly Row[]>) {
  for (let limit = messageRows; ; limit = Math.ceil(limit / 8)) {
    try {
      return { found: await read(limit), limit };
    } catch (error) {
      if (limit === 1 || !isTooLarge(error)) throw error;
    }
  }
}

/** Approximate bytes that a message's JSON adds to the values of a row: field names and a cursor. */
const aroundRow = 200;

/** Takes the first rows that fit into half a message, at least one; the other half is for related rows. */
function fitting(rows: readonly Row[], maxBytes: number): Pick<Batch, 'rows' | 'bytes'> {
  let bytes = 0;
  for (const [i, row] of rows.entries()) {
    const more = rowSize(row) + aroundRow;
    if (i > 0 && bytes + more > maxBytes / 2) return { rows: rows.slice(0, i), bytes };
    bytes += more;
  }
  return { rows, bytes };
}
