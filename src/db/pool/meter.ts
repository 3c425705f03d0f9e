import type pg from 'pg';
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

/** A statement whose bytes are counted. */
export interface ByteCount {
  /** Aborts with the error of the meter. */
  readonly signal: AbortSignal;
  end(): void;
}

/** Bytes after which a session is closed rather than drained, if its server does not react to a cancel. */
const maxDrainedBytes = 32_000_000;

/** Bytes to read before the first pause, which suffices for ordinary results, and between later pauses. */
const bytesAtOnce = { first: 524_288, next: 65_536 };

/**
 * Counts bytes at the socket, because the parser buffers a row until it is complete. Above the limit it cancels and
 * keeps reading, since a server that is blocked on sending does not look for a cancel; after too many more bytes it
 * closes. Below the limit, a long result is read in slices.
 */
export function measure(client: pg.Client, meter: Meter, borrower: Borrower, close: () => Promise<void>): ByteCount {
  const { stream } = client.connection;
  const excess = new AbortController();
  const goOn = () => void stream.resume();
  let drained = 0;
  let left = hasWaited(borrower) ? bytesAtOnce.next : bytesAtOnce.first;
  const count = ({ length }: Buffer) => {
    if (excess.signal.aborted) {
      drained += length;
      if (drained > maxDrainedBytes) void close();
      return;
    }
    try {
      meter.add(length);
    } catch (error) {
      return excess.abort(error);
    }
    left -= length;
    if (left > 0) return;
    stream.pause();
    void nextSlice(borrower).then(goOn);
    left = bytesAtOnce.next;
  };
  stream.on('data', count);
  return {
    signal: excess.signal,
    end() {
      stream.off('data', count);
      goOn();
    },
  };
}
