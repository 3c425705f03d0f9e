import { z } from 'zod';

const claims = z
  .object({
    aud: z.string(),
    /** The principal's object id. */
    oid: z.string(),
    appid: z.string(),
    upn: z.string(),
    /** Time of issue, in seconds since 1970. */
    iat: z.number(),
  })
  .partial();

export type Claims = z.infer<typeof claims>;

/**
 * Reads an Entra token's claims without verifying them: use them to explain, never to decide. Empty if it is not a JWT.
 */
export function claimsOf(token: string): Claims {
  try {
    return claims.parse(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()));
  } catch {
    return {};
  }
}
