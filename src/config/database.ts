import { readFileSync } from 'node:fs';
import { errorMessage } from '../errors.ts';
import type { Variables } from './variables.ts';

export interface DatabaseConfig {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** A fixed password, or the identity whose access tokens serve as the password. */
  readonly password: string | Identity;
  readonly ssl: false | { readonly ca?: string };
}

/** The server's identity in Entra ID; `scope` names the resource that the tokens are for. */
export type Identity =
  | { readonly kind: 'user-identity'; readonly clientId: string; readonly scope: string }
  | { readonly kind: 'system-identity' | 'default-credential'; readonly scope: string };

/**
 * Reads how to reach the database; null stands for the embedded one, which exists only outside production. Adds to
 * `problems`.
 */
export function databaseOf(env: Variables, production: boolean, problems: string[]): DatabaseConfig | null {
  const host = env.PGHOST ?? env.PG_HOST;
  const user = env.PGUSER ?? env.PG_USER;
  const database = env.PGDATABASE ?? env.PG_DB;
  if (!host && !production && !user && !database) return null;
  if (!host) {
    const otherwise = production ? '' : '; for the embedded database, unset PGUSER and PGDATABASE';
    problems.push(`PGHOST: required: the host of the PostgreSQL server, here or in DATABASE_URL${otherwise}`);
  }
  if (!user) problems.push('PGUSER: required: the role to log in as');
  if (production && !database) problems.push('PGDATABASE: required in production: the database that holds the schema');
  return {
    host: host ?? '',
    port: env.PGPORT,
    database: database ?? user ?? '',
    user: user ?? '',
    password: passwordOf(env, production, problems),
    ssl: sslOf(env, host ?? '', problems),
  };
}

/**
 * Chooses how to log in: as PG_AUTH says. Outside production it may be unset; then a password is used if there is one,
 * and the developer's own login otherwise.
 */
function passwordOf(env: Variables, production: boolean, problems: string[]): DatabaseConfig['password'] {
  const { PGPASSWORD: password, AZURE_CLIENT_ID: clientId, PG_TOKEN_SCOPE: scope } = env;
  if (production && !env.PG_AUTH) {
    problems.push('PG_AUTH: required in production: user-identity, system-identity, default-credential or password');
    return '';
  }
  const kind = env.PG_AUTH ?? (password === undefined ? 'default-credential' : 'password');
  if (kind === 'password') {
    if (password === undefined) problems.push('PGPASSWORD: required with PG_AUTH=password');
    return password ?? '';
  }
  if (password !== undefined)
    problems.push(`PGPASSWORD: not used with PG_AUTH=${kind}: unset it, and leave it out of DATABASE_URL`);
  if (kind === 'default-credential') return { kind, scope };
  if (!env.IDENTITY_ENDPOINT || !env.IDENTITY_HEADER) {
    const missing = env.IDENTITY_ENDPOINT ? 'IDENTITY_HEADER' : 'IDENTITY_ENDPOINT';
    problems.push(
      `${missing}: not set by the platform, so there is no identity endpoint: assign an identity to the app`,
    );
  }
  if (kind === 'system-identity') return { kind, scope };
  if (!clientId) problems.push('AZURE_CLIENT_ID: required with PG_AUTH=user-identity: the client id of the identity');
  return { kind, clientId: clientId ?? '', scope };
}

/** Tells whether a host is this machine: a socket's folder, or a loopback name or address. */
export const isLoopback = (host: string): boolean => /^(localhost$|127\.[\d.]+$|::1$|\/)/.test(host);

/**
 * Reads the TLS settings. Certificates are always verified in full; TLS is off only for this machine or on explicit
 * request.
 */
function sslOf(env: Variables, host: string, problems: string[]): DatabaseConfig['ssl'] {
  if (env.PGSSLMODE === 'disable' || (env.PGSSLMODE === undefined && isLoopback(host))) return false;
  if (!env.PGSSLROOTCERT) return {};
  try {
    return { ca: readFileSync(env.PGSSLROOTCERT, 'utf8') };
  } catch (error) {
    problems.push(`PGSSLROOTCERT: ${errorMessage(error)}`);
    return {};
  }
}
