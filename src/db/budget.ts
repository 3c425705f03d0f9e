import type { RequestLimits } from '../config/limits.ts';
import { AppError } from '../errors.ts';
import type { Db } from './db.ts';
import type { Share } from './inFlight.ts';
import type { Meter } from './pool/meter.ts';
import { type Row, rowSize } from './sql/row.ts';

/** The limit on what the reads of one response may return. */
export interface Budget {
  /**
   * Wraps a database so that reads end with RESPONSE_TOO_LARGE once all reads together have returned more bytes than a
   * response may have. Rows are counted when a statement is complete; bytes from PostgreSQL are counted by a meter as
   * they arrive.
   */
  limit(db: Db): Db;
  /**
   * Creates the meter of one read. It ends all reads of the response once more bytes arrive than a response within the
   * limits can need.
   */
  meter(): Meter;
  /** Starts the next response, that is, the next message of a subscription. */
  renew(): void;
  /** Returns the length of the values of the largest row that was read or written. */
  largestRow(): number;
}

/**
 * Minimum number of bytes to count for a row, since it takes memory however short its values are. A replica of 1 GiB can
 * hold 4 MB of such rows, some 30,000, for each of fifty callers at once.
 */
export const leastBytes = 130;

/**
 * Bytes that PostgreSQL may send for each byte of the response. A value takes 4 more bytes and a row 7, where JSON has
 * names and braces; a bytea arrives in hexadecimal and leaves in base64; and statements read keys that the response
 * does not show.
 */
const sentPerByte = 2;

/** Calculates how many bytes PostgreSQL may send for one response. */
export const mostSent = ({ bytes }: Pick<RequestLimits, 'bytes'>): number => sentPerByte * bytes;

/**
 * Creates the budget of a response. The bytes that arrive also count against the request's share of the memory in
 * flight.
 */
export function createBudget(limits: Pick<RequestLimits, 'bytes'>, share?: Share): Budget {
  let totals = noTotals();
  const check = () => {
    if (totals.bytes > limits.bytes) totals.excess ??= excessOf(limits);
    if (totals.excess) throw totals.excess;
  };
  const measured = (row: Row): number => {
    const size = rowSize(row);
    totals.largest = Math.max(totals.largest, size);
    return size;
  };
  return {
    limit: (db) => ({
      async rows(query) {
        check();
        const rows = await db.rows(query);
        for (const row of rows) totals.bytes += Math.max(leastBytes, measured(row));
        check();
        return rows;
      },
      async write(query) {
        const rows = await db.write(query);
        for (const row of rows) measured(row);
        return rows;
      },
    }),
    meter: () => new ReadMeter(totals, limits, share),
    renew() {
      totals = noTotals();
    },
    largestRow: () => totals.largest,
  };
}

/** The totals of the reads of one response. */
interface Totals {
  /** Length of the rows' values, with the minimum for short rows. */
  bytes: number;
  /** Length of the values of the largest row. */
  largest: number;
  /** Bytes that PostgreSQL sent for the rows. */
  sent: number;
  /** The error that ends further reads. */
  excess: AppError | null;
}

/** The meter of one read. It is a class because reads are many, and an object with a getter would be slow to create. */
class ReadMeter implements Meter {
  bytes = 0;
  readonly #response: Totals;
  readonly #limits: Pick<RequestLimits, 'bytes'>;
  readonly #share: Share | undefined;

  constructor(response: Totals, limits: Pick<RequestLimits, 'bytes'>, share: Share | undefined) {
    this.#response = response;
    this.#limits = limits;
    this.#share = share;
  }

  add(bytes: number): void {
    const response = this.#response;
    this.bytes += bytes;
    response.sent += bytes;
    if (response.sent > mostSent(this.#limits)) response.excess ??= excessOf(this.#limits);
    if (response.excess) throw response.excess;
    this.#share?.add(bytes);
  }

  drop(): void {
    this.#response.sent -= this.bytes;
    this.#share?.drop(this.bytes);
    this.bytes = 0;
  }
}

const noTotals = (): Totals => ({ bytes: 0, largest: 0, sent: 0, excess: null });

/** Creates the error for a response that exceeds a limit; `what` names the limit, as in "more than 100 bytes". */
export const tooLarge = (what: string): AppError =>
  new AppError('RESPONSE_TOO_LARGE', `The response would hold ${what}: ask for less at a time`);

const excessOf = ({ bytes }: Pick<RequestLimits, 'bytes'>): AppError =>
  tooLarge(`more than ${bytes} bytes, counting at least ${leastBytes} for each row`);

export const isTooLarge = (error: unknown): boolean => error instanceof AppError && error.code === 'RESPONSE_TOO_LARGE';
