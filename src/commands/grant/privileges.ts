import { ident, sql, trusted } from '../../db/sql/sql.ts';
import { type Change, changesIn, quoted } from './change.ts';
import type { ContentsState, Relation } from './contentsState.ts';
import { byOwner, count, defaultsOf, type GrantedKind, qualifiedNames } from './relations.ts';
import type { RoleSpec } from './roleSpec.ts';

/** Plans the privileges on the schema, on everything in it, and on future tables. */
export function privilegeChanges(contents: ContentsState, spec: RoleSpec): readonly Change[] {
  const { database, schema, tables, sequences } = contents;
  if (!schema) return [];
  const to = ident(spec.role);
  const on = changesIn(database);
  const mayConnect = database.held.includes('CONNECT') || (database.isOpen && !database.isOurs);
  const grantAll = (privilege: string, kind: GrantedKind, relations: readonly Relation[]): readonly Change[] =>
    byOwner(relations).map(([owner, owned]) => {
      const missing = owned.filter(({ held }) => !held.includes(privilege));
      const query = sql`GRANT ${trusted(privilege)} ON ${trusted(kind)} ${qualifiedNames(spec.schema, missing)} TO ${to}`;
      return on(`${privilege} on ${count(owned, kind)} of ${quoted(owner)}`, owner, missing.length > 0 ? [query] : []);
    });
  const stored = tables.filter(({ isStored }) => isStored);
  return [
    on(
      `CONNECT on the database ${quoted(database.name)}`,
      database.owner,
      mayConnect ? [] : [sql`GRANT CONNECT ON DATABASE ${ident(database.name)} TO ${to}`],
    ),
    on(
      `USAGE on the schema ${quoted(spec.schema)}`,
      schema.owner,
      schema.held.includes('USAGE') ? [] : [sql`GRANT USAGE ON SCHEMA ${ident(spec.schema)} TO ${to}`],
    ),
    ...grantAll('SELECT', 'TABLE', tables),
    ...(spec.mayWrite
      ? [
          ...grantAll('INSERT', 'TABLE', stored),
          ...grantAll('UPDATE', 'TABLE', stored),
          ...grantAll('USAGE', 'SEQUENCE', sequences),
        ]
      : []),
    ...(spec.mayDelete ? grantAll('DELETE', 'TABLE', stored) : []),
    ...ownersOf(contents).flatMap((owner) => defaultChanges(contents, spec, owner)),
  ];
}

/** Plans default privileges. Without FOR ROLE they would only apply to what the administrator itself creates. */
function defaultChanges({ database, defaults }: ContentsState, spec: RoleSpec, owner: string): readonly Change[] {
  const wanted = { TABLES: tablePrivileges(spec), SEQUENCES: spec.mayWrite ? ['USAGE'] : [] };
  return (['TABLES', 'SEQUENCES'] as const)
    .filter((kind) => wanted[kind].length > 0)
    .map((kind) => {
      const held = defaults.filter((d) => d.owner === owner && d.kind === kind).flatMap((d) => d.held);
      const missing = wanted[kind].filter((privilege) => !held.includes(privilege));
      const what = `${wanted[kind].join(', ')} on the ${kind.toLowerCase()} that ${quoted(owner)} creates`;
      const query = sql`${defaultsOf(owner, spec.schema)} GRANT ${trusted(missing.join(', '))} ON ${trusted(kind)} TO ${ident(spec.role)}`;
      return { ...changesIn(database)(what, owner, missing.length > 0 ? [query] : []), isOptional: true };
    });
}

const tablePrivileges = ({ mayWrite, mayDelete }: RoleSpec): readonly string[] => [
  'SELECT',
  ...(mayWrite ? ['INSERT', 'UPDATE'] : []),
  ...(mayDelete ? ['DELETE'] : []),
];

/** Returns the owners of the schema and of what is in it, who probably also create its future tables. */
function ownersOf({ schema, tables, sequences }: ContentsState): readonly string[] {
  const owners = [...tables, ...sequences].map(({ owner }) => owner);
  // Nobody logs in as this predefined role, so it creates nothing.
  return [...new Set([...(schema ? [schema.owner] : []), ...owners])].filter((owner) => owner !== 'pg_database_owner');
}

/** Lists privileges that were not requested. They are kept, since somebody else may have granted them on purpose. */
export function extrasOf({ tables }: ContentsState, spec: RoleSpec): readonly string[] {
  return ['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN']
    .filter((privilege) => !tablePrivileges(spec).includes(privilege))
    .flatMap((privilege) => {
      const having = tables.filter(({ held }) => held.includes(privilege)).map(({ name }) => quoted(name));
      return having.length > 0 ? [`${privilege} on ${having.join(', ')}`] : [];
    });
}

/** Tells whether the role may write, now or after the changes. */
export const writesWith = (contents: ContentsState, spec: RoleSpec): boolean =>
  spec.mayWrite ||
  spec.mayDelete ||
  contents.tables.some(({ held }) => held.some((privilege) => ['INSERT', 'UPDATE', 'DELETE'].includes(privilege)));
