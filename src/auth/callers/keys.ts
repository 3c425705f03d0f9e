import { createRemoteJWKSet, type ExportedJWKSCache, errors, type JWTVerifyGetKey, jwksCache } from 'jose';

/**
 * Lifetime of fetched keys, in milliseconds: the same as in Microsoft's own middleware. A token with an unknown key
 * causes an earlier fetch.
 */
const keysLiveMs = 86_400_000;

export interface KeysOptions {
  /** Minimum time after a successful fetch before a token with an unknown key causes another. */
  readonly cooldownMs?: number;
  /** Minimum time after a failed fetch before another; until then, `find` rejects with the same error. */
  readonly retryMs?: number;
}

export interface Keys {
  readonly find: JWTVerifyGetKey;
  /** Returns an object that stands for the unexpired keys, a new one after each fetch; undefined if there are none. */
  readonly held: () => object | undefined;
}

/** Creates the source of an issuer's public keys. However many tokens name unknown keys, fetches stay rare. */
export function createKeys(url: string, { cooldownMs = 30_000, retryMs = 1000 }: KeysOptions = {}): Keys {
  const cache: Partial<ExportedJWKSCache> = {};
  const keys = createRemoteJWKSet(new URL(url), {
    cacheMaxAge: keysLiveMs,
    cooldownDuration: cooldownMs,
    [jwksCache]: cache as Record<string, never>,
  });
  let failed: { readonly error: unknown; readonly at: number } | null = null;
  const find: JWTVerifyGetKey = async (header, token) => {
    const isKnown = () => keys.fresh && keys.jwks()?.keys.some(({ kid }) => kid === header.kid);
    if (failed && performance.now() - failed.at < retryMs && !isKnown()) throw failed.error;
    try {
      return await keys(header, token);
    } catch (error) {
      if (!isAboutToken(error)) failed = { error, at: performance.now() };
      throw error;
    }
  };
  return { find, held: () => (keys.fresh ? cache.jwks : undefined) };
}

/** Tells whether an error concerns the token's key, and not the fetch of the keys. */
const isAboutToken = (error: unknown): boolean =>
  error instanceof errors.JWKSNoMatchingKey ||
  error instanceof errors.JWKSMultipleMatchingKeys ||
  error instanceof errors.JOSENotSupported;
