import pg from 'pg';
import { IdentityError } from '../../auth/identity/identityError.ts';
import type { Claims } from '../../auth/identity/tokenClaims.ts';
import type { DatabaseConfig } from '../../config/database.ts';
import { scopes } from './token.ts';

/** Returns the remedy for a refused login, often a statement or command; `claims` are those of the identity's token. */
export function loginRemedy(error: unknown, database: DatabaseConfig, claims: Claims): string {
  const chain = causes(error);
  const refusal = chain.find((cause) => cause instanceof IdentityError);
  const answer = chain.find((cause) => cause instanceof pg.DatabaseError);
  if (refusal?.problem === 'wrong-audience') return `Set PG_TOKEN_SCOPE to ${scopes}`;
  if (refusal?.problem === 'token-expired') {
    return "Correct this machine's clock if it is wrong. Otherwise wait: the platform returns the same token until it issues a newer one";
  }
  const code = answer?.code ?? '';
  const said = answer?.message ?? '';
  const [user, name] = [pg.escapeIdentifier(database.user), pg.escapeIdentifier(database.database)];
  if (code === '3D000') return `Set PGDATABASE to a database of this server, or: CREATE DATABASE ${name};`;
  if (code === '42501') return `GRANT CONNECT ON DATABASE ${name} TO ${user};`;
  if (code === '53300') return 'Lower PG_POOL_SIZE or the number of replicas, or raise max_connections on the server';
  if (/not permitted to log ?in/.test(said)) return `ALTER ROLE ${user} LOGIN;`;
  if (/^(28|08P01)/.test(code)) return refusedRemedy(database, claims, user);
  return "Read the server's message and its log";
}

/**
 * Returns the remedy for a refused role. Before a login, a server does not tell whether the role is missing, has
 * another name, or belongs to another identity, so the remedy covers all three.
 */
function refusedRemedy({ user, password }: DatabaseConfig, { oid }: Claims, quoted: string): string {
  if (typeof password === 'string') {
    return `Check PGUSER and PGPASSWORD; as an administrator: CREATE ROLE ${quoted} LOGIN; or: ALTER ROLE ${quoted} PASSWORD '...';`;
  }
  const grant = `events-graphql grant --role ${shellQuoted(user)}`;
  return `As the server's Entra administrator, run: ${grant} --object-id ${oid ?? '<principal id of the identity>'}. It creates the role if it is missing. If the role belongs to another identity, give this app a role of its own; if that identity is no longer used, or a client id was used by mistake, first run ${grant} --revoke as the administrator who created the role. If the role has another name, set PGUSER to it; to list the roles, run in database postgres: select * from pgaadauth_list_principals(false);`;
}

const shellQuoted = (text: string) => (/^[\w.@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`);

/** Returns an error and its causes, outermost first. */
function causes(error: unknown): readonly Error[] {
  return error instanceof Error ? [error, ...causes(error.cause)] : [];
}
