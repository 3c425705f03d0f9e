import { isAccepted, roleStatement, sessionSettings } from '../../db/pool/session.ts';
import { eq, ident, sql } from '../../db/sql/sql.ts';
import { type Change, literal, quoted, serverDatabase, statement } from './change.ts';
import { isLabelledFor } from './principal.ts';
import type { RoleSpec } from './roleSpec.ts';
import type { ServerState } from './serverState.ts';

/** Returns the function that creates changes to the role. */
const changesOn =
  ({ role }: ServerState) =>
  (what: string, statements: readonly string[]): Change => ({
    what,
    database: serverDatabase,
    owner: null,
    altersRole: role !== null,
    statements,
  });

/** Plans the role: it exists, belongs to the identity, and may log in. */
export function roleChanges(server: ServerState, spec: RoleSpec): readonly Change[] {
  const { role } = server;
  const change = changesOn(server);
  const what = spec.objectId
    ? `role ${quoted(spec.role)} for the principal ${spec.objectId}`
    : `role ${quoted(spec.role)}`;
  const login = statement(sql`ALTER ROLE ${ident(spec.role)} LOGIN`);
  return [
    { ...change(what, principalStatements(server, spec)), ...byAzureFunction(server, spec) },
    ...(role && !role.canLogin ? [change(`login of ${quoted(spec.role)}`, [login])] : []),
  ];
}

/**
 * Returns the statements for an Entra role. The administrator creates it in order to be allowed to alter it later. If
 * PostgreSQL does not let the administrator set the label, Azure's function creates role and label. Source of both:
 * Microsoft Learn, "Manage Microsoft Entra roles in Azure Database for PostgreSQL".
 */
function principalStatements({ role, pgaadauth }: ServerState, spec: RoleSpec): readonly string[] {
  const name = ident(spec.role);
  const { objectId, principalType } = spec;
  const create = role ? [] : [statement(sql`CREATE ROLE ${name} LOGIN`)];
  if (spec.isPlain || !pgaadauth) return create;
  if (!objectId || (role && isLabelledFor(role, objectId, principalType))) return [];
  const label = literal(`aadauth,oid=${objectId},type=${principalType}`);
  return [...create, statement(sql`SECURITY LABEL FOR "pgaadauth" ON ROLE ${name} IS ${label}`)];
}

function byAzureFunction(
  { role, pgaadauth }: ServerState,
  { role: name, objectId, principalType }: RoleSpec,
): Partial<Change> {
  if (role || !pgaadauth || !objectId) return {};
  const create = ident(pgaadauth, 'pgaadauth_create_principal_with_oid');
  const call = sql`${create}(${literal(name)}, ${literal(objectId)}, ${literal(principalType)}, false, false)`;
  return { otherwise: [statement(sql`SELECT * FROM ${call}`)] };
}

/**
 * Plans the role's settings, so that sessions behind a pooler need not set them in each transaction; `writes` tells
 * whether the role may write after the changes.
 */
export function settingChanges(server: ServerState, spec: RoleSpec, writes: boolean): readonly Change[] {
  const change = changesOn(server);
  const set = new Map(
    server.role?.settings.map((setting) => {
      const at = setting.indexOf('=');
      return [setting.slice(0, at).toLowerCase(), setting.slice(at + 1)] as const;
    }),
  );
  const isRight = (name: string, wanted: string) => isAccepted(name, set.get(name.toLowerCase()), wanted);
  const missing = Object.entries(sessionSettings(spec.session)).filter(([name, value]) => !isRight(name, value));
  const readOnly = 'default_transaction_read_only';
  const reset = statement(sql`ALTER ROLE ${ident(spec.role)} RESET default_transaction_read_only`);
  const setReadOnly = isRight(readOnly, 'on') ? [] : [roleStatement(spec.role, readOnly, 'on')];
  const setReadWrite = set.has(readOnly) ? [reset] : [];
  // They are optional, since the server otherwise sets them itself.
  return [
    change(
      `session settings of ${quoted(spec.role)}`,
      missing.map(([name, value]) => roleStatement(spec.role, name, value)),
    ),
    change(
      `${writes ? 'read-write' : 'read-only'} transactions for ${quoted(spec.role)}`,
      writes ? setReadWrite : setReadOnly,
    ),
  ].map((optional) => ({ ...optional, isOptional: true }));
}

/** Plans to end the role's sessions and drop it; objects that depend on it prevent the drop. */
export function dropChanges(server: ServerState, spec: RoleSpec): readonly Change[] {
  const { role, sessions } = server;
  const change = changesOn(server);
  const name = ident(spec.role);
  const end = sql`SELECT pg_catalog.pg_terminate_backend(pid, 5000) FROM pg_catalog.pg_stat_activity WHERE usename ${eq} ${literal(spec.role)}`;
  return [
    change(`no login as ${quoted(spec.role)}`, role?.canLogin ? [statement(sql`ALTER ROLE ${name} NOLOGIN`)] : []),
    change(`no session of ${quoted(spec.role)}`, sessions > 0 ? [statement(end)] : []),
    change(`no role ${quoted(spec.role)}`, role ? [statement(sql`DROP ROLE ${name}`)] : []),
  ];
}
