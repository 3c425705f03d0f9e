import type { RequestLimits } from '../config.ts';
import type { Db, Row } from '../db/db.ts';
import { AppError } from '../errors.ts';

/**
 * One request's way to the database, which ends with RESPONSE_TOO_LARGE once its reads have returned more than the
 * limits allow. A statement's rows are counted when all have arrived; how many one can return is for the price to bound.
 */
export function limitRows(db: Db, limits: Pick<RequestLimits, 'rows' | 'bytes'>): Db {
  const read = { rows: 0, bytes: 0 };
  const check = () => {
    if (read.rows > limits.rows) throw tooLarge(`more than ${limits.rows} rows`);
    if (read.bytes > limits.bytes) throw tooLarge(`more than ${limits.bytes} bytes`);
  };
  return {
    ...db,
    async rows(query) {
      check();
      const rows = await db.rows(query);
      read.rows += rows.length;
      for (const row of rows) read.bytes += sizeOf(row);
      check();
      return rows;
    },
  };
}

export const tooLarge = (what: string): AppError =>
  new AppError('RESPONSE_TOO_LARGE', `The response would hold ${what}: ask for less at once`);

function sizeOf(row: Row): number {
  let size = 0;
  for (const name in row) size += row[name]?.length ?? 0;
  return size;
}
