import { ident, type Sql, sql, trusted } from '../../db/sql/sql.ts';
import { type Change, quoted, statement } from './change.ts';
import { functionNames } from './functions.ts';
import { byOwner, count, defaultsOf, names } from './relations.ts';
import type { ContentsState, Relation } from './state.ts';
import type { Wish } from './wish.ts';

/** Plans to revoke everything that the role was granted in the database. */
export function revokeChanges(
  { database, schema, tables, sequences, functions, defaults }: ContentsState,
  wish: Wish,
): readonly Change[] {
  const from = ident(wish.role);
  const change = (what: string, owner: string, query: Sql): Change => ({
    what: `no ${what}`,
    database: database.name,
    owner,
    statements: [statement(query)],
  });
  const revokeAll = (kind: 'TABLE' | 'SEQUENCE', relations: readonly Relation[]) =>
    byOwner(relations.filter(({ held }) => held.length > 0)).map(([owner, owned]) =>
      change(
        `privilege on ${count(owned, kind)} of ${quoted(owner)}`,
        owner,
        sql`REVOKE ALL ON ${trusted(kind)} ${names(wish.schema, owned)} FROM ${from}`,
      ),
    );
  return [
    ...revokeAll('TABLE', tables),
    ...revokeAll('SEQUENCE', sequences),
    ...byOwner(functions.filter(({ held }) => held.length > 0)).map(([owner, owned]) =>
      change(
        `privilege on ${count(owned, 'FUNCTION')} of ${quoted(owner)}`,
        owner,
        sql`REVOKE ALL ON FUNCTION ${functionNames(wish, owned)} FROM ${from}`,
      ),
    ),
    ...defaults
      .filter(({ held }) => held.length > 0)
      .map(({ owner, kind }) =>
        change(
          `privilege on the ${kind.toLowerCase()} that ${quoted(owner)} creates`,
          owner,
          sql`${defaultsOf(owner, wish.schema)} REVOKE ALL ON ${trusted(kind)} FROM ${from}`,
        ),
      ),
    ...(schema && schema.held.length > 0
      ? [
          change(
            `privilege on the schema ${quoted(wish.schema)}`,
            schema.owner,
            sql`REVOKE ALL ON SCHEMA ${ident(wish.schema)} FROM ${from}`,
          ),
        ]
      : []),
    ...(database.held.length > 0
      ? [
          change(
            `privilege on the database ${quoted(database.name)}`,
            database.owner,
            sql`REVOKE ALL ON DATABASE ${ident(database.name)} FROM ${from}`,
          ),
        ]
      : []),
  ];
}
