import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Caller } from '../auth/caller.ts';
import type { Arrival } from '../catalog/arrival.ts';
import type { Catalog, Table } from '../catalog/catalog.ts';
import type { Db, Row } from '../db/db.ts';
import { identity, type Sql, sql } from '../db/sql.ts';
import { seenBeyond, selectMark, selectStretch, valuesOf } from '../db/tail.ts';
import { AppError } from '../errors.ts';
import { createLoaders } from '../loaders/loaders.ts';
import { createDelayLog } from './delayLog.ts';
import { type Batch, createFeed, type Feed } from './feed.ts';
import { follow, type Message } from './follow.ts';
import { createMailbox, type Mailbox } from './mailbox.ts';
import {
  advance,
  type Cursor,
  decodeTailCursor,
  encodeTailCursor,
  type Position,
  placeAfter,
  rangesOf,
  tailOf,
} from './position.ts';
import { createWatch, moved, type Settled, type Watch } from './watch.ts';

/** Whose rows of which table; what is read for one caller is shared with others only where policies cannot tell them apart. */
export interface Subject {
  readonly catalog: Catalog;
  readonly table: Table;
  readonly arrival: Arrival;
  readonly caller: Caller | null;
}

export interface TailRequest extends Subject {
  readonly where: Sql;
  readonly columns: readonly string[];
  /** A cursor; null starts now. */
  readonly after: string | null;
}

/** One message to a client. */
export interface TailMessage extends Pick<Message, 'rows' | 'end' | 'loaders'> {
  /** Where to go on after the message. */
  readonly cursor: string;
  /** Where to go on after one of its rows. */
  readonly after: (row: Row) => string;
}

/** Where a tail begins. */
export interface Start {
  /** What a statement is to read along with what it shows. */
  readonly expression: Sql;
  /** The cursor after all that the statement could see; throws CONFLICT where that is too much to say. */
  readonly cursor: (seen: string | null) => string;
}

/** The live tails of a server, which share what they read. */
export interface Tails {
  /** The messages of one client; an error is the last. Throws BAD_USER_INPUT for a text that is no cursor. */
  open(request: TailRequest): AsyncIterableIterator<TailMessage | Error>;
  /** Where a tail is to begin that follows on something else. Rejects where a writer does not let it tell in time. */
  start(subject: Subject): Promise<Start>;
  /** Somebody wrote to a table. */
  wake(schema: string, table: string): void;
  /** By table: how many streams it has, and for how long which writer has kept them waiting. */
  stats(): readonly TailStats[];
  /** Ends all streams, each with a cursor to resume from. */
  stop(): void;
}

export interface TailStats {
  readonly table: string;
  readonly streams: number;
  readonly delayMs: number;
  readonly pid: number | null;
}

export interface TailsOptions {
  /** The database as a caller sees it. */
  readonly database: (caller: Caller | null) => Db;
  readonly maxSeconds: number;
  readonly log: Logger;
}

/** Rows of a message, and messages that may wait for a client. */
const most = { rows: 500, waiting: 8 };
/** How long a client hears nothing. */
const heartbeatMs = 15_000;
/** How long a list waits for a place where its tail can begin. */
const patienceMs = 5000;
/** Watches that nobody listens to are kept for what they know, so long as they are no more. */
const mostWatches = 1000;

