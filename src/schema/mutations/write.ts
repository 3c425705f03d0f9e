import type { Context } from '../../context.ts';
import { isConnectionLost } from '../../db/pool/connectionLost.ts';
import { fromPostgres } from '../../db/postgresErrors.ts';
import type { Row } from '../../db/sql/row.ts';
import type { Sql } from '../../db/sql/sql.ts';
import { AppError } from '../../errors.ts';
import type { Types } from '../types.ts';
import { explainUnreadable } from './unreadable.ts';
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
    if (isConnectionLost(error)) throw unknownOutcome(error);
    throw (
      explainViolation(types, change, error) ??
      (await explainUnreadable(types, db, change, error)) ??
      fromPostgres(error, 'write')
    );
  } finally {
    loaders.clear();
  }
}

const unknownOutcome = (cause: unknown) =>
  new AppError('DATABASE_UNAVAILABLE', 'The database was lost; whether the change was made is not known', { cause });
