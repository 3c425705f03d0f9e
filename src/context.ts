import type { Db } from './db/db.ts';
import type { Loaders } from './loaders/loaders.ts';

/** What one request carries; its loaders live no longer than it does. */
export interface Context {
  readonly db: Db;
  readonly loaders: Loaders;
}
