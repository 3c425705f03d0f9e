import { DatabaseError } from 'pg';
import type { Db } from '../../db/db.ts';
import { cast } from '../../db/sql/select.ts';
import { ident, sql } from '../../db/sql/sql.ts';
import { AppError } from '../../errors.ts';
import type { Types } from '../types.ts';
import type { RowChange } from './violations.ts';

/**
 * Says in which field a type does not take the text that a client gave, where the SQLSTATE and the error's context leave
 * open whether that is why PostgreSQL refused a change: so it is asked to read the values alone. Null where it can.
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
    const read = sql`select count(${cast(ident('given', 'text'), column)}) from unnest(${texts}::text[]) as given (text)`;
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

/** Types choose among these for text that they do not take, without a place in a statement or a function's name. */
const mayBeUnreadable = ({ code = '', position, where }: DatabaseError): boolean =>
  /^(0A|3F|42|54|XX)/.test(code) && code !== '42501' && position === undefined && where === undefined;
