import type { Arrival } from '../catalog/arrival.ts';
import type { Db } from '../db/db.ts';
import type { Sql } from '../db/sql/sql.ts';
import { type Mark, markOf, type Place } from '../db/sql/tail.ts';
import { AppError, badInput } from '../errors.ts';
import { type Settling, settle, unknown } from './settling.ts';

/** The end of the settled part of a table. */
export interface Settled {
  readonly history: string;
  readonly place: Place;
  /** Whether no row could be seen beyond it. */
  readonly isLast: boolean;
}

export interface Watch {
  /** The end of the settled part; null until something is settled. */
  readonly settled: Settled | null;
  /**
   * Keeps looking while somebody listens. Reports looks with news: what is settled has moved, or the look failed (with
   * its error), or the look before it did.
   */
  listen(onNews: (error: unknown) => void): () => void;
  /** Resolves with the next look; rejects if it fails. */
  next(): Promise<void>;
  /** Looks now. Resolves once something is settled; rejects if a look fails. */
  look(): Promise<Settled>;
  /** Reports that somebody wrote. */
  wake(): void;
  readonly isListenedTo: boolean;
  /** Returns the writer for which the tail has waited longest, if any. */
  delay(): Delay | null;
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
  readonly onLook: (watch: Watch) => void;
}

/** Creates the error for cursors of another history. */
export const moved = (): AppError =>
  badInput(
    'The cursor is older than a restore or failover of the database, or than a reset of the table: start again with the list and its liveCursor',
  );

/** Milliseconds between looks: while rows arrive, at most, and after a notice of a write. */
const pauses = { busy: 250, longest: 5000, woken: 25 };

/** Watches where the settled part of a table ends, with one statement per look however many listen. */
export function createWatch({ db, arrival, statement, onLook }: WatchOptions): Watch {
  const listeners = new Set<(error: unknown) => void>();
  /** Listeners for the next look, whatever it finds. */
  const waiting = new Set<(error: unknown) => void>();
  const isListenedTo = () => listeners.size + waiting.size > 0;
  let settling: Settling = unknown;
  let history: string | null = null;
  let settled: Settled | null = null;
  let pause = pauses.woken;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | null = null;
  let isWoken = false;
  let hasFailed = false;

  async function run(isAsked: boolean): Promise<void> {
    cancel();
    isWoken = false;
    const before = settled;
    const origin = history;
    let failure: unknown = null;
    try {
      take(markOf(arrival, (await db.rows(statement))[0]));
    } catch (error) {
      failure = error;
    }
    // The first look has no earlier history, so nobody has missed anything.
    const told = failure ?? (origin === null || origin === history ? null : moved());
    const hasMoved = settled?.place[0] !== before?.place[0];
    const most = settling.seen.size > 0 ? pauses.busy : pauses.longest;
    pause = isWoken ? pauses.woken : hasMoved || isAsked ? pauses.busy : Math.min(pause * 2, most);
    onLook(watch);
    // Thousands of feeds listen, and each stream that opens asks for a look.
    const isNews = hasMoved || hasFailed || told !== null;
    hasFailed = failure !== null;
    for (const listener of [...waiting, ...(isNews ? listeners : [])]) listener(told);
    if (failure) throw failure;
  }

  function take(mark: Mark): void {
    if (mark.history === null)
      throw new AppError('DATABASE_UNAVAILABLE', 'The database is a standby now, which has no live tails; try again');
    if (history !== mark.history) settling = unknown; // what is settled in one history may not be in another
    history = mark.history;
    settling = settle(settling, mark, performance.now());
    const { settled: value } = settling;
    settled =
      value === undefined
        ? null
        : { history, place: value === null ? [] : [String(value)], isLast: settling.pending.length === 0 };
  }

  function poll(isAsked: boolean): Promise<void> {
    running ??= run(isAsked).finally(() => {
      running = null;
      if (isListenedTo()) schedule();
    });
    return running;
  }

  function schedule(): void {
    timer ??= setTimeout(() => void poll(false).catch(() => {}), pause).unref(); // listeners hear of the error
  }

  function cancel(): void {
    clearTimeout(timer);
    timer = undefined;
  }

  function listenIn(audience: Set<(error: unknown) => void>, listener: (error: unknown) => void): () => void {
    audience.add(listener);
    if (!running) schedule();
    return () => {
      audience.delete(listener);
      if (!isListenedTo()) cancel();
    };
  }

  const watch: Watch = {
    get settled() {
      return settled;
    },
    listen: (listener) => listenIn(listeners, listener),
    next: () =>
      new Promise((resolve, reject) => {
        const stop = listenIn(waiting, (error) => {
          stop();
          if (error) reject(error);
          else resolve();
        });
      }),
    async look() {
      await running?.catch(() => {}); // it began before we asked
      await poll(true);
      while (!settled) await watch.next();
      return settled;
    },
    wake() {
      isWoken = true;
      if (running || !isListenedTo() || pause === pauses.woken) return;
      pause = pauses.woken;
      cancel();
      schedule();
    },
    get isListenedTo() {
      return isListenedTo();
    },
    delay() {
      const [first] = settling.pending;
      if (!first) return null;
      const { id = null, pid = null } = first.holders[0] ?? {};
      return { ms: performance.now() - first.since, transaction: id, pid };
    },
  };
  return watch;
}
