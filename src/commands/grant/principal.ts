import type { RoleState } from './state.ts';
import type { PrincipalType } from './wish.ts';

/**
 * Whether tokens of that principal log in as the role. Azure spreads what it knows over two labels: one has `aadauth`, or
 * `aadauth,oid=...`, and the other, of the provider `pgaadauth-int`, `type=service,oid=...`.
 */
export function isLabelledFor({ labels }: RoleState, objectId: string, type: PrincipalType): boolean {
  const parts = labels.flatMap((label) => label.toLowerCase().split(/\s*,\s*/));
  const valuesOf = (key: string) =>
    parts.filter((part) => part.startsWith(`${key}=`)).map((part) => part.split('=')[1]);
  // It may say more, such as that the principal is an administrator, and less: no type.
  return valuesOf('oid').includes(objectId) && valuesOf('type').every((value) => value === type);
}
