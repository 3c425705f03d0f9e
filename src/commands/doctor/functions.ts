import pg from 'pg';
import { hasDirective } from '../../catalog/comment.ts';
import type { DbFunction } from '../../catalog/dbFunction.ts';
import type { Db } from '../../db/db.ts';
import { type FoundFunction, findFunctions, isServedFunction } from '../../db/introspect/functions.ts';

/** Lists the schema's functions: whether the API shows each, and if not, why. */
export async function functionLines(
  db: Db,
  schema: string,
  user: string,
  shown: readonly DbFunction[],
): Promise<readonly string[]> {
  const found = await findFunctions(db, schema);
  return found.map((fn) => {
    const isShown = shown.some((one) => one.signature === fn.signature);
    return isShown ? `${fn.signature}: shown` : `${fn.signature}: not shown, because ${reasonFor(fn, schema, user)}`;
  });
}

function reasonFor(fn: FoundFunction, schema: string, user: string): string {
  const { obstacle, comment, mayExecute, signature } = fn;
  if (obstacle !== null) return obstacle;
  if (isServedFunction(fn))
    return hasDirective(comment, 'omit')
      ? 'its comment has @omit'
      : 'of one of these: a parameter or result has a type that the API lacks; one of them is a row of a table that the API does not show; it takes a row of a table of which the role may SELECT only some columns; it takes a row of a table without a primary key, and its result is not one value';
  const name = `${pg.escapeIdentifier(schema)}.${signature}`;
  const grant = `GRANT EXECUTE ON FUNCTION ${name} TO ${pg.escapeIdentifier(user)};`;
  return mayExecute
    ? `only PUBLIC or its owner was granted EXECUTE. To show it, add @expose to its comment, or: ${grant}`
    : `the role has no EXECUTE. To grant it: ${grant}`;
}
