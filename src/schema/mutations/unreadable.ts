import type { Db } from '../../db/db.ts';
import { isRefused, mayBeUnreadable } from '../../db/postgresErrors.ts';
import { cast } from '../../db/sql/select.ts';
import { ident, sql } from '../../db/sql/sql.ts';
import { AppError } from '../../errors.ts';
import type { Types } from '../types.ts';
import type { RowChange } from './violations.ts';

/**
 * Finds the field with a text that its type rejects, for errors that may have this cause but do not say so. It asks
 * PostgreSQL to read each column's values on their own. Returns null if it finds none.
 */
export async function explainUnreadable(
  { names }: Pick<Types, 'names'>,
  db: Db,
  { table, values }: RowChange,
  cause: unknown,
): Promise<AppError | null> {
  if (!mayBeUnreadable(cause)) return null;
  const rows = Array.isArray(values) ? values : [values];
  for (const column of table.columns) {
    const texts = rows.flatMap((row) => row.get(column.name) ?? []);
    if (texts.length === 0) continue;
    const read = sql`select pg_catalog.count(${cast(ident('given', 'text'), column)}) from pg_catalog.unnest(${texts}::pg_catalog.text[]) as given (text)`;
    const isRead = await db.rows(read).then(
      () => true,
      (error) => !isRefused(error),
    );
    if (isRead) continue;
    return new AppError('BAD_USER_INPUT', cause.message, {
      cause,
      details: { fields: names.fieldsOf(table, [column.name]) },
    });
  }
  return null;
}
