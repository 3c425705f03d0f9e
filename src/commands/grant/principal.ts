import type { PrincipalType } from './roleSpec.ts';
import type { RoleState } from './serverState.ts';

/**
 * Tells whether tokens of a principal log in as the role. Azure uses two labels: `aadauth` or `aadauth,oid=...`, and,
 * from the provider `pgaadauth-int`, `type=service,oid=...`.
 */
export function isLabelledFor({ labels }: RoleState, objectId: string, type: PrincipalType): boolean {
  const parts = labels.flatMap((label) => label.toLowerCase().split(/\s*,\s*/));
  const valuesOf = (key: string) =>
    parts.filter((part) => part.startsWith(`${key}=`)).map((part) => part.split('=')[1]);
  // A label may have further parts, for instance for an administrator, and may lack the type.
  return valuesOf('oid').includes(objectId) && valuesOf('type').every((value) => value === type);
}
