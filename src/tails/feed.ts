import type { SharedDb } from '../db/db.ts';
import type { Row } from '../db/sql/row.ts';
import type { Place } from '../db/sql/tail.ts';
import { AppError, asError } from '../errors.ts';
import { samePlace } from './position.ts';
import type { Watch } from './watch.ts';

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
  /** Receives every batch from joining on, to be released once, or the error that ends the feed. */
  readonly put: (batch: Batch | Error) => void;
}

/** The new rows of a table that pass one filter, read once for all clients. */
export interface Feed {
  /** The place up to which the feed has read; without members, the end of the settled part of the table. */
  readonly place: Place;
  /** Reads rows between two places, at most one message's worth. */
  read(after: Place, upTo: Place, columns: readonly string[]): Promise<Batch>;
  /** Joins a member at the feed's current place. */
  join(member: Subscriber): Seat;
}

export interface Seat {
  /** Reports that the member has consumed its batches. The fastest member sets the pace: the feed reads on for it. */
  ready(): void;
  leave(): void;
}

export interface FeedOptions {
  readonly watch: Watch;
  readonly read: Feed['read'];
}

/** Gives a batch to members; it is released once all of them released it. */
function giveTo(members: readonly Subscriber[], batch: Batch): void {
  let left = members.length;
  const release = () => {
    if (--left === 0) batch.release();
  };
  for (const member of members) member.put({ ...batch, release });
}

export function createFeed({ watch, read }: FeedOptions): Feed {
  const members = new Set<Subscriber>();
  let place: Place = [];
  let isReading = false;
  let isWanted = false;
  let readOnWhenWanted = () => {};
  let stopListening = () => {};
  const columns = () => [...new Set([...members].flatMap((member) => member.columns))];

  async function readOn(): Promise<void> {
    while (watch.settled && !samePlace(place, watch.settled.place) && members.size > 0) {
      if (!isWanted) {
        await new Promise<void>((resolve) => {
          readOnWhenWanted = resolve;
        });
        continue;
      }
      const [from, asked] = [place, columns()];
      const batch = await read(from, watch.settled.place, asked);
      // Members who joined in the meantime also need these rows, with their columns; and all members may have left, or
      // others joined.
      const isStale = !samePlace(from, place) || columns().some((name) => !asked.includes(name));
      if (!isStale) place = batch.to;
      if (isStale || batch.rows.length === 0) batch.release();
      else {
        isWanted = false;
        giveTo([...members], batch);
      }
    }
    // Not after an `await` of this function, during which more may settle.
    isReading = false;
  }

  function fail(error: unknown): void {
    // The next look may succeed, and nothing is lost until then.
    if (error instanceof AppError && error.code === 'DATABASE_UNAVAILABLE') return;
    for (const member of [...members]) member.put(asError(error));
  }

  function onNews(error: unknown): void {
    if (error) fail(error);
    if (error || isReading) return;
    isReading = true;
    readOn().catch((failure) => {
      isReading = false;
      fail(failure);
      // Tries again although the next look may have no news.
      watch.next().then(onNews, () => {});
    });
  }

  return {
    get place() {
      if (members.size === 0 && watch.settled) place = watch.settled.place;
      return place;
    },
    read,
    join(member) {
      if (members.size === 0) stopListening = watch.listen(onNews);
      members.add(member);
      return {
        ready() {
          isWanted = true;
          readOnWhenWanted();
        },
        leave() {
          members.delete(member);
          readOnWhenWanted();
          if (members.size === 0) stopListening();
        },
      };
    },
  };
}
