import type { Arrival } from '../catalog/arrival.ts';
import type { Db } from '../db/db.ts';
import type { Sql } from '../db/sql/sql.ts';
import { type Mark, markOf, type Place } from '../db/sql/tail.ts';
import { AppError, badInput } from '../errors.ts';
import { nothingSettled, type Settling, settle } from './settling.ts';

/** The end of the settled part of a table. */
export interface Settled {
  readonly history: string;
  readonly place: Place;
  /** True if the last look saw no row beyond `place`. */
  readonly isLast: boolean;
}

export interface Delay {
  readonly ms: number;
  /** The transaction's name in `pg_locks`; a prepared one has no process. */
  readonly transaction: string | null;
  readonly pid: number | null;
}

export interface WatchOptions {
  readonly db: Db;
  readonly arrival: Arrival;
  /** The statement of a look: see `selectMark`. */
  readonly statement: Sql;
  readonly onLook: (watch: Pick<Watch, 'delay'>) => void;
}

/** Creates the error for cursors of another history. */
export const otherHistory = (): AppError =>
  badInput(
    'The cursor is older than a restore or failover of the database, or than a reset of the table: start again with the list and its liveCursor',
  );

/** Pauses between looks, in milliseconds. */
const pauses = {
  /** Pause while rows arrive or a writer is open. */
  busy: 250,
  /** Pause after many looks without news. */
  longest: 5000,
  /** Pause after a notice of a write. */
  woken: 25,
};

type Listener = (error: unknown) => void;

/** Watches where the settled part of a table ends, with one statement per look however many listen. */
export class Watch {
  readonly #options: WatchOptions;
  readonly #listeners = new Set<Listener>();
  /** Listeners for the next look, whatever it finds. */
  readonly #waiting = new Set<Listener>();
  #settling: Settling = nothingSettled;
  #history: string | null = null;
  #settled: Settled | null = null;
  #pause = pauses.woken;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | null = null;
  #isWoken = false;
  #hasFailed = false;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** The end of the settled part; null until something is settled. */
  get settled(): Settled | null {
    return this.#settled;
  }

  get isListenedTo(): boolean {
    return this.#listeners.size + this.#waiting.size > 0;
  }

  /**
   * Keeps looking until the returned function is called. Calls `onNews` when the settled part has grown, with the error
   * when a look fails, and when a look succeeds again.
   */
  listen(onNews: Listener): () => void {
    return this.#listenIn(this.#listeners, onNews);
  }

  /** Resolves after the next look; rejects if it fails. */
  next(): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = this.#listenIn(this.#waiting, (error) => {
        stop();
        if (error) reject(error);
        else resolve();
      });
    });
  }

  /**
   * Looks now. Resolves once something is settled, or with null after a look at whose end it is no longer wanted; rejects
   * if a look fails.
   */
  async look(isWanted: () => boolean = () => true): Promise<Settled | null> {
    await this.#running?.catch(() => {}); // it began before we asked
    await this.#poll(true);
    while (!this.#settled && isWanted()) await this.next();
    return this.#settled;
  }

  /** Reports that somebody wrote. */
  wake(): void {
    this.#isWoken = true;
    if (this.#running || !this.isListenedTo || this.#pause === pauses.woken) return;
    this.#pause = pauses.woken;
    this.#cancel();
    this.#schedule();
  }

  /** Returns the writer for which the tail has waited longest, if any. */
  delay(): Delay | null {
    const [first] = this.#settling.pending;
    if (!first) return null;
    const { id = null, pid = null } = first.holders[0] ?? {};
    return { ms: performance.now() - first.since, transaction: id, pid };
  }

  #listenIn(audience: Set<Listener>, listener: Listener): () => void {
    audience.add(listener);
    if (!this.#running) this.#schedule();
    return () => {
      audience.delete(listener);
      if (!this.isListenedTo) this.#cancel();
    };
  }

  #schedule(): void {
    // Listeners hear of the error.
    this.#timer ??= setTimeout(() => void this.#poll(false).catch(() => {}), this.#pause).unref();
  }

  #cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #poll(isAsked: boolean): Promise<void> {
    this.#running ??= this.#run(isAsked).finally(() => {
      this.#running = null;
      if (this.isListenedTo) this.#schedule();
    });
    return this.#running;
  }

  async #run(isAsked: boolean): Promise<void> {
    this.#cancel();
    this.#isWoken = false;
    const [before, history] = [this.#settled, this.#history];
    let failure: unknown = null;
    try {
      const { db, arrival, statement } = this.#options;
      this.#take(markOf(arrival, (await db.rows(statement))[0]));
    } catch (error) {
      failure = error;
    }
    const hasMoved = this.#settled?.place[0] !== before?.place[0];
    const longest = this.#settling.seen.size > 0 ? pauses.busy : pauses.longest;
    const idle = hasMoved || isAsked ? pauses.busy : Math.min(this.#pause * 2, longest);
    this.#pause = this.#isWoken ? pauses.woken : idle;
    this.#options.onLook(this);
    // The first look has no earlier history, so nobody has missed anything.
    const error = failure ?? (history === null || history === this.#history ? null : otherHistory());
    // Thousands of feeds listen, and each stream that opens asks for a look, so listeners only hear news.
    const isNews = hasMoved || this.#hasFailed || error !== null;
    this.#hasFailed = failure !== null;
    for (const listener of [...this.#waiting, ...(isNews ? this.#listeners : [])]) listener(error);
    if (failure) throw failure;
  }

  #take(mark: Mark): void {
    if (mark.history === null)
      throw new AppError('DATABASE_UNAVAILABLE', 'The database is a standby now, which has no live tails; try again');
    const { history } = mark;
    // Places that are settled in one history may not be in another.
    this.#settling = settle(this.#history === history ? this.#settling : nothingSettled, mark, performance.now());
    this.#history = history;
    const { settled: value, pending } = this.#settling;
    this.#settled =
      value === undefined
        ? null
        : { history, place: value === null ? [] : [String(value)], isLast: pending.length === 0 };
  }
}
