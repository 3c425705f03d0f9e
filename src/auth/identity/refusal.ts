import type { IssuedToken } from './credential.ts';
import { IdentityError } from './identityError.ts';
import { claimsOf } from './tokenClaims.ts';

/** Application id of "Azure OSSRDBMS Database", the audience of version 2 tokens. */
const databaseApplication = '123cd850-d9df-40bd-94d5-c9f07b7fa203';

/**
 * Explains why the database refused a token, from its message and from the token's claims. The messages are those of
 * Azure's `pgaadauth`; a plain PostgreSQL only says that authentication failed.
 */
export function explainRefusal(reason: Error, token: IssuedToken, scope: string): IdentityError {
  const said = reason.message;
  const audience = claimsOf(token.text).aud;
  if (/audience/i.test(said) || (audience !== undefined && !isAudienceOf(scope, audience))) {
    const message = `The database does not accept tokens for ${audience ?? scope}: set PG_TOKEN_SCOPE to the scope of the database's cloud (${said})`;
    return new IdentityError('wrong-audience', message, { cause: reason });
  }
  if (/expired/i.test(said) || token.expiresAt <= Date.now()) {
    const message = `The token has expired: if this persists, compare this machine's clock with the database's (${said})`;
    return new IdentityError('token-expired', message, { cause: reason });
  }
  const remedy = 'PGUSER must be the role that was created for this identity by its principal (object) id';
  return new IdentityError('denied', `The database refused the identity: ${remedy} (${said})`, { cause: reason });
}

/** Tells whether tokens for the scope have this audience, in either version of Entra's tokens. */
export const isAudienceOf = (scope: string, audience: string): boolean =>
  audience === databaseApplication || audience.replace(/\/$/, '') === scope.replace(/\/\.default$/, '');
