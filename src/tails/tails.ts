import type { Catalog } from '../catalog/catalog.ts';
import type { Notice } from '../db/sql/notice.ts';
import type { Batch } from './feed.ts';
import { type HubOptions, type Subject, TailHub } from './hub.ts';
import { createMailbox, type Mailbox } from './mailbox.ts';
import { decodeTailCursor, encodeTailCursor } from './position.ts';
import { type Start, startAfter } from './start.ts';
import { statsOf, type TailStats } from './stats.ts';
import { cannotStart, messagesOf, type TailMessage, type TailRequest } from './stream.ts';
import { streamTurns } from './streamTurns.ts';

/** The expression that a list's statement reads for the cursor of its tail, and the cursor made from the result. */
export interface ListStart extends Pick<Start, 'expression'> {
  /** Returns the cursor; throws CONFLICT if too many rows are not settled yet. */
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

export interface TailsOptions extends HubOptions {
  /** Lifetime of a stream. */
  readonly maxSeconds: number;
  /** Interval of messages without rows. */
  readonly heartbeatMs?: number;
}

/** Maximum number of messages that wait for a client. */
const maxWaiting = 8;
/** Time after which a list no longer waits for a place where its tail can start. */
const patienceMs = 5000;

export function createTails({ maxSeconds, heartbeatMs = 15_000, ...options }: TailsOptions): Tails {
  const hub = new TailHub(options);
  const streams = new Map<Mailbox<Batch | Error>, Subject>();
  let isStopping = false;

  return {
    open(request) {
      const given = request.after === null ? null : decodeTailCursor(request.after, request);
      const mailbox = createMailbox<Batch | Error>(maxWaiting, release);
      const untilExpiry = Math.max(0, (request.caller?.expiresAt ?? Infinity) - Date.now());
      const limitMs = Math.min(maxSeconds * 1000, untilExpiry);
      const late = limitMs === untilExpiry ? 'TOKEN_EXPIRED' : 'TIME_LIMIT';
      const timer = setTimeout(() => streamTurns.add(() => mailbox.end(late)), limitMs);
      streams.set(mailbox, request);
      if (isStopping) mailbox.end('SHUTDOWN');
      // The request arrived before another catalog replaced this one.
      if (hub.isRetired(request.catalog)) mailbox.end('SCHEMA_CHANGED');
      void mailbox.over.then(() => {
        clearTimeout(timer);
        streams.delete(mailbox);
      });
      return closing(messagesOf(hub, request, { given, mailbox, heartbeatMs }), mailbox.close);
    },
    async start(subject) {
      const deadline = performance.now() + patienceMs;
      const settled = await hub.watchOf(subject).look(() => performance.now() < deadline);
      if (!settled) throw cannotStart();
      const { expression, after } = startAfter(subject, settled);
      return {
        expression,
        cursor(seen) {
          const position = after(seen);
          if (!position) throw cannotStart();
          return encodeTailCursor(subject, { history: settled.history, position });
        },
      };
    },
    wake(notice) {
      for (const { watch, subject } of hub.watches) {
        const isMeant = subject.catalog.schema === notice?.schema && subject.table.name === notice.table;
        if (notice === null || isMeant) watch.wake();
      }
    },
    stats: () => statsOf(hub.watches, streams.values()),
    retire(catalog) {
      hub.retire(catalog);
      for (const [mailbox, subject] of streams)
        if (subject.catalog === catalog) streamTurns.add(() => mailbox.end('SCHEMA_CHANGED'));
    },
    stop() {
      isStopping = true;
      for (const mailbox of streams.keys()) streamTurns.add(() => mailbox.end('SHUTDOWN'));
    },
  };
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
