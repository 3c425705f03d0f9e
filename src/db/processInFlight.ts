import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { createInFlight, type InFlight, maxStreams } from './inFlight.ts';

/**
 * Memory of an open stream that is not counted: its connection, document and watcher (`npm run chaos -- --only
 * streams`).
 */
const bytesBehindStream = 50_000;

/** Creates the limit of what is in flight for the memory of this process. */
export function createProcessInFlight(): InFlight {
  const limit = memoryForRequests();
  return createInFlight(limit, undefined, streamsWithin(limit));
}

/** Returns how many streams may be open: their uncounted memory must not exceed the limit of the counted memory. */
export const streamsWithin = (limit: number): number => Math.min(maxStreams, Math.floor(limit / bytesBehindStream));

/**
 * Returns how much memory requests may use: a quarter of the container's or machine's, because each byte that arrives
 * exists about three times until it is answered, as rows, values and JSON; and at most half of the heap.
 */
function memoryForRequests(): number {
  const constrained = process.constrainedMemory();
  const memory = Math.min(totalmem(), constrained > 0 ? constrained : Number.POSITIVE_INFINITY);
  return Math.floor(Math.min(memory / 4, getHeapStatistics().heap_size_limit / 2));
}
