import { mayBeUnreadable } from '../db/postgresErrors.ts';
import type { Key } from '../db/sql/match.ts';
import { AppError, asError } from '../errors.ts';

/** Number of times that a request may divide its batches, enough for ten keys that fail among a thousand. */
export const maxHalvings = 100;

/** Counts how many more times a request may divide its batches. */
export interface Halvings {
  halvings: number;
}

/**
 * Reads a value for each key. If PostgreSQL cannot read one of the keys, or compute its value, the keys are read in
 * halves, so that only this key gets the error. Once `left` is used up, the other keys of its half get it, too.
 */
export async function readApart<T>(
  keys: readonly Key[],
  read: (keys: readonly Key[]) => Promise<readonly T[]>,
  left: Halvings,
): Promise<readonly (T | Error)[]> {
  try {
    return await read(keys);
  } catch (error) {
    if (keys.length === 1 || !isOfValue(error) || left.halvings === 0) return keys.map(() => asError(error));
    left.halvings--;
    const middle = Math.ceil(keys.length / 2);
    const first = await readApart(keys.slice(0, middle), read, left);
    return [...first, ...(await readApart(keys.slice(middle), read, left))];
  }
}

/** Tells whether a statement failed because of a value in it. */
const isOfValue = (error: unknown): boolean =>
  (error instanceof AppError && error.code === 'BAD_USER_INPUT') || mayBeUnreadable(error);
