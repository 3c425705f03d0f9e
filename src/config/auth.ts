import { listOf, type Variables } from './variables.ts';

/** A permission of a caller: to run queries and subscriptions, to run mutations, or to send documents of their own. */
export type Permission = 'read' | 'write' | 'explore';

/** The app role, or scope, that gives each permission. */
export const permissionNames: Readonly<Record<Permission, string>> = {
  read: 'Events.Read',
  write: 'Events.Write',
  explore: 'Events.Explore',
};

/** Settings of the access tokens that the API accepts. */
export interface AuthConfig {
  readonly tenantId: string;
  /** Accepted values of the token's `aud` claim. */
  readonly audiences: readonly string[];
  readonly issuers: readonly string[];
  /** The address of the tenant at which its users sign in. */
  readonly authority: string;
  /** URL of the issuer's public keys. */
  readonly keysUrl: string;
}

/**
 * Reads how callers are authenticated; null if everyone is admitted, as without `AUTH` outside production. In production
 * `AUTH` must be set.
 */
export function authOf(env: Variables, production: boolean, problems: string[]): AuthConfig | null {
  const { AUTH_TENANT_ID: tenantId = '', AUTH_AUTHORITY: authority } = env;
  const audiences = listOf(env.AUTH_AUDIENCE ?? '');
  if (env.AUTH !== 'entra') {
    if (production && !env.AUTH) problems.push('AUTH: required in production: entra, or none to admit everyone');
    if (tenantId || audiences.length > 0)
      problems.push('AUTH: must be entra if one of AUTH_TENANT_ID, AUTH_AUDIENCE is set');
    return null;
  }
  if (!tenantId)
    problems.push('AUTH_TENANT_ID: required with AUTH=entra: the id of the tenant whose tokens are accepted');
  if (audiences.length === 0) {
    problems.push(
      'AUTH_AUDIENCE: required with AUTH=entra: the audience of accepted tokens, such as api://<client id>',
    );
  }
  const tenant = `${authority.replace(/\/$/, '')}/${tenantId}`;
  return {
    tenantId,
    audiences,
    issuers: [`${tenant}/v2.0`, `https://${tokenService(authority)}/${tenantId}/`],
    authority: tenant,
    keysUrl: `${tenant}/discovery/v2.0/keys`,
  };
}

/**
 * Returns the host that issues version 1 tokens. Source: Microsoft Entra documentation, "National clouds" and "Access
 * tokens".
 */
const tokenService = (authority: string): string =>
  authority.includes('partner.microsoftonline.cn') ? 'sts.chinacloudapi.cn' : 'sts.windows.net';
