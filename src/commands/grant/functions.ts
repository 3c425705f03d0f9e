import { parseComment } from '../../catalog/comment.ts';
import { ident, join, type Sql, sql, trusted } from '../../db/sql/sql.ts';
import { type Change, quoted, statement } from './change.ts';
import { byOwner, count } from './relations.ts';
import type { ContentsState, GrantedFunction } from './state.ts';
import type { Wish } from './wish.ts';

/** Lets the role execute the schema's functions, and nobody who was not granted that by name. */
export function functionChanges({ database, functions }: ContentsState, wish: Wish): readonly Change[] {
  const on = (what: string, owner: string, query: Sql | null): Change => ({
    what,
    database: database.name,
    owner,
    statements: query ? [statement(query)] : [],
  });
  const wanted = functions.filter((fn) => isWanted(fn, wish));
  return byOwner(wanted).flatMap(([owner, owned]) => {
    const [missing, open] = [owned.filter(({ held }) => held.length === 0), owned.filter(({ isOpen }) => isOpen)];
    const what = `${count(owned, 'FUNCTION')} of ${quoted(owner)}`;
    return [
      on(
        `EXECUTE on ${what}`,
        owner,
        missing.length > 0
          ? sql`GRANT EXECUTE ON FUNCTION ${functionNames(wish, missing)} TO ${ident(wish.role)}`
          : null,
      ),
      on(
        `no EXECUTE for PUBLIC on ${what}`,
        owner,
        open.length > 0 ? sql`REVOKE EXECUTE ON FUNCTION ${functionNames(wish, open)} FROM PUBLIC` : null,
      ),
    ];
  });
}

/** One that writes takes --write, and one that runs with its owner's rights takes the owner's word. */
function isWanted({ comment, isVolatile, isDefiner }: GrantedFunction, { mayWrite }: Wish): boolean {
  const says = (directive: string) => parseComment(comment).directives.some(({ name }) => name === directive);
  return !says('omit') && (mayWrite || !isVolatile) && (!isDefiner || says('expose'));
}

export const functionNames = ({ schema }: Wish, functions: readonly GrantedFunction[]): Sql =>
  join(functions.map((fn) => sql`${ident(schema)}.${trusted(fn.sql)}`));
