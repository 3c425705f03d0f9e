import { mayBeUnreadable } from '../db/postgresErrors.ts';
import type { Key } from '../db/sql/match.ts';
import { AppError, asError } from '../errors.ts';

/** Limit of the times that the keys of a batch are divided, enough for ten unreadable ones among a thousand. */
const maxHalvings = 100;

/**
 * Reads a value for each key that a client gave. If PostgreSQL cannot read one of the keys, they are read in halves, so
 * that only this key gets the error. `left` counts the divisions that a batch may still make.
 */
export async function readApart<T>(
  keys: readonly Key[],
  read: (keys: readonly Key[]) => Promise<readonly T[]>,
  left?: { halvings: number },
): Promise<readonly (T | Error)[]> {
  try {
    return await read(keys);
  } catch (error) {
    const allowed = left ?? { halvings: maxHalvings };
    if (keys.length === 1 || !isOfValue(error) || allowed.halvings === 0) return keys.map(() => asError(error));
    allowed.halvings--;
    const middle = Math.ceil(keys.length / 2);
    const first = await readApart(keys.slice(0, middle), read, allowed);
    return [...first, ...(await readApart(keys.slice(middle), read, allowed))];
  }
}

/** Tells whether a statement failed because of a value in it. */
const isOfValue = (error: unknown): boolean =>
  (error instanceof AppError && error.code === 'BAD_USER_INPUT') || mayBeUnreadable(error);
