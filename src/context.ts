import type { Caller } from './auth/callers/caller.ts';
import type { Db } from './db/db.ts';
import type { Budget } from './limits/budget.ts';
import type { Loaders } from './loaders/loaders.ts';
import type { Tails } from './tails/tails.ts';
import type { RequestRecord } from './telemetry/record.ts';

/** What a request brings along before there is an API to run it on. */
export interface Incoming {
  /** Null where the server asks nobody who they are. */
  readonly caller: Caller | null;
  /** When it aborts, nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
  /** Absent where nothing is told of requests. */
  readonly record?: RequestRecord;
  readonly tails: Tails;
}

/** What one request carries; its loaders live no longer than it does, those of a subscription no longer than an event. */
export interface Context extends Incoming {
  /** What `db` and `loaders` may read; in a subscription, for each event. */
  readonly budget: Budget;
  readonly db: Db;
  loaders: Loaders;
}
