import type { RequestLimits } from '../config/limits.ts';
import { AppError } from '../errors.ts';
import type { Db } from './db.ts';
import type { Row } from './sql/row.ts';

/** What the reads of one response may return. */
export interface Budget {
  /**
   * A way to the database that ends with RESPONSE_TOO_LARGE once the reads on all such ways have returned more bytes than
   * a response may have. A statement's rows are counted when all have arrived; how many one can return is for the price to bound.
   */
  limit(db: Db): Db;
  /** Another response begins: the next message of a subscription. */
  renew(): void;
  /** The length of the values of the largest row that was read or written. */
  readonly largestRow: number;
}

/**
 * What a row counts for at least: it takes memory however short its values are. So many rows of nothing fit a response of
 * 4 MB as do not fill a replica of 1 GiB when fifty callers ask for them at once: some 30,000.
 */
const leastBytes = 130;

export function createBudget(limits: Pick<RequestLimits, 'bytes'>): Budget {
  let read = { bytes: 0, largest: 0 };
  const check = () => {
    if (read.bytes > limits.bytes)
      throw tooLarge(`more than ${limits.bytes} bytes, a row counted as ${leastBytes} at least`);
  };
  const measured = (row: Row): number => {
    const size = sizeOf(row);
    read.largest = Math.max(read.largest, size);
    return size;
  };
  return {
    limit: (db) => ({
      async rows(query) {
        check();
        const rows = await db.rows(query);
        for (const row of rows) read.bytes += Math.max(leastBytes, measured(row));
        check();
        return rows;
      },
      async write(query) {
        const rows = await db.write(query);
        for (const row of rows) measured(row);
        return rows;
      },
    }),
    renew() {
      read = { bytes: 0, largest: 0 };
    },
    get largestRow() {
      return read.largest;
    },
  };
}

export const tooLarge = (what: string): AppError =>
  new AppError('RESPONSE_TOO_LARGE', `The response would hold ${what}: ask for less at once`);

/** The length of a row's values. */
export function sizeOf(row: Row): number {
  let size = 0;
  for (const name in row) size += row[name]?.length ?? 0;
  return size;
}
