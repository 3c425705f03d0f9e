import { setTimeout as wait } from 'node:timers/promises';
import type { Catalog } from '../catalog/catalog.ts';
import type { Share } from '../db/inFlight.ts';
import type { Notice } from '../db/sql/notice.ts';
import type { Row } from '../db/sql/row.ts';
import { type Sql, sql } from '../db/sql/sql.ts';
import { AppError, asError, schemaChanging } from '../errors.ts';
import type { Batch, WayOn } from './feed.ts';
import { follow, type Message } from './follow.ts';
import { createShared, type SharedOptions, type Subject } from './hub.ts';
import { createMailbox, type Mailbox, type StreamEnd } from './mailbox.ts';
import { advance, type Cursor, decodeTailCursor, encodeTailCursor, type Position, placeAfter } from './position.ts';
import { type Start, startAfter } from './start.ts';
import { statsOf, type TailStats } from './stats.ts';
import { moved, type Settled } from './watch.ts';

export interface TailRequest extends Subject {
  readonly where: Sql;
  readonly columns: readonly string[];
  /** The memory that its messages count against. */
  readonly share?: Share | undefined;
  /** A cursor; null to start now. */
  readonly after: string | null;
}

/** One message to a client. */
export interface TailMessage extends Pick<Message, 'rows' | 'end' | 'db'> {
  /** Cursor after the message. */
  readonly cursor: string;
  /** Returns the cursor after one of its rows. */
  readonly after: (row: Row) => string;
}

/**
 * The expression that a list's statement reads for the cursor of its tail, and the cursor made from it; throws
 * CONFLICT.
 */
export interface ListStart extends Pick<Start, 'expression'> {
  readonly cursor: (seen: string | null) => string;
}

/** The live tails of a server, which share what they read. */
export interface Tails {
  /** Opens the messages of one client; an error is the last. Throws BAD_USER_INPUT for an invalid cursor. */
  open(request: TailRequest): AsyncIterableIterator<TailMessage | Error>;
  /** Returns where a tail can start, for a list with a live cursor. Rejects with CONFLICT if a writer prevents that. */
  start(subject: Subject): Promise<ListStart>;
  /** Reports that somebody wrote to a table; null if it may be any table. */
  wake(notice: Notice | null): void;
  stats(): readonly TailStats[];
  /** Ends the streams of a catalog that was replaced, each with a cursor to resume from, and forgets it. */
  retire(catalog: Catalog): void;
  /** Ends all streams, each with a cursor to resume from. */
  stop(): void;
}

export interface TailsOptions extends SharedOptions {
  /** Lifetime of a stream. */
  readonly maxSeconds: number;
  /** Interval of messages without rows. */
  readonly heartbeatMs?: number;
}

/** Limit of messages that wait for a client. */
const maxWaiting = 8;
/** Time that a list waits for a place where its tail can start. */
const patienceMs = 5000;