export function createTails({ database, maxSeconds, log }: TailsOptions): Tails {
  const watches = new Map<string, { readonly watch: Watch; readonly subject: Subject }>();
  const feeds = new Map<string, Feed>();
  const streams = new Map<Mailbox<Batch | Error>, Subject>();
  let isStopping = false;

  const databaseOf = ({ catalog, caller }: Subject) => database(catalog.isPersonal ? caller : null);
  const keyOf = ({ catalog, table, arrival, caller }: Subject) =>
    JSON.stringify([catalog.schema, table.name, arrival, catalog.isPersonal ? (caller?.claims ?? null) : null]);

  function watchOf(subject: Subject): Watch {
    const { catalog, table, arrival } = subject;
    const key = keyOf(subject);
    const known = watches.get(key)?.watch;
    if (known) return known;
    const watch = createWatch({
      db: databaseOf(subject),
      arrival,
      statement: selectMark(catalog, table, arrival),
      onLook: createDelayLog(log, table.name),
    });
    if (watches.size >= mostWatches)
      for (const [
        old,
        {
          watch: { isListenedTo },
        },
      ] of watches)
        if (!isListenedTo) watches.delete(old);
    watches.set(key, { watch, subject });
    return watch;
  }

  function feedOf(request: TailRequest, watch: Watch): Feed {
    const { catalog, table, arrival, where } = request;
    const key = keyOf(request) + identity(where);
    const known = feeds.get(key);
    if (known) return known;
    const db = databaseOf(request);
    const feed = createFeed({
      watch,
      async read(after, upTo, columns) {
        const stretch = { table, arrival, where, after, upTo, limit: most.rows };
        const rows = await db.rows(selectStretch(catalog, stretch, columns));
        const last = rows.length === most.rows ? rows.at(-1) : undefined;
        return { rows, to: last ? placeAfter(last, arrival) : upTo, loaders: createLoaders(db, catalog) };
      },
      onEmpty: () => void feeds.delete(key),
    });
    feeds.set(key, feed);
    return feed;
  }

  /** Now: after all that is settled, without what can be seen beyond it. */
  async function now(subject: Subject, { place, isLast }: Settled): Promise<Position> {
    if (isLast) return { place, seen: [] };
    const { catalog, table, arrival } = subject;
    const [row] = await databaseOf(subject).rows(sql`select ${seenBeyond(catalog, table, arrival, place)} as seen`);
    return { place, seen: rangesOf(valuesOf(row?.['seen'])) ?? [] };
  }

  async function* messages(
    request: TailRequest,
    given: Cursor | null,
    mailbox: Mailbox<Batch | Error>,
  ): AsyncGenerator<TailMessage | Error> {
    const { arrival, columns, catalog, caller, table } = request;
    try {
      const watch = watchOf(request);
      const settled = await Promise.race([watch.look(), mailbox.over]);
      if (!settled) throw new AppError('DATABASE_UNAVAILABLE', nowhere);
      const { history } = settled;
      if (given && given.history !== history) throw moved();
      const start = given?.position ?? (await now(request, settled));
      const loaders = () => createLoaders(database(caller), catalog);
      const feed = feedOf(request, watch);
      const cursorOf = (position: Position) => encodeTailCursor(tailOf(table, arrival), { history, position });
      for await (const message of follow(start, { watch, feed, arrival, columns, mailbox, heartbeatMs, loaders })) {
        const { before, position, ...rest } = message;
        const after = (row: Row) => cursorOf(advance(before, placeAfter(row, arrival)));
        yield { ...rest, cursor: cursorOf(position), after };
      }
    } catch (error) {
      yield error instanceof Error ? error : new Error(String(error));
    } finally {
      mailbox.close();
    }
  }

  return {
    open(request) {
      const { after, table, arrival } = request;
      const given = after === null ? null : decodeTailCursor(after, tailOf(table, arrival), arrival);
      const mailbox = createMailbox<Batch | Error>(most.waiting);
      const untilExpiry = (request.caller?.expiresAt ?? Infinity) - Date.now();
      const limitMs = Math.min(maxSeconds * 1000, untilExpiry);
      const timer = setTimeout(() => mailbox.end(limitMs === untilExpiry ? 'TOKEN_EXPIRED' : 'TIME_LIMIT'), limitMs);
      streams.set(mailbox, request);
      if (isStopping) mailbox.end('SHUTDOWN');
      void mailbox.over.then(() => {
        clearTimeout(timer);
        streams.delete(mailbox);
      });
      return closing(messages(request, given, mailbox), mailbox.close);
    },
    async start(subject) {
      const { catalog, table, arrival } = subject;
      const late = wait(patienceMs, null, { ref: false });
      const settled = await Promise.race([watchOf(subject).look(), late]);
      if (!settled) throw new AppError('CONFLICT', stillWritten);
      const { history, place } = settled;
      return {
        expression: seenBeyond(catalog, table, arrival, place),
        cursor(text) {
          const seen = rangesOf(valuesOf(text));
          if (!seen) throw new AppError('CONFLICT', stillWritten);
          return encodeTailCursor(tailOf(table, arrival), { history, position: { place, seen } });
        },
      };
    },
    wake(schema, name) {
      for (const { watch, subject } of watches.values())
        if (subject.catalog.schema === schema && subject.table.name === name) watch.wake();
    },
    stats: () =>
      [...watches.values()].map(({ watch, subject }) => ({
        table: subject.table.name,
        streams: [...streams.values()].filter(({ table }) => table.name === subject.table.name).length,
        delayMs: watch.delay()?.ms ?? 0,
        pid: watch.delay()?.pid ?? null,
      })),
    stop() {
      isStopping = true;
      for (const mailbox of streams.keys()) mailbox.end('SHUTDOWN');
    },
  };
}

const stillWritten =
  'A write transaction has been open for so long that the live tail has no place to begin; try again when it has ended';
const nowhere =
  'There is no place to begin at: a write transaction has been open all the time, or the server stops; try again';

/** A generator that waits for something returns only when that comes: `close` ends the wait. */
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
