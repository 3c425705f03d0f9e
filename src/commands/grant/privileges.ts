import { ident, sql, trusted } from '../../db/sql/sql.ts';
import { type Change, changesIn, quoted } from './change.ts';
import type { ContentsState, Relation } from './contentsState.ts';
import { byOwner, count, defaultsOf, type GrantedKind, names } from './relations.ts';
import type { Wish } from './wish.ts';

/** Plans the privileges on the schema, on everything in it, and on future tables. */
export function privilegeChanges(contents: ContentsState, wish: Wish): readonly Change[] {
  const { database, schema, tables, sequences } = contents;
  if (!schema) return [];
  const to = ident(wish.role);
  const on = changesIn(database);
  const mayConnect = database.held.includes('CONNECT') || (database.isOpen && !database.isOurs);
  const grantAll = (privilege: string, kind: GrantedKind, relations: readonly Relation[]): readonly Change[] =>
    byOwner(relations).map(([owner, owned]) => {
      const missing = owned.filter(({ held }) => !held.includes(privilege));
      const query = sql`GRANT ${trusted(privilege)} ON ${trusted(kind)} ${names(wish.schema, missing)} TO ${to}`;
      return on(`${privilege} on ${count(owned, kind)} of ${quoted(owner)}`, owner, missing.length > 0 ? [query] : []);
    });
  const those = (may: 'canInsert' | 'canUpdate' | 'canDelete') => tables.filter((table) => table[may]);
  return [
    on(
      `CONNECT on the database ${quoted(database.name)}`,
      database.owner,
      mayConnect ? [] : [sql`GRANT CONNECT ON DATABASE ${ident(database.name)} TO ${to}`],
    ),
    on(
      `USAGE on the schema ${quoted(wish.schema)}`,
      schema.owner,
      schema.held.includes('USAGE') ? [] : [sql`GRANT USAGE ON SCHEMA ${ident(wish.schema)} TO ${to}`],
    ),
    ...grantAll('SELECT', 'TABLE', tables),
    ...(wish.mayWrite
      ? [
          ...grantAll('INSERT', 'TABLE', those('canInsert')),
          ...grantAll('UPDATE', 'TABLE', those('canUpdate')),
          ...grantAll('USAGE', 'SEQUENCE', sequences),
        ]
      : []),
    ...(wish.mayDelete ? grantAll('DELETE', 'TABLE', those('canDelete')) : []),
    ...ownersOf(contents).flatMap((owner) => defaultChanges(contents, wish, owner)),
  ];
}

/** Plans default privileges. Without FOR ROLE they would only apply to what the administrator itself creates. */
function defaultChanges({ database, defaults }: ContentsState, wish: Wish, owner: string): readonly Change[] {
  const wanted = { TABLES: tablePrivileges(wish), SEQUENCES: wish.mayWrite ? ['USAGE'] : [] };
  return (['TABLES', 'SEQUENCES'] as const)
    .filter((kind) => wanted[kind].length > 0)
    .map((kind) => {
      const held = defaults.filter((d) => d.owner === owner && d.kind === kind).flatMap((d) => d.held);
      const missing = wanted[kind].filter((privilege) => !held.includes(privilege));
      const what = `${wanted[kind].join(', ')} on the ${kind.toLowerCase()} that ${quoted(owner)} creates`;
      const query = sql`${defaultsOf(owner, wish.schema)} GRANT ${trusted(missing.join(', '))} ON ${trusted(kind)} TO ${ident(wish.role)}`;
      return { ...changesIn(database)(what, owner, missing.length > 0 ? [query] : []), isOptional: true };
    });
}

const tablePrivileges = ({ mayWrite, mayDelete }: Wish): readonly string[] => [
  'SELECT',
  ...(mayWrite ? ['INSERT', 'UPDATE'] : []),
  ...(mayDelete ? ['DELETE'] : []),
];

/** Returns the roles that own tables in the schema and so probably create them. The app's own role needs no grants. */
function ownersOf({ schema, tables, sequences }: ContentsState): readonly string[] {
  const owners = [...tables, ...sequences].map(({ owner }) => owner);
  // Excludes PostgreSQL's predefined roles, as which nobody logs in.
  return [...new Set([...(schema ? [schema.owner] : []), ...owners])].filter((owner) => owner !== 'pg_database_owner');
}

/** Lists privileges beyond the wish, which are kept because somebody else may have granted them on purpose. */
export function extrasOf({ tables }: ContentsState, wish: Wish): readonly string[] {
  return ['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN']
    .filter((privilege) => !tablePrivileges(wish).includes(privilege))
    .flatMap((privilege) => {
      const having = tables.filter(({ held }) => held.includes(privilege)).map(({ name }) => quoted(name));
      return having.length > 0 ? [`${privilege} on ${having.join(', ')}`] : [];
    });
}

/** Tells whether the role may write, now or by the wish. */
export const writesWith = (contents: ContentsState, wish: Wish): boolean =>
  wish.mayWrite ||
  wish.mayDelete ||
  contents.tables.some(({ held }) => held.some((privilege) => ['INSERT', 'UPDATE', 'DELETE'].includes(privilege)));
