import { Backlog } from '../db/pool/backlog.ts';

/**
 * The turns in which streams go on. A row, a failed look or a timer may concern thousands of streams at once, and each
 * message takes about a fifth of a millisecond.
 */
export const streamTurns = new Backlog('streams');
