import { isAccepted, roleStatement, sessionSettings } from '../../db/pool/session.ts';
import { eq, ident, sql } from '../../db/sql/sql.ts';
import { type Change, literal, quoted, serverDatabase, statement } from './change.ts';
import { isLabelledFor } from './principal.ts';
import type { ServerState } from './serverState.ts';
import type { Wish } from './wish.ts';

const onServer = (what: string, statements: readonly string[]): Change => ({
  what,
  database: serverDatabase,
  owner: null,
  statements,
});

/** Plans the role: it exists, belongs to the identity, and may log in. */
export function roleChanges(server: ServerState, wish: Wish): readonly Change[] {
  const { role } = server;
  const what = wish.objectId
    ? `role ${quoted(wish.role)} for the principal ${wish.objectId}`
    : `role ${quoted(wish.role)}`;
  const login = statement(sql`ALTER ROLE ${ident(wish.role)} LOGIN`);
  return [
    { ...onServer(what, principalStatements(server, wish)), ...anotherWay(server, wish) },
    ...(role && !role.canLogin ? [onServer(`login of ${quoted(wish.role)}`, [login])] : []),
  ];
}

/**
 * Returns the statements for an Entra role. The role's creator may also alter it, which the settings need. Where
 * PostgreSQL forbids that creator to set the label, Azure's function creates both. Source of both ways: Microsoft
 * Learn, "Manage Microsoft Entra roles in Azure Database for PostgreSQL".
 */
function principalStatements({ role, pgaadauth }: ServerState, wish: Wish): readonly string[] {
  const name = ident(wish.role);
  const { objectId, principalType } = wish;
  const create = role ? [] : [statement(sql`CREATE ROLE ${name} LOGIN`)];
  if (wish.isPlain || !pgaadauth) return create;
  if (!objectId || (role && isLabelledFor(role, objectId, principalType))) return [];
  const label = literal(`aadauth,oid=${objectId},type=${principalType}`);
  return [...create, statement(sql`SECURITY LABEL FOR "pgaadauth" ON ROLE ${name} IS ${label}`)];
}

function anotherWay({ role, pgaadauth }: ServerState, { role: name, objectId, principalType }: Wish): Partial<Change> {
  if (role || !pgaadauth || !objectId) return {};
  const create = ident(pgaadauth, 'pgaadauth_create_principal_with_oid');
  const call = sql`${create}(${literal(name)}, ${literal(objectId)}, ${literal(principalType)}, false, false)`;
  return { otherwise: [statement(sql`SELECT * FROM ${call}`)] };
}

/**
 * Plans the role's settings, which sessions behind a pooler would otherwise need in each transaction; `writes` tells
 * whether the role can write, now or by the wish.
 */
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
  // The settings are optional: without them the server sets them itself, if need be in each transaction.
  return [
    onServer(
      `session settings of ${quoted(wish.role)}`,
      missing.map(([name, value]) => roleStatement(wish.role, name, value)),
    ),
    onServer(`${writes ? 'read-write' : 'read-only'} transactions for ${quoted(wish.role)}`, readOnlyStatements),
  ].map((change) => ({ ...change, isOptional: true }));
}

/** Plans to end the role's sessions and drop it; objects that depend on it prevent the drop. */
export function dropChanges({ role, sessions }: ServerState, wish: Wish): readonly Change[] {
  const name = ident(wish.role);
  const end = sql`SELECT pg_catalog.pg_terminate_backend(pid, 5000) FROM pg_catalog.pg_stat_activity WHERE usename ${eq} ${literal(wish.role)}`;
  return [
    onServer(`no login as ${quoted(wish.role)}`, role?.canLogin ? [statement(sql`ALTER ROLE ${name} NOLOGIN`)] : []),
    onServer(`no session of ${quoted(wish.role)}`, sessions > 0 ? [statement(end)] : []),
    onServer(`no role ${quoted(wish.role)}`, role ? [statement(sql`DROP ROLE ${name}`)] : []),
  ];
}
