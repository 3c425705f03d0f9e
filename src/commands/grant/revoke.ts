import { ident, type Sql, sql, trusted } from '../../db/sql/sql.ts';
import { type Change, changesIn, quoted } from './change.ts';
import type { ContentsState, Relation } from './contentsState.ts';
import { functionNames } from './functions.ts';
import { byOwner, count, defaultsOf, type GrantedKind, qualifiedNames } from './relations.ts';
import type { RoleSpec } from './roleSpec.ts';

/** Plans to revoke everything that the role was granted in the database. */
export function revokeChanges(
  { database, schema, tables, sequences, functions, defaults }: ContentsState,
  spec: RoleSpec,
): readonly Change[] {
  const from = ident(spec.role);
  const change = changesIn(database);
  const revoke = (what: string, owner: string, on: Sql) =>
    change(`no privilege on ${what}`, owner, [sql`REVOKE ALL ON ${on} FROM ${from}`]);
  const revokeAll = <R extends Relation>(
    kind: GrantedKind,
    relations: readonly R[],
    list: (owned: readonly R[]) => Sql,
  ) =>
    byOwner(relations.filter(isHeld)).map(([owner, owned]) =>
      revoke(`${count(owned, kind)} of ${quoted(owner)}`, owner, sql`${trusted(kind)} ${list(owned)}`),
    );
  const namesOf = (owned: readonly Relation[]) => qualifiedNames(spec.schema, owned);
  return [
    ...revokeAll('TABLE', tables, namesOf),
    ...revokeAll('SEQUENCE', sequences, namesOf),
    ...revokeAll('FUNCTION', functions, (owned) => functionNames(spec, owned)),
    ...defaults
      .filter(isHeld)
      .map(({ owner, kind }) =>
        change(`no privilege on the ${kind.toLowerCase()} that ${quoted(owner)} creates`, owner, [
          sql`${defaultsOf(owner, spec.schema)} REVOKE ALL ON ${trusted(kind)} FROM ${from}`,
        ]),
      ),
    ...(schema && isHeld(schema)
      ? [revoke(`the schema ${quoted(spec.schema)}`, schema.owner, sql`SCHEMA ${ident(spec.schema)}`)]
      : []),
    ...(isHeld(database)
      ? [revoke(`the database ${quoted(database.name)}`, database.owner, sql`DATABASE ${ident(database.name)}`)]
      : []),
  ];
}

const isHeld = ({ held }: { readonly held: readonly string[] }): boolean => held.length > 0;
