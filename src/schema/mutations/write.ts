import type { Context } from '../../context.ts';
import type { Row } from '../../db/sql/row.ts';
import type { Sql } from '../../db/sql/sql.ts';
import { AppError, isConnectionLost } from '../../errors.ts';
import type { Types } from '../types.ts';
import { explainViolation, type RowChange } from './violations.ts';

/** Runs a statement that changes rows. Whatever came of it, what was loaded before may be true no more. */
export async function write(
  types: Types,
  { db, loaders }: Context,
  change: RowChange,
  query: Sql,
): Promise<readonly Row[]> {
  try {
    return await db.write(query);
  } catch (error) {
    if (error instanceof AppError && isConnectionLost(error.cause)) throw unknownOutcome(error.cause);
    throw explainViolation(types, change, error);
  } finally {
    loaders.clear();
  }
}

const unknownOutcome = (cause: unknown) =>
  new AppError('DATABASE_UNAVAILABLE', 'The database was lost; whether the change was made is not known', { cause });
