import { createRemoteJWKSet, type ExportedJWKSCache, errors, type JWTVerifyGetKey, jwksCache } from 'jose';

/** As long as Microsoft's own middleware keeps them; a token that names an unknown one makes it look earlier. */
const keysLiveMs = 86_400_000;

export interface KeysOptions {
  /** After the keys were had, a token that names an unknown one does not make the server ask again for so long. */
  readonly cooldownMs?: number;
  /** Nor, after they could not be had, for so long: until then it rejects with the same error. */
  readonly retryMs?: number;
}

export interface Keys {
  readonly find: JWTVerifyGetKey;
  /** The keys that are held: another object from when they came again, undefined when they must be asked for. */
  readonly held: () => object | undefined;
}

/** The public keys of an issuer. However many tokens name keys that are not known, it is asked now and then only. */
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

/** The keys were had, and none of them is the token's. */
const isAboutToken = (error: unknown): boolean =>
  error instanceof errors.JWKSNoMatchingKey ||
  error instanceof errors.JWKSMultipleMatchingKeys ||
  error instanceof errors.JOSENotSupported;
