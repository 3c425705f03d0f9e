import { listOf, type Variables } from './variables.ts';

/** What a caller may do: run agreed documents, change rows, or run documents of their own. */
export type Permission = 'read' | 'write' | 'explore';

/** Whose tokens the API takes. */
export interface AuthConfig {
  readonly tenantId: string;
  /** What tokens must be for: one of these. */
  readonly audiences: readonly string[];
  readonly issuers: readonly string[];
  /** Where the issuer's public keys are. */
  readonly keysUrl: string;
  /** The names of the app roles, or scopes, that give the permissions. */
  readonly permissionNames: Readonly<Record<Permission, string>>;
}

/** Where nothing says who may come in, everyone may only outside production, and only if nothing of it is set. */
export function authOf(env: Variables, production: boolean, problems: string[]): AuthConfig | null {
  const { AUTH_TENANT_ID: tenantId = '', AUTH_AUTHORITY: authority } = env;
  const audiences = listOf(env.AUTH_AUDIENCE ?? '');
  if (env.AUTH !== 'entra') {
    if (production && !env.AUTH) problems.push('AUTH: required in production: entra, or none to let everyone in');
    if (tenantId || audiences.length > 0) problems.push('AUTH: must be entra for AUTH_TENANT_ID and AUTH_AUDIENCE');
    return null;
  }
  if (!tenantId) problems.push('AUTH_TENANT_ID: required with AUTH=entra: the id of the tenant whose tokens are taken');
  if (audiences.length === 0) {
    problems.push('AUTH_AUDIENCE: required with AUTH=entra: what tokens must be for, such as api://<client id>');
  }
  const tenant = `${authority.replace(/\/$/, '')}/${tenantId}`;
  const issuers = listOf(env.AUTH_ISSUERS ?? '');
  return {
    tenantId,
    audiences,
    issuers: issuers.length > 0 ? issuers : [`${tenant}/v2.0`, `https://sts.windows.net/${tenantId}/`],
    keysUrl: `${tenant}/discovery/v2.0/keys`,
    permissionNames: { read: env.AUTH_READ, write: env.AUTH_WRITE, explore: env.AUTH_EXPLORE },
  };
}
