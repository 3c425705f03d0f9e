import type { Canceller } from './cancel.ts';
import type { ByteListener, RowConnection } from './rowConnection.ts';
import { hasWaited, nextSlice } from './slices.ts';
import type { Borrower } from './turns.ts';

/** Counts the bytes that PostgreSQL sends for a statement. */
export interface Meter {
  /** The bytes that were counted so far. */
  readonly bytes: number;
  /** Adds bytes that arrived. An error that it throws ends the statement. */
  add(bytes: number): void;
  /** Discards the count of a failed statement, which may be sent again. */
  drop(): void;
}

/** Bytes after which a session is closed rather than drained, if its server does not react to a cancel. */
const maxDrainedBytes = 32_000_000;

/** Bytes to read before the first pause, which suffices for ordinary results, and between later pauses. */
const bytesAtOnce = { first: 524_288, next: 65_536 };

/**
 * Counts the bytes of a statement as they arrive, because the parser buffers a row until it is complete. Above the limit
 * it cancels and keeps reading, since a server that is blocked on sending does not look for a cancel; after too many more
 * bytes it closes the session. Below the limit, a long result is read in slices.
 */
export class ByteCount implements ByteListener {
  readonly #connection: RowConnection;
  readonly #meter: Meter;
  readonly #borrower: Borrower;
  readonly #canceller: Canceller;
  #drained = 0;
  #left: number;
  #excess: { readonly error: unknown } | undefined;
  #hasPaused = false;

  constructor(connection: RowConnection, meter: Meter, borrower: Borrower, canceller: Canceller) {
    this.#connection = connection;
    this.#meter = meter;
    this.#borrower = borrower;
    this.#canceller = canceller;
    this.#left = hasWaited(borrower) ? bytesAtOnce.next : bytesAtOnce.first;
    connection.listener = this;
  }

  received(bytes: number): void {
    if (this.#excess) {
      this.#drained += bytes;
      if (this.#drained > maxDrainedBytes) void this.#canceller.session.close();
      return;
    }
    try {
      this.#meter.add(bytes);
    } catch (error) {
      this.#excess = { error };
      this.#canceller.cancel(error);
      return;
    }
    this.#left -= bytes;
    if (this.#left <= 0) this.#pause();
  }

  /** Throws the meter's error if the limit was exceeded. */
  check(): void {
    if (this.#excess) throw this.#excess.error;
  }

  end(): void {
    this.#connection.listener = undefined;
    if (this.#hasPaused) this.#connection.stream.resume();
  }

  #pause(): void {
    this.#left = bytesAtOnce.next;
    this.#hasPaused = true;
    this.#connection.stream.pause();
    void nextSlice(this.#borrower).then(() => {
      // By then the connection may run another statement, which has paused it for itself.
      if (this.#connection.listener === this) this.#connection.stream.resume();
    });
  }
}
