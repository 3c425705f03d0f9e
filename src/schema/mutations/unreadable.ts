import { DatabaseError } from 'pg';
import type { Db } from '../../db/db.ts';
import { cast } from '../../db/sql/select.ts';
import { ident, sql } from '../../db/sql/sql.ts';
import { AppError } from '../../errors.ts';
import type { Types } from '../types.ts';
import type { RowChange } from './violations.ts';

/**
 * Finds the field whose text its type rejects, for errors that may come from one but do not say so. It asks PostgreSQL
 * to read each column's values on their own. Returns null if there is none.
 */
export async function explainUnreadable(
  types: Types,
  db: Db,
  { table, values }: RowChange,
  cause: unknown,
): Promise<AppError | null> {
  if (!(cause instanceof DatabaseError && mayBeUnreadable(cause))) return null;
  const rows = Array.isArray(values) ? values : [values];
  for (const column of table.columns) {
    const texts = rows.flatMap((row) => row.get(column.name) ?? []);
    if (texts.length === 0) continue;
    const read = sql`select pg_catalog.count(${cast(ident('given', 'text'), column)}) from pg_catalog.unnest(${texts}::pg_catalog.text[]) as given (text)`;
    const isRead = await db.rows(read).then(
      () => true,
      () => false,
    );
    if (isRead) continue;
    return new AppError('BAD_USER_INPUT', cause.message, {
      cause,
      details: { fields: types.names.fieldsOf(table, [column.name]) },
    });
  }
  return null;
}

/**
 * Tells whether the error may come from a type that rejected a text: these are the SQLSTATEs that types use for it,
 * without a position in the statement or a function's name.
 */
const mayBeUnreadable = ({ code = '', position, where }: DatabaseError): boolean =>
  /^(0A|3F|42|54|XX)/.test(code) && code !== '42501' && position === undefined && where === undefined;
