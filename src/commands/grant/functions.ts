import { hasDirective } from '../../catalog/comment.ts';
import { ident, join, type Sql, sql, trusted } from '../../db/sql/sql.ts';
import { type Change, changesIn, quoted } from './change.ts';
import type { ContentsState, GrantedFunction } from './contentsState.ts';
import { byOwner, count } from './relations.ts';
import type { RoleSpec } from './roleSpec.ts';

/** Plans EXECUTE on the schema's functions for the role, and revokes it from PUBLIC. */
export function functionChanges({ database, functions }: ContentsState, spec: RoleSpec): readonly Change[] {
  const change = changesIn(database);
  const wanted = functions.filter((fn) => isWanted(fn, spec));
  return byOwner(wanted).flatMap(([owner, owned]) => {
    const [missing, open] = [owned.filter(({ held }) => held.length === 0), owned.filter(({ isOpen }) => isOpen)];
    const what = `${count(owned, 'FUNCTION')} of ${quoted(owner)}`;
    return [
      change(
        `EXECUTE on ${what}`,
        owner,
        missing.length > 0
          ? [sql`GRANT EXECUTE ON FUNCTION ${functionNames(spec, missing)} TO ${ident(spec.role)}`]
          : [],
      ),
      {
        ...change(
          `no EXECUTE for PUBLIC on ${what}`,
          owner,
          open.length > 0 ? [sql`REVOKE EXECUTE ON FUNCTION ${functionNames(spec, open)} FROM PUBLIC`] : [],
        ),
        isOptional: true,
      },
    ];
  });
}

/** Tells whether to grant a function. A volatile one needs --write, and a SECURITY DEFINER one needs `@expose`. */
function isWanted({ comment, isVolatile, isDefiner }: GrantedFunction, { mayWrite }: RoleSpec): boolean {
  if (hasDirective(comment, 'omit')) return false;
  return (mayWrite || !isVolatile) && (!isDefiner || hasDirective(comment, 'expose'));
}

export const functionNames = ({ schema }: RoleSpec, functions: readonly GrantedFunction[]): Sql =>
  join(functions.map((fn) => sql`${ident(schema)}.${trusted(fn.sql)}`));
