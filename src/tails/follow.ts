import type { Arrival } from '../catalog/arrival.ts';
import type { Row } from '../db/sql/row.ts';
import type { Place } from '../db/sql/tail.ts';
import type { Batch, Feed, RelatedDb } from './feed.ts';
import type { Mailbox, StreamEnd } from './mailbox.ts';
import { advance, isBefore, type Position, samePlace, unseen } from './position.ts';
import type { Watch } from './watch.ts';

/** A message to a client. */
export interface Message {
  readonly rows: readonly Row[];
  readonly bytes: number;
  /** The client's position before the message, and after it. */
  readonly before: Position;
  readonly position: Position;
  /** The reason why the stream ends with this message; null if it goes on. */
  readonly end: StreamEnd | null;
  readonly db: RelatedDb;
}

export interface FollowOptions {
  readonly watch: Watch;
  readonly feed: Feed;
  readonly arrival: Arrival;
  readonly columns: readonly string[];
  readonly mailbox: Mailbox<Batch | Error>;
  readonly heartbeatMs: number;
  /** Database for messages without rows. */
  readonly db: RelatedDb;
}

/**
 * Yields every row after a position exactly once: first the rows that the feed has passed, page by page, then those
 * that it delivers. Without rows it yields an empty message at the start and at each heartbeat, so that the client's
 * cursor keeps up. A caller that stops early must close the mailbox.
 */
export async function* follow(start: Position, options: FollowOptions): AsyncGenerator<Message, void, void> {
  const { feed, arrival, columns, mailbox, heartbeatMs, db } = options;
  let position = start;
  const take = (batch: Batch): Message => {
    const before = position;
    position = advance(before, batch.to);
    const rows = unseen(before, batch.rows, arrival);
    return { rows, bytes: batch.bytes, before, position, end: null, db: batch.db };
  };
  const nothing = (to: Place): Batch => ({ rows: [], bytes: 0, to, db, release() {} });
  /** Yields a batch and releases it when the client asks for the next. */
  async function* give(batch: Batch) {
    try {
      if (!mailbox.isOver) yield take(batch);
    } finally {
      batch.release();
    }
  }

  let isFirst = true;
  while (!mailbox.isOver && !samePlace(position.place, feed.place())) {
    const batch = await nextPage(position, options);
    if (!batch) continue;
    isFirst = false;
    yield* give(batch);
  }
  const subscription = feed.subscribe({ columns, put: mailbox.put });
  // Not in a `finally` of this function, which a client that does not read never reaches.
  void mailbox.over.then(subscription.cancel);
  if (isFirst && !mailbox.isOver) yield take(nothing(position.place));
  while (!mailbox.isOver) {
    if (mailbox.isEmpty) subscription.ready();
    const item = await mailbox.take(heartbeatMs, () => nothing(subscription.place));
    if (!(item instanceof Error)) yield* give(item);
    else if (!mailbox.isOver) throw item;
  }
  if (mailbox.ended) yield { ...take(nothing(position.place)), end: mailbox.ended };
}

/**
 * Reads a page between the places of the client and the feed. A client that comes from another server may be ahead, and
 * then waits for the feed.
 */
async function nextPage({ place }: Position, { watch, feed, columns, mailbox }: FollowOptions): Promise<Batch | null> {
  const end = feed.place();
  if (isBefore(place, end)) return feed.read(place, end, columns);
  await Promise.race([watch.next(), mailbox.over]);
  return null;
}
