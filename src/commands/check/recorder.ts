import type { Db, SharedDb } from '../../db/db.ts';
import type { Sql } from '../../db/sql/sql.ts';

/** A database that records the statements with which it reads. */
export interface Recorder {
  readonly db: SharedDb;
  /** Returns the statements since the last call. */
  readonly take: () => readonly Sql[];
}

export function createRecorder(real: SharedDb): Recorder {
  let taken: Sql[] = [];
  const recorded = (db: Db): Db => ({
    rows(query) {
      taken.push(query);
      return db.rows(query);
    },
    write: (query) => db.write(query),
  });
  return {
    db: { ...recorded(real), within: (scope) => recorded(real.within(scope)) },
    take() {
      const all = taken;
      taken = [];
      return all;
    },
  };
}
