import type { Db } from '../db/db.ts';
import type { Row } from '../db/sql/row.ts';
import { identity } from '../db/sql/sql.ts';

/**
 * A way to the database that reads equal statements once. Clients of one feed whose documents ask for the same so share
 * what its rows lead to, though each has loaders and a budget of its own.
 */
export function shareReads(db: Db): Db {
  const reads = new Map<string, Promise<readonly Row[]>>();
  return {
    ...db,
    rows(query) {
      const key = identity(query);
      const known = reads.get(key);
      if (known) return known;
      const read = db.rows(query);
      reads.set(key, read);
      read.catch(() => reads.delete(key)); // the next one may succeed
      return read;
    },
  };
}
