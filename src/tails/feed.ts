import type { SharedDb } from '../db/db.ts';
import type { Row } from '../db/sql/row.ts';
import type { Place } from '../db/sql/tail.ts';
import { AppError } from '../errors.ts';
import { samePlace } from './position.ts';
import type { Watch } from './watch.ts';

/**
 * The way from rows that arrived to others. Clients of one feed whose documents ask for the same share what they read
 * there, though each has loaders and a budget of its own.
 */
export type WayOn = Pick<SharedDb, 'within'>;

/** Rows as they arrived, and the place after them. */
export interface Batch {
  readonly rows: readonly Row[];
  /** About what the rows take in a message. */
  readonly bytes: number;
  readonly to: Place;
  readonly db: WayOn;
  /** Whoever got it has no use for it any more. */
  readonly release: () => void;
}

export interface Subscriber {
  readonly columns: readonly string[];
  /** Gets every batch from its joining on, to be released once, or why there are no more. */
  readonly put: (batch: Batch | Error) => void;
}

/** What comes to a table and passes one filter, read once for all clients. */
export interface Feed {
  /** How far it has read; as long as it has no members, where the settled part of the table ends. */
  readonly place: Place;
  /** Rows between two places, at most a message's. */
  read(after: Place, upTo: Place, columns: readonly string[]): Promise<Batch>;
  /** From the feed's place on. */
  join(member: Subscriber): Seat;
}

export interface Seat {
  /** The member has nothing left of what it got. The first one to say so sets the pace: the feed reads on for it. */
  ready(): void;
  leave(): void;
}

export interface FeedOptions {
  readonly watch: Watch;
  readonly read: Feed['read'];
}

/** It is released when all have released it. */
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
      // Who joined meanwhile is owed these rows too, with its columns; and all may have left, and others joined elsewhere.
      const isStale = !samePlace(from, place) || columns().some((name) => !asked.includes(name));
      if (!isStale) place = batch.to;
      if (isStale || batch.rows.length === 0) batch.release();
      else {
        isWanted = false;
        giveTo([...members], batch);
      }
    }
  }

  function fail(error: unknown): void {
    // The database may be back at the next look, and nothing is lost then.
    if (error instanceof AppError && error.code === 'DATABASE_UNAVAILABLE') return;
    for (const member of [...members]) member.put(error instanceof Error ? error : new Error(String(error)));
  }

  async function onLook(error: unknown): Promise<void> {
    if (error) return fail(error);
    if (isReading) return;
    isReading = true;
    await readOn().catch(fail);
    isReading = false;
  }

  return {
    get place() {
      if (members.size === 0 && watch.settled) place = watch.settled.place;
      return place;
    },
    read,
    join(member) {
      if (members.size === 0) stopListening = watch.listen((error) => void onLook(error));
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
