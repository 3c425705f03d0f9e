import type { Context } from '../../context.ts';
import { isConnectionLost } from '../../db/pool/connectionLost.ts';
import { fromPostgres } from '../../db/postgresErrors.ts';
import type { Row } from '../../db/sql/row.ts';
import type { Sql } from '../../db/sql/sql.ts';
import { AppError } from '../../errors.ts';
import type { Types } from '../types.ts';
import { explainUnreadable } from './unreadable.ts';
import { explainAnyViolation, explainViolation, type RowChange } from './violations.ts';

/** Runs a statement that changes rows of a table, and explains its errors in terms of the table. */
export const write = (types: Types, context: Context, change: RowChange, query: Sql): Promise<readonly Row[]> =>
  writeRows(
    context,
    query,
    async (error) =>
      explainViolation(types, change, error) ?? (await explainUnreadable(types, context.db, change, error)),
  );

/**
 * Runs a statement that changes rows. Loaded rows are discarded whatever its outcome, since they may be outdated.
 * `explain` may find a better error.
 */
export async function writeRows(
  { db, loaders }: Context,
  query: Sql,
  explain: (error: unknown) => Promise<unknown> = async (error) => explainAnyViolation(error),
): Promise<readonly Row[]> {
  try {
    return await db.write(query);
  } catch (error) {
    if (isConnectionLost(error)) throw unknownOutcome(error);
    throw (await explain(error)) ?? fromPostgres(error, 'write');
  } finally {
    loaders.clear();
  }
}

const unknownOutcome = (cause: unknown) =>
  new AppError(
    'DATABASE_UNAVAILABLE',
    'The connection to the database was lost; check whether the change was made before you repeat it',
    { cause },
  );
