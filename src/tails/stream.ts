import type { Share } from '../db/inFlight.ts';
import type { Row } from '../db/sql/row.ts';
import { type Sql, sql } from '../db/sql/sql.ts';
import { AppError, asError, schemaChanging } from '../errors.ts';
import type { Batch, RelatedDb } from './feed.ts';
import { follow, type Message } from './follow.ts';
import type { Subject, TailHub } from './hub.ts';
import type { Mailbox, StreamEnd } from './mailbox.ts';
import { advance, type Cursor, encodeTailCursor, type Position, placeAfter } from './position.ts';
import { startAfter } from './start.ts';
import { streamTurns } from './streamTurns.ts';
import { otherHistory, type Settled } from './watch.ts';

export interface TailRequest extends Subject {
  readonly where: Sql;
  readonly columns: readonly string[];
  /** The memory that its messages count against. */
  readonly share?: Share | undefined;
  /** A cursor; null to start now. */
  readonly after: string | null;
}

/** A message to a client, with its cursors. */
export interface TailMessage extends Pick<Message, 'rows' | 'end' | 'db'> {
  /** Cursor after the message. */
  readonly cursor: string;
  /** Returns the cursor after one of its rows. */
  readonly after: (row: Row) => string;
}

interface StreamOptions {
  /** The cursor that the client gave. */
  readonly given: Cursor | null;
  readonly mailbox: Mailbox<Batch | Error>;
  /** Interval of messages without rows. */
  readonly heartbeatMs: number;
}

/** Yields the messages of one client; an error is always the last. */
export async function* messagesOf(
  hub: TailHub,
  request: TailRequest,
  { given, mailbox, heartbeatMs }: StreamOptions,
): AsyncGenerator<TailMessage | Error> {
  const { arrival, columns, where, share } = request;
  const db = hub.relatedDbOf(request);
  try {
    const watch = hub.watchOf(request);
    // The hub may drop a watch to which nobody listens, and the feed listens only once the client has caught up.
    void mailbox.over.then(watch.listen(() => {}));
    const looked = Promise.race([watch.look(() => !mailbox.isOver), mailbox.over]);
    const settled = await looked.finally(() => streamTurns.turn());
    if (!settled) return yield* endedBefore(request, mailbox.ended, db);
    const { history } = settled;
    if (given && given.history !== history) throw otherHistory();
    const start = given?.position ?? (await now(hub, request, settled));
    const { feed, release } = hub.lendFeed(request, where, { watch, history });
    void mailbox.over.then(release);
    const cursorOf = (position: Position) => encodeTailCursor(request, { history, position });
    for await (const message of follow(start, { watch, feed, arrival, columns, mailbox, heartbeatMs, db })) {
      const { before, position, bytes, ...rest } = message;
      const after = (row: Row) => cursorOf(advance(before, placeAfter(row, arrival)));
      await share?.expect(bytes);
      share?.add(bytes);
      yield { ...rest, cursor: cursorOf(position), after };
      share?.keep(0);
    }
  } catch (error) {
    yield asError(error);
  } finally {
    mailbox.close();
  }
}

/** Returns the position after all rows that exist now. If there are too many to exclude, some are sent anyway. */
async function now(hub: TailHub, subject: Subject, settled: Settled): Promise<Position> {
  const nothingSeen = { place: settled.place, seen: [] };
  if (settled.isLast) return nothingSeen;
  const { expression, after } = startAfter(subject, settled);
  const [row] = await hub.databaseOf(subject).rows(sql`select ${expression} as seen`);
  return after(row?.['seen'] ?? null) ?? nothingSeen;
}

/**
 * Yields the only message of a stream that ends before it starts, with the cursor that the client gave; throws if it
 * gave none.
 */
function* endedBefore({ after }: TailRequest, end: StreamEnd | null, db: RelatedDb): Generator<TailMessage> {
  if (!end) return;
  if (after === null) throw endedEarly(end);
  yield { rows: [], end, db, cursor: after, after: () => after };
}

/** Creates the error for a stream without a cursor that ends before it could have one. */
const endedEarly = (end: StreamEnd): AppError => {
  if (end === 'TOKEN_EXPIRED') return new AppError('UNAUTHENTICATED', 'The token has expired');
  if (end === 'SCHEMA_CHANGED') return schemaChanging();
  if (end === 'SHUTDOWN') return new AppError('DATABASE_UNAVAILABLE', 'The server is stopping; try again');
  return cannotStart();
};

/** Creates the error for a tail that has no place to start from. */
export const cannotStart = (): AppError =>
  new AppError(
    'CONFLICT',
    'A write transaction has been open for so long that the live tail has no place to begin; try again when it has ended',
  );
