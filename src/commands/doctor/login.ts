import pg from 'pg';
import { IdentityError } from '../../auth/identity/identityError.ts';
import type { Claims } from '../../auth/identity/tokenClaims.ts';
import type { DatabaseConfig } from '../../config/database.ts';
import { scopes } from './token.ts';

/** The statement or command that makes a refused login work; `claims` are those of the token that was refused. */
export function loginRemedy(error: unknown, database: DatabaseConfig, claims: Claims): string {
  const chain = causes(error);
  const refusal = chain.find((cause) => cause instanceof IdentityError);
  const answer = chain.find((cause) => cause instanceof pg.DatabaseError);
  if (refusal?.problem === 'wrong-audience') return `Set PG_TOKEN_SCOPE to ${scopes}`;
  if (refusal?.problem === 'token-expired') {
    return "Set this machine's clock if it is wrong; else wait until the platform gives a newer token, which it repeats until then";
  }
  const code = answer?.code ?? '';
  const said = answer?.message ?? '';
  const [user, name] = [pg.escapeIdentifier(database.user), pg.escapeIdentifier(database.database)];
  if (code === '3D000') return `Set PGDATABASE to a database of this server, or: CREATE DATABASE ${name};`;
  if (code === '42501') return `GRANT CONNECT ON DATABASE ${name} TO ${user};`;
  if (code === '53300') return 'Lower PG_POOL_SIZE or the number of replicas, or raise max_connections of the server';
  if (/not permitted to log ?in/.test(said)) return `ALTER ROLE ${user} LOGIN;`;
  if (/^(28|08P01)/.test(code)) return refusedRemedy(database, claims, user);
  return 'Look at what the server said, and into its log';
}

/** A server does not say before a login whether a role is missing, has another name, or was made for another identity. */
function refusedRemedy({ user, password }: DatabaseConfig, { oid }: Claims, quoted: string): string {
  if (typeof password === 'string') {
    return `Compare PGUSER and PGPASSWORD; as an administrator: CREATE ROLE ${quoted} LOGIN; or: ALTER ROLE ${quoted} PASSWORD '...';`;
  }
  const grant = `events-graphql grant --role ${shellQuoted(user)} --object-id ${oid ?? '<principal id of the identity>'}`;
  return `As the server's Entra administrator: ${grant} makes the role, or repairs one that was made for another identity. If the role has another name, set PGUSER to it; in database postgres: select * from pgaadauth_list_principals(false);`;
}

const shellQuoted = (text: string) => (/^[\w.@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`);

/** An error and what caused it, outermost first. */
function causes(error: unknown): readonly Error[] {
  return error instanceof Error ? [error, ...causes(error.cause)] : [];
}
