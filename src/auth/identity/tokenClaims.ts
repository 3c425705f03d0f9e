import { z } from 'zod';

const claims = z
  .object({
    aud: z.string(),
    /** The principal: what Azure calls the object id. */
    oid: z.string(),
    appid: z.string(),
    upn: z.string(),
    /** When it was issued, in seconds since 1970. */
    iat: z.number(),
  })
  .partial();

export type Claims = z.infer<typeof claims>;

/** What an Entra token says of itself, unverified: to explain, never to decide. Empty for what is no JWT. */
export function claimsOf(token: string): Claims {
  try {
    return claims.parse(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()));
  } catch {
    return {};
  }
}
