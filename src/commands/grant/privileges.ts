import { ident, type Sql, sql, trusted } from '../../db/sql/sql.ts';
import { type Change, quoted, statement } from './change.ts';
import { byOwner, count, defaultsOf, names } from './relations.ts';
import type { ContentsState, Relation } from './state.ts';
import type { Wish } from './wish.ts';

/** The role reaches the schema and all that is in it, and what is to come. */
export function privilegeChanges(contents: ContentsState, wish: Wish): readonly Change[] {
  const { database, schema, tables, sequences } = contents;
  if (!schema) return [];
  const to = ident(wish.role);
  const on = (what: string, owner: string, statements: readonly Sql[]): Change => ({
    what,
    database: database.name,
    owner,
    statements: statements.map(statement),
  });
  const mayConnect = database.held.includes('CONNECT') || (database.isOpen && !database.isOurs);
  const grantAll = (privilege: string, kind: 'TABLE' | 'SEQUENCE', relations: readonly Relation[]): Change[] =>
    byOwner(relations).map(([owner, owned]) => {
      const missing = owned.filter(({ held }) => !held.includes(privilege));
      return on(
        `${privilege} on ${count(owned, kind)} of ${quoted(owner)}`,
        owner,
        missing.length === 0
          ? []
          : [sql`GRANT ${trusted(privilege)} ON ${trusted(kind)} ${names(wish.schema, missing)} TO ${to}`],
      );
    });
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
          ...grantAll(
            'INSERT',
            'TABLE',
            tables.filter(({ canInsert }) => canInsert),
          ),
          ...grantAll(
            'UPDATE',
            'TABLE',
            tables.filter(({ canUpdate }) => canUpdate),
          ),
          ...grantAll('USAGE', 'SEQUENCE', sequences),
        ]
      : []),
    ...(wish.mayDelete
      ? grantAll(
          'DELETE',
          'TABLE',
          tables.filter(({ canDelete }) => canDelete),
        )
      : []),
    ...ownersOf(contents).flatMap((owner) => defaultChanges(contents, wish, owner, on)),
  ];
}

type On = (what: string, owner: string, statements: readonly Sql[]) => Change;

/** Without FOR ROLE these would only be about what the administrator itself creates. */
function defaultChanges({ defaults }: ContentsState, wish: Wish, owner: string, on: On): readonly Change[] {
  const wanted = { TABLES: tablePrivileges(wish), SEQUENCES: wish.mayWrite ? ['USAGE'] : [] };
  return (['TABLES', 'SEQUENCES'] as const)
    .filter((kind) => wanted[kind].length > 0)
    .map((kind) => {
      const held = defaults.filter((d) => d.owner === owner && d.kind === kind).flatMap((d) => d.held);
      const missing = wanted[kind].filter((privilege) => !held.includes(privilege));
      const change = on(
        `${wanted[kind].join(', ')} on the ${kind.toLowerCase()} that ${quoted(owner)} creates`,
        owner,
        missing.length === 0
          ? []
          : [
              sql`${defaultsOf(owner, wish.schema)} GRANT ${trusted(missing.join(', '))} ON ${trusted(kind)} TO ${ident(wish.role)}`,
            ],
      );
      return { ...change, isDispensable: true };
    });
}

const tablePrivileges = ({ mayWrite, mayDelete }: Wish): readonly string[] => [
  'SELECT',
  ...(mayWrite ? ['INSERT', 'UPDATE'] : []),
  ...(mayDelete ? ['DELETE'] : []),
];

/** Who creates tables in the schema, as far as one can tell from it. The role itself needs no grants. */
function ownersOf({ schema, tables, sequences }: ContentsState): readonly string[] {
  const owners = [...tables, ...sequences].map(({ owner }) => owner);
  // A role of PostgreSQL's own, as which nobody logs in.
  return [...new Set([...(schema ? [schema.owner] : []), ...owners])].filter((owner) => owner !== 'pg_database_owner');
}

/** What the role holds beyond the wish: it is left, since somebody else may have meant it. */
export function extrasOf({ tables }: ContentsState, wish: Wish): readonly string[] {
  return ['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN']
    .filter((privilege) => !tablePrivileges(wish).includes(privilege))
    .flatMap((privilege) => {
      const having = tables.filter(({ held }) => held.includes(privilege)).map(({ name }) => quoted(name));
      return having.length > 0 ? [`${privilege} on ${having.join(', ')}`] : [];
    });
}

/** Whether the role may write, now or by the wish. */
export const writesWith = (contents: ContentsState, wish: Wish): boolean =>
  wish.mayWrite ||
  wish.mayDelete ||
  contents.tables.some(({ held }) => held.some((privilege) => ['INSERT', 'UPDATE', 'DELETE'].includes(privilege)));
