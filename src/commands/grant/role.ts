import { isAccepted, roleStatement, sessionSettings } from '../../db/pool/session.ts';
import { eq, ident, sql } from '../../db/sql/sql.ts';
import { type Change, literal, quoted, serverDatabase, statement } from './change.ts';
import type { RoleState, ServerState } from './state.ts';
import type { Wish } from './wish.ts';

const onServer = (what: string, statements: readonly string[]): Change => ({
  what,
  database: serverDatabase,
  owner: null,
  statements,
});

/** The role exists, is for the identity, and may log in. */
export function roleChanges(server: ServerState, wish: Wish): readonly Change[] {
  const { role } = server;
  const what = wish.objectId
    ? `role ${quoted(wish.role)} for the principal ${wish.objectId}`
    : `role ${quoted(wish.role)}`;
  const login = statement(sql`ALTER ROLE ${ident(wish.role)} LOGIN`);
  return [
    onServer(what, principalStatements(server, wish)),
    ...(role && !role.canLogin ? [onServer(`login of ${quoted(wish.role)}`, [login])] : []),
  ];
}

/**
 * Source: Microsoft Learn, "Manage Microsoft Entra roles in Azure Database for PostgreSQL": the function creates a role,
 * and the label is what makes an existing one log in with tokens.
 */
function principalStatements({ role, pgaadauth }: ServerState, wish: Wish): readonly string[] {
  const name = ident(wish.role);
  if (wish.isPlain || !pgaadauth) return role ? [] : [statement(sql`CREATE ROLE ${name} LOGIN`)];
  const { objectId } = wish;
  if (!objectId) return [];
  if (!role) {
    const create = ident(pgaadauth, 'pgaadauth_create_principal_with_oid');
    return [
      statement(sql`SELECT * FROM ${create}(${literal(wish.role)}, ${literal(objectId)}, 'service', false, false)`),
    ];
  }
  if (isLabelledFor(role, objectId)) return [];
  const label = literal(`aadauth,oid=${objectId},type=service`);
  return [statement(sql`SECURITY LABEL FOR "pgaadauth" ON ROLE ${name} IS ${label}`)];
}

/** The label may say more, such as that the principal is an administrator. */
function isLabelledFor({ label }: RoleState, objectId: string): boolean {
  const parts = (label ?? '').toLowerCase().split(/\s*,\s*/);
  return parts.includes(`oid=${objectId}`) && parts.includes('type=service');
}

/** What sessions behind a pooler would else have to set in each transaction; `writes`: whether the role holds, or is to hold, a right to write. */
export function settingChanges({ role }: ServerState, wish: Wish, writes: boolean): readonly Change[] {
  const set = new Map(
    role?.settings.map((setting) => {
      const at = setting.indexOf('=');
      return [setting.slice(0, at).toLowerCase(), setting.slice(at + 1)] as const;
    }),
  );
  const isRight = (name: string, wanted: string) => isAccepted(name, set.get(name.toLowerCase()), wanted);
  const missing = Object.entries(sessionSettings(wish.session)).filter(([name, value]) => !isRight(name, value));
  const readOnly = 'default_transaction_read_only';
  const readOnlyStatements = writes
    ? set.has(readOnly)
      ? [statement(sql`ALTER ROLE ${ident(wish.role)} RESET default_transaction_read_only`)]
      : []
    : isRight(readOnly, 'on')
      ? []
      : [roleStatement(wish.role, readOnly, 'on')];
  return [
    onServer(
      `settings of the sessions of ${quoted(wish.role)}`,
      missing.map(([name, value]) => roleStatement(wish.role, name, value)),
    ),
    onServer(`transactions of ${quoted(wish.role)} ${writes ? 'may write' : 'only read'}`, readOnlyStatements),
  ];
}

/** Nobody logs in as the role any more, and then there is none; what else depends on it keeps it. */
export function dropChanges({ role, sessions }: ServerState, wish: Wish): readonly Change[] {
  const name = ident(wish.role);
  const end = sql`SELECT pg_catalog.pg_terminate_backend(pid, 5000) FROM pg_catalog.pg_stat_activity WHERE usename ${eq} ${literal(wish.role)}`;
  return [
    onServer(`no login as ${quoted(wish.role)}`, role?.canLogin ? [statement(sql`ALTER ROLE ${name} NOLOGIN`)] : []),
    onServer(`no session of ${quoted(wish.role)}`, sessions > 0 ? [statement(end)] : []),
    onServer(`no role ${quoted(wish.role)}`, role ? [statement(sql`DROP ROLE ${name}`)] : []),
  ];
}