export function createTails({ maxSeconds, heartbeatMs = 15_000, ...options }: TailsOptions): Tails {
  const shared = createShared(options);
  const streams = new Map<Mailbox<Batch | Error>, Subject>();
  let isStopping = false;

  /** Returns the position after all rows that exist now. If there is too much to exclude, some rows are repeated. */
  async function now(subject: Subject, settled: Settled): Promise<Position> {
    const nothingSeen = { place: settled.place, seen: [] };
    if (settled.isLast) return nothingSeen;
    const { expression, after } = startAfter(subject, settled);
    const [row] = await shared.databaseOf(subject).rows(sql`select ${expression} as seen`);
    return after(row?.['seen'] ?? null) ?? nothingSeen;
  }

  async function* messages(
    request: TailRequest,
    given: Cursor | null,
    mailbox: Mailbox<Batch | Error>,
  ): AsyncGenerator<TailMessage | Error> {
    const { arrival, columns, where, share } = request;
    const db = shared.wayOnOf(request);
    try {
      const watch = shared.watchOf(request);
      const settled = await Promise.race([watch.look(), mailbox.over]);
      if (!settled) return yield* endedBefore(request, mailbox.ended, db);
      const { history } = settled;
      if (given && given.history !== history) throw moved();
      const start = given?.position ?? (await now(request, settled));
      const { feed, release } = shared.lendFeed(request, where);
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

  return {
    open(request) {
      const given = request.after === null ? null : decodeTailCursor(request.after, request);
      const mailbox = createMailbox<Batch | Error>(maxWaiting, release);
      const untilExpiry = Math.max(0, (request.caller?.expiresAt ?? Infinity) - Date.now());
      const limitMs = Math.min(maxSeconds * 1000, untilExpiry);
      const timer = setTimeout(() => mailbox.end(limitMs === untilExpiry ? 'TOKEN_EXPIRED' : 'TIME_LIMIT'), limitMs);
      streams.set(mailbox, request);
      if (isStopping) mailbox.end('SHUTDOWN');
      // The request arrived before another catalog replaced this one.
      if (shared.isRetired(request.catalog)) mailbox.end('SCHEMA_CHANGED');
      void mailbox.over.then(() => {
        clearTimeout(timer);
        streams.delete(mailbox);
      });
      return closing(messages(request, given, mailbox), mailbox.close);
    },
    async start(subject) {
      const late = wait(patienceMs, null, { ref: false });
      const settled = await Promise.race([shared.watchOf(subject).look(), late]);
      if (!settled) throw new AppError('CONFLICT', stillWritten);
      const { expression, after } = startAfter(subject, settled);
      return {
        expression,
        cursor(seen) {
          const position = after(seen);
          if (!position) throw new AppError('CONFLICT', stillWritten);
          return encodeTailCursor(subject, { history: settled.history, position });
        },
      };
    },
    wake(notice) {
      for (const { watch, subject } of shared.watches) {
        const isMeant = subject.catalog.schema === notice?.schema && subject.table.name === notice.table;
        if (notice === null || isMeant) watch.wake();
      }
    },
    stats: () => statsOf(shared.watches, streams.values()),
    retire(catalog) {
      shared.retire(catalog);
      for (const [mailbox, subject] of streams) if (subject.catalog === catalog) mailbox.end('SCHEMA_CHANGED');
    },
    stop() {
      isStopping = true;
      for (const mailbox of streams.keys()) mailbox.end('SHUTDOWN');
    },
  };
}

/** Creates the error for a stream without a cursor that ends before it could have one. */
const endedEarly = (end: StreamEnd): AppError => {
  if (end === 'TOKEN_EXPIRED') return new AppError('UNAUTHENTICATED', 'The token has expired');
  if (end === 'SCHEMA_CHANGED') return schemaChanging();
  if (end === 'SHUTDOWN') return new AppError('DATABASE_UNAVAILABLE', 'The server stops; try again');
  return new AppError('CONFLICT', stillWritten);
};

const stillWritten =
  'A write transaction has been open for so long that the live tail has no place to begin; try again when it has ended';

/**
 * Yields the only message of a stream that ends before it starts: it stays at the cursor that the client gave, if any.
 */
function* endedBefore({ after }: TailRequest, end: StreamEnd | null, db: WayOn): Generator<TailMessage> {
  if (!end) return;
  if (after === null) throw endedEarly(end);
  yield { rows: [], end, db, cursor: after, after: () => after };
}

const release = (item: Batch | Error) => {
  if (!(item instanceof Error)) item.release();
};

/**
 * Wraps a generator so that `return` ends a pending wait by `close`; by itself a generator returns only after the wait.
 */
function closing<T>(messages: AsyncGenerator<T>, close: () => void): AsyncIterableIterator<T> {
  return {
    next: () => messages.next(),
    return() {
      close();
      return messages.return(undefined);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
