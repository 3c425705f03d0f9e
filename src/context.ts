import type { IncomingMessage } from 'node:http';
import type { Caller } from './auth/callers/caller.ts';
import type { Budget } from './db/budget.ts';
import type { Db, SharedDb } from './db/db.ts';
import type { Share } from './db/inFlight.ts';
import type { Borrower } from './db/pool/turns.ts';
import type { Row } from './db/sql/row.ts';
import type { Loaders } from './loaders/loaders.ts';
import type { Tails } from './tails/tails.ts';

/** A record of what a request asked for and used, for the request log, spans and metrics. */
export interface RequestRecord {
  operation?: { readonly type: string; readonly name?: string };
  /** Id of the persisted document. */
  documentId?: string;
  /** Object id of the caller. */
  caller?: string;
  /** The interpreter that answered it. */
  interpreter?: 'plan' | 'executor';
  /** Estimated price, calculated before the document runs. */
  cost?: number;
  /** Code of its first error. */
  code?: string;
  statements: number;
  rows: number;
  /** True if the response is an open stream. */
  streams: boolean;
  readonly startStream: () => void;
  /** Wraps a database so that its statements are counted here, timed and traced. */
  readonly watch: (db: Db) => Db;
}

/**
 * A message with the record of its request, where `useOperation` finds it: a context passed to Yoga would be copied, one
 * property after the other. A WeakMap from messages to records would keep requests alive until a full garbage collection.
 */
export interface RecordedMessage extends IncomingMessage {
  record?: RequestRecord;
}

/** Context of a request before there is an API to run it on. */
export interface Incoming {
  /** The caller; null if callers are anonymous. */
  readonly caller: Caller | null;
  /** The caller or address that gets a fair share of the connections. */
  readonly origin: string;
  /** The request's share of the memory in flight. */
  readonly share?: Share;
  /** Signal that aborts when nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
  /** The request's record; absent if requests are not recorded. */
  record?: RequestRecord;
  readonly tails: Tails;
}

/** Context of an operation. Its loaders live as long as the request, or in a subscription as long as an event. */
export interface Context extends Incoming {
  /** The borrower for whom it reads and does long work. */
  readonly borrower: Borrower;
  /** Limits what `db` and `loaders` read; in a subscription, for each event. */
  readonly budget: Budget;
  db: Db;
  loaders: Loaders;
  /** Replaces `db` and `loaders` for the next event of a subscription. */
  readonly renew: (event: SubscriptionEvent) => Pick<Context, 'db' | 'loaders'>;
}

/** The rows that a subscription read for an event, and the database for fields below them. */
export interface SubscriptionEvent {
  readonly rows: readonly Row[];
  readonly db: Pick<SharedDb, 'within'>;
}
