import type { Caller } from './auth/callers/caller.ts';
import type { Budget } from './db/budget.ts';
import type { Db, SharedDb } from './db/db.ts';
import type { Share } from './db/inFlight.ts';
import type { Row } from './db/sql/row.ts';
import type { Loaders } from './loaders/loaders.ts';
import type { Tails } from './tails/tails.ts';

/** What one request asked for and took: for its line in the log, its spans and the metrics. */
export interface RequestRecord {
  operation?: { readonly type: string; readonly name?: string };
  /** Of the persisted document that it named. */
  documentId?: string;
  /** The object id of the caller. */
  caller?: string;
  /** How it was answered. */
  interpreter?: 'plan' | 'executor';
  /** Estimated before the document is run. */
  cost?: number;
  /** Of its first error. */
  code?: string;
  statements: number;
  rows: number;
  /** The response is a stream that is open. */
  streams: boolean;
  readonly startStream: () => void;
  /** Answers the same database, whose statements are counted here, timed and traced. */
  readonly watch: (db: Db) => Db;
}

/** What a request brings along before there is an API to run it on. */
export interface Incoming {
  /** Null where the server asks nobody who they are. */
  readonly caller: Caller | null;
  /** Who gets a fair share of the connections: a caller, or an address. */
  readonly origin: string;
  /** Its part of what is in flight. */
  readonly share?: Share;
  /** When it aborts, nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
  /** Absent where nothing is told of requests. */
  readonly record?: RequestRecord;
  readonly tails: Tails;
}

/** What one request carries; its loaders live no longer than it does, those of a subscription no longer than an event. */
export interface Context extends Incoming {
  /** Bounds what `db` and `loaders` read; in a subscription, for each event. */
  readonly budget: Budget;
  db: Db;
  loaders: Loaders;
  /** What takes the place of `db` and `loaders` when another event of a subscription begins. */
  readonly renew: (event: SubscriptionEvent) => Pick<Context, 'db' | 'loaders'>;
}

/** What a subscription has read for an event, and the way to the database for what the event leads to. */
export interface SubscriptionEvent {
  readonly rows: readonly Row[];
  readonly db: Pick<SharedDb, 'within'>;
}
