import { listOf, type Variables } from './variables.ts';

/** What a caller may do: run agreed documents, change rows, or run documents of their own. */
export type Permission = 'read' | 'write' | 'explore';

/** The app roles, or scopes, that give the permissions. */
export const permissionNames: Readonly<Record<Permission, string>> = {
  read: 'Events.Read',
  write: 'Events.Write',
  explore: 'Events.Explore',
};

/** Whose tokens the API takes. */
export interface AuthConfig {
  readonly tenantId: string;
  /** What tokens must be for: one of these. */
  readonly audiences: readonly string[];
  readonly issuers: readonly string[];
  /** The address of the tenant, where its people sign in. */
  readonly authority: string;
  /** Where the issuer's public keys are. */
  readonly keysUrl: string;
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
  return {
    tenantId,
    audiences,
    issuers: [`${tenant}/v2.0`, `https://${tokenService(authority)}/${tenantId}/`],
    authority: tenant,
    keysUrl: `${tenant}/discovery/v2.0/keys`,
  };
}

/** Who issues version 1 tokens. Source: Microsoft Entra documentation, "National clouds" and "Access tokens". */
const tokenService = (authority: string): string =>
  authority.includes('partner.microsoftonline.cn') ? 'sts.chinacloudapi.cn' : 'sts.windows.net';
