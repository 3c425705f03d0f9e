import type { RequestLimits } from '../config/limits.ts';
import { AppError } from '../errors.ts';
import type { Db } from './db.ts';
import type { Share } from './inFlight.ts';
import type { Meter } from './pool/meter.ts';
import { type Row, textsOf } from './sql/row.ts';

/** What the reads of one response may return. */
export interface Budget {
  /**
   * A way to the database that ends with RESPONSE_TOO_LARGE once the reads on all such ways have returned more bytes than
   * a response may have. A statement's rows are counted when all have arrived; what PostgreSQL sends, as it comes, by a meter.
   */
  limit(db: Db): Db;
  /** The meter of one read: ends it, and those beside it, once more comes than a response within the limits is made of. */
  meter(): Meter;
  /** Another response begins: the next message of a subscription. */
  renew(): void;
  /** The length of the values of the largest row that was read or written. */
  readonly largestRow: number;
}

/**
 * What a row counts for at least: it takes memory however short its values are. So many rows of nothing fit a response of
 * 4 MB as do not fill a replica of 1 GiB when fifty callers ask for them at once: some 30,000.
 */
export const leastBytes = 130;

/**
 * How many bytes PostgreSQL may send for each of the response's. A value comes with 4 bytes and a row with 7, where JSON
 * has names and braces; a bytea in hex where JSON has base64; and a statement reads keys that the response does not show.
 */
const sentPerByte = 2;

/** How many bytes PostgreSQL may send for one response. */
export const mostSent = ({ bytes }: Pick<RequestLimits, 'bytes'>): number => sentPerByte * bytes;

/** What comes for it counts for the request's share of what is in flight, too. */
export function createBudget(limits: Pick<RequestLimits, 'bytes'>, share?: Share): Budget {
  let read = nothingRead();
  const excess = () => tooLarge(`more than ${limits.bytes} bytes, a row counted as ${leastBytes} at least`);
  const check = () => {
    if (read.bytes > limits.bytes) read.excess ??= excess();
    if (read.excess) throw read.excess;
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
    meter() {
      const response = read;
      let own = 0;
      return {
        add(bytes) {
          own += bytes;
          response.sent += bytes;
          if (response.sent > mostSent(limits)) response.excess ??= excess();
          if (response.excess) throw response.excess;
          share?.add(bytes);
        },
        drop() {
          response.sent -= own;
          share?.drop(own);
          own = 0;
        },
      };
    },
    renew() {
      read = nothingRead();
    },
    get largestRow() {
      return read.largest;
    },
  };
}

interface Read {
  /** The length of the rows' values, and what short rows count beside. */
  bytes: number;
  largest: number;
  /** What PostgreSQL sent for them. */
  sent: number;
  /** Why nothing more is read. */
  excess: AppError | null;
}

const nothingRead = (): Read => ({ bytes: 0, largest: 0, sent: 0, excess: null });

export const tooLarge = (what: string): AppError =>
  new AppError('RESPONSE_TOO_LARGE', `The response would hold ${what}: ask for less at once`);

export const isTooLarge = (error: unknown): boolean => error instanceof AppError && error.code === 'RESPONSE_TOO_LARGE';

/** The length of a row's values. */
export function sizeOf(row: Row): number {
  let size = 0;
  for (const text of textsOf(row)) size += text?.length ?? 0;
  return size;
}
