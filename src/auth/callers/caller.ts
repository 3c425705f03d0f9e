import type { Permission } from '../../config/auth.ts';

/** Who sent a request. */
export interface Caller {
  /** The object id of the person or the application in Microsoft Entra ID. */
  readonly id: string;
  readonly permissions: ReadonlySet<Permission>;
  /** What the token says of its bearer, as it came: policies of the database see it. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** From when on the token is refused, in milliseconds since 1970: some leeway after its end. */
  readonly expiresAt: number;
}
