import type { Permission } from '../../config/auth.ts';

/** The sender of a request. */
export interface Caller {
  /** Object id of the user or application in Microsoft Entra ID. */
  readonly id: string;
  readonly permissions: ReadonlySet<Permission>;
  /** The token's claims, unchanged, for policies in the database. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** Time at which the token stops being accepted, in milliseconds since 1970: its expiry plus the leeway. */
  readonly expiresAt: number;
}
