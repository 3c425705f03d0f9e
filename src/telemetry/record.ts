import type { Db } from '../db/db.ts';

/** What one request asked for and took: for its line in the log, its spans and the metrics. */
export interface RequestRecord {
  operation?: { readonly type: string; readonly name?: string };
  /** Of the persisted document that it named. */
  documentId?: string;
  /** The object id of the caller. */
  caller?: string;
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
