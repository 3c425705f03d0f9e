import type pg from 'pg';

/** Counts the bytes that PostgreSQL sends for one statement. */
export interface Meter {
  /** So many more have come. What it throws ends the statement. */
  add(bytes: number): void;
  /** The statement failed: nothing of what came for it is kept. It may be sent again. */
  drop(): void;
}

/** A statement whose bytes are counted. */
export interface ByteCount {
  /** Aborts with what the meter throws. */
  readonly signal: AbortSignal;
  end(): void;
}

/** A session whose server does not stop is worth less than what it may send in the time that a cancel has. */
const maxDrainedBytes = 32_000_000;

/**
 * Counts at the socket, since the parser keeps the bytes of a row until it is whole. When there are too many the socket is
 * read on, because a server that cannot send does not look for a cancel; but so far only.
 */
export function measure(client: pg.Client, meter: Meter, close: () => Promise<void>): ByteCount {
  const { stream } = client.connection;
  const excess = new AbortController();
  let drained = 0;
  const count = ({ length }: Buffer) => {
    if (excess.signal.aborted) {
      drained += length;
      if (drained > maxDrainedBytes) void close();
      return;
    }
    try {
      meter.add(length);
    } catch (error) {
      excess.abort(error);
    }
  };
  stream.on('data', count);
  return { signal: excess.signal, end: () => void stream.off('data', count) };
}
