import { IdentityError } from '../../auth/identity/identityError.ts';
import { isAudienceOf } from '../../auth/identity/refusal.ts';
import { type Claims, claimsOf } from '../../auth/identity/tokenClaims.ts';
import type { Token } from '../../auth/identity/tokenSource.ts';
import type { Identity } from '../../config/database.ts';
import { type Outcome, ok, warning } from './finding.ts';

/** Tolerated difference between clocks: tokens carry times that both sides compare with their own. */
export const toleratedMs = 5000;

/** Examines a token by its claims, and never reports the token itself. `now` is in milliseconds since 1970. */
export function checkToken(password: string | Identity, token: Token, now: number): Outcome {
  if (typeof password === 'string') return ok('none: a fixed password (PG_AUTH=password)');
  const claims = claimsOf(token.text);
  const found = `${identityOf(claims)}, for ${claims.aud ?? 'an unknown audience'}, ${lifeOf(token, now)}`;
  if (claims.aud !== undefined && !isAudienceOf(password.scope, claims.aud)) {
    return warning(found, `Set PG_TOKEN_SCOPE to ${scopes}: tokens for anything else are refused`);
  }
  if (token.expiresAt <= now) return warning(found, "Compare this machine's clock with that of the token service");
  if ((claims.iat ?? 0) * 1000 > now + toleratedMs) {
    return warning(`${found}, issued in the future`, "Set this machine's clock: it is behind the token service's");
  }
  return ok(found);
}

const identityOf = ({ oid, appid, upn }: Claims): string =>
  upn ? `user ${upn} (object id ${oid})` : `client id ${appid ?? 'unknown'}, object id ${oid ?? 'unknown'}`;

const lifeOf = ({ expiresAt }: Token, now: number): string =>
  expiresAt <= now ? 'already ended' : `ends in ${Math.floor((expiresAt - now) / 1000)} s`;

/** The scopes of the three clouds; a server only accepts tokens for its own. */
export const scopes =
  'https://ossrdbms-aad.database.windows.net/.default (in the US Government cloud ...database.usgovcloudapi.net, in China ...database.chinacloudapi.cn)';

/** Returns the remedy for an identity that gets no token. */
export function tokenRemedy(error: unknown, password: string | Identity): string {
  const problem = error instanceof IdentityError ? error.problem : 'denied';
  switch (problem) {
    case 'not-assigned':
      return typeof password === 'object' && password.kind === 'user-identity'
        ? `az containerapp identity assign --name <app> --resource-group <group> --user-assigned <identity> (a Function: az functionapp identity assign --identities), and set AZURE_CLIENT_ID to its client id (now ${password.clientId})`
        : 'az containerapp (or functionapp) identity assign --name <app> --resource-group <group> --system-assigned';
    case 'no-credential':
      return 'Log in with "az login"; on Kubernetes check that the pod has AZURE_FEDERATED_TOKEN_FILE, which the label azure.workload.identity/use adds; on a platform with identities set PG_AUTH=user-identity';
    case 'endpoint-down':
      return 'Wait and run this again: right after a container starts, its identity endpoint may not be ready';
    case 'wrong-audience':
      return `Set PG_TOKEN_SCOPE to ${scopes}`;
    default:
      return 'Check that AZURE_CLIENT_ID belongs to an identity that is assigned to the app';
  }
}
