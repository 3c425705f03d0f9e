import type { Db } from '../../db/db.ts';
import type { Sql } from '../../db/sql.ts';

/** A database that remembers what is read of it. */
export interface Recorder {
  readonly db: Db;
  /** Everything that was read since the last call. */
  readonly take: () => readonly Sql[];
}

export function createRecorder(real: Db): Recorder {
  let taken: Sql[] = [];
  return {
    db: {
      rows(query) {
        taken.push(query);
        return real.rows(query);
      },
      write: (query) => real.write(query),
    },
    take() {
      const all = taken;
      taken = [];
      return all;
    },
  };
}
