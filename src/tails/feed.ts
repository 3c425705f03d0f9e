import type { SharedDb } from '../db/db.ts';
import type { Row } from '../db/sql/row.ts';
import type { Place } from '../db/sql/tail.ts';
import { AppError, asError } from '../errors.ts';
import { samePlace } from './position.ts';
import { streamTurns } from './streamTurns.ts';
import { otherHistory, type Watch } from './watch.ts';

/**
 * The database for rows related to those that arrived. Clients of one feed with the same document share these reads,
 * although each has its own loaders and budget.
 */
export type RelatedDb = Pick<SharedDb, 'within'>;

/** Rows that arrived, and the place after them. */
export interface Batch {
  readonly rows: readonly Row[];
  /** Approximate size of the rows in a message. */
  readonly bytes: number;
  readonly to: Place;
  readonly db: RelatedDb;
  /** Reports that the receiver no longer needs the rows. */
  readonly release: () => void;
}

export interface Subscriber {
  readonly columns: readonly string[];
  /** Receives every batch from now on, which it must release, or the error that ends the feed. */
  readonly put: (batch: Batch | Error) => void;
}

/** The new rows of a table that pass one filter, read once for all clients. */
export interface Feed {
  /**
   * The place up to which the feed has read; without subscribers, the end of the settled part of the table. Throws
   * BAD_USER_INPUT once the table has another history.
   */
  place(): Place;
  /** Reads rows between two places, at most one message's worth. */
  read(after: Place, upTo: Place, columns: readonly string[]): Promise<Batch>;
  /** Adds a subscriber from the feed's current place on. */
  subscribe(subscriber: Subscriber): FeedSubscription;
}

export interface FeedSubscription {
  /** The place up to which the subscriber has received all rows. */
  readonly place: Place;
  /** Reports that the subscriber has consumed its batches. The feed reads on as soon as one subscriber has done so. */
  ready(): void;
  cancel(): void;
}

export interface FeedOptions {
  readonly watch: Watch;
  /** The history of its places. */
  readonly history: string;
  readonly read: Feed['read'];
}

/** Gives a batch to the subscribers, removing each from the set, and releases the batch once all have released it. */
async function giveTo(subscribers: Set<Subscriber>, batch: Batch): Promise<void> {
  let left = subscribers.size;
  const release = () => {
    if (--left === 0) batch.release();
  };
  await putInTurns(subscribers, { ...batch, release });
}

async function putInTurns(subscribers: Set<Subscriber>, item: Batch | Error): Promise<void> {
  for (const subscriber of subscribers) {
    await streamTurns.turn();
    subscribers.delete(subscriber);
    subscriber.put(item);
  }
}

export function createFeed({ watch, history, read }: FeedOptions): Feed {
  const subscribers = new Set<Subscriber>();
  let place: Place = [];
  /** The subscribers that have yet to receive the latest batch, and the place before it. */
  let owed: { readonly subscribers: Set<Subscriber>; readonly place: Place } = { subscribers: new Set(), place };
  let isReading = false;
  let isWanted = false;
  let readOnWhenWanted = () => {};
  let stopListening = () => {};
  /** Returns the end of the settled part; null in another history. */
  const settledEnd = () => (watch.settled?.history === history ? watch.settled.place : null);
  const columns = () => [...new Set([...subscribers].flatMap((subscriber) => subscriber.columns))];

  async function readOn(): Promise<void> {
    await streamTurns.turn();
    for (let end = settledEnd(); end && !samePlace(place, end) && subscribers.size > 0; end = settledEnd()) {
      if (!isWanted) {
        await new Promise<void>((resolve) => {
          readOnWhenWanted = resolve;
        });
        continue;
      }
      const [from, asked] = [place, columns()];
      const batch = await read(from, end, asked);
      // Meanwhile subscribers may have come who need these rows with more columns, or all may have left.
      const isStale = !samePlace(from, place) || columns().some((name) => !asked.includes(name));
      if (!isStale) place = batch.to;
      if (isStale || batch.rows.length === 0) batch.release();
      else {
        isWanted = false;
        owed = { subscribers: new Set(subscribers), place: from };
        await giveTo(owed.subscribers, batch);
      }
    }
    // Set in the turn in which the loop ended, without an `await` in between, so that no news is missed.
    isReading = false;
  }

  function fail(error: unknown): void {
    // The next look may succeed, and nothing is lost until then.
    if (error instanceof AppError && error.code === 'DATABASE_UNAVAILABLE') return;
    void putInTurns(new Set(subscribers), asError(error));
  }

  function onNews(error: unknown): void {
    if (error) fail(error);
    if (error || isReading) return;
    isReading = true;
    readOn().catch((failure) => {
      isReading = false;
      fail(failure);
      // Tries again after the next look, even if it has no news.
      watch.next().then(onNews, () => {});
    });
  }

  return {
    place() {
      const end = settledEnd();
      if (!end) throw otherHistory();
      if (subscribers.size === 0) place = end;
      return place;
    },
    read,
    subscribe(subscriber) {
      if (subscribers.size === 0) stopListening = watch.listen(onNews);
      subscribers.add(subscriber);
      return {
        get place() {
          return owed.subscribers.has(subscriber) ? owed.place : place;
        },
        ready() {
          isWanted = true;
          readOnWhenWanted();
        },
        cancel() {
          subscribers.delete(subscriber);
          readOnWhenWanted();
          if (subscribers.size === 0) stopListening();
        },
      };
    },
  };
}
