import { hash } from 'node:crypto';
import { errors, type JWTPayload, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { type AuthConfig, type Permission, permissionNames } from '../../config/auth.ts';
import { AppError } from '../../errors.ts';
import type { Caller } from './caller.ts';
import { createKeys, type Keys, type KeysOptions } from './keys.ts';

/**
 * Verifies a token and returns its bearer. Rejects with UNAUTHENTICATED and the reason, or with
 * AUTHENTICATION_UNAVAILABLE if the issuer's keys cannot be fetched.
 */
export type Verify = (token: string) => Promise<Caller>;

/** Tolerated difference between clocks. */
const leewaySeconds = 60;

/** Number of verified tokens that are remembered, by hash. */
const maxKnown = 1000;

/**
 * Creates the verifier for access tokens of Microsoft Entra ID: v1 and v2, of users and of applications. A valid token
 * is remembered until it expires or the keys are fetched again, since verifying a signature takes twenty times as long as
 * hashing the token.
 */
export function createVerifier(config: AuthConfig, options?: KeysOptions): Verify {
  const keys = createKeys(config.keysUrl, options);
  const known = new LRUCache<string, { readonly caller: Caller; readonly keys: object }>({ max: maxKnown });
  const verify = createUncachedVerifier(config, keys);
  return async (token) => {
    const id = hash('sha256', token, 'base64');
    const found = known.get(id);
    const held = keys.held();
    if (found && found.keys === held && Date.now() < found.caller.expiresAt) return found.caller;
    const caller = await verify(token);
    // The keys may have been fetched again in the meantime; then the token is not remembered under them.
    if (held && held === keys.held()) known.set(id, { caller, keys: held });
    return caller;
  };
}

function createUncachedVerifier(config: AuthConfig, keys: Keys): Verify {
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys.find, {
        algorithms: ['RS256'],
        issuer: [...config.issuers],
        audience: [...config.audiences],
        clockTolerance: leewaySeconds,
        requiredClaims: ['exp', 'oid', 'tid'],
      });
      return callerOf(payload, config);
    } catch (error) {
      throw explain(error);
    }
  };
}

function callerOf(claims: JWTPayload, { tenantId }: AuthConfig): Caller {
  const { oid, tid, exp } = claims;
  if (tid !== tenantId) throw unauthenticated('The token belongs to another tenant');
  if (typeof oid !== 'string' || oid === '' || exp === undefined)
    throw unauthenticated('The token does not identify its bearer: it has no oid');
  if (!isStorable(claims))
    throw unauthenticated('A claim of the token contains a character that PostgreSQL cannot store');
  const names = [...rolesOf(claims), ...scopesOf(claims)];
  const permissions = (Object.keys(permissionNames) as Permission[]).filter((permission) =>
    names.includes(permissionNames[permission]),
  );
  return { id: oid, permissions: new Set(permissions), claims, expiresAt: (exp + leewaySeconds) * 1000 };
}

/** Tells whether PostgreSQL can read a value as jsonb. A policy that reads the claims would otherwise fail. */
const isStorable = (value: unknown): boolean => {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  return typeof value !== 'object' || value === null || Object.entries(value).flat().every(isStorable);
};

/** Reads the app roles, which are a list. */
const rolesOf = ({ roles }: JWTPayload): readonly unknown[] => (Array.isArray(roles) ? roles : []);

/** Reads the delegated scopes, which are words in one text. */
const scopesOf = ({ scp }: JWTPayload): readonly string[] => (typeof scp === 'string' ? scp.split(' ') : []);

const unauthenticated = (message: string) => new AppError('UNAUTHENTICATED', message);

/** Messages by jose's error codes for faulty tokens. All other errors concern fetching the keys. */
const faults: Readonly<Record<string, string>> = {
  ERR_JOSE_ALG_NOT_ALLOWED: 'The token is not signed with RS256',
  ERR_JOSE_NOT_SUPPORTED: 'This kind of token is not supported',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: 'The token does not name the key that signed it',
  ERR_JWKS_NO_MATCHING_KEY: 'The token is signed with a key that its issuer does not publish',
  ERR_JWS_INVALID: 'The token is not a signed JWT',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: "The token's signature is invalid",
  ERR_JWT_EXPIRED: 'The token has expired',
  ERR_JWT_INVALID: 'The token is not a signed JWT',
};

const wrongClaims: Readonly<Record<string, string>> = {
  aud: 'The token is for another audience',
  iss: 'The token comes from another issuer',
  nbf: 'The token is not valid yet',
};

function explain(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof errors.JWTClaimValidationFailed)
    return unauthenticated(wrongClaims[error.claim] ?? `The token's claim "${error.claim}" is missing or invalid`);
  const fault = error instanceof errors.JOSEError ? faults[error.code] : undefined;
  if (fault !== undefined) return unauthenticated(fault);
  return new AppError('AUTHENTICATION_UNAVAILABLE', 'Tokens cannot be verified now; try again', { cause: error });
}
