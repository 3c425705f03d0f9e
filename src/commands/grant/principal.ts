import type { PrincipalType } from './roleSpec.ts';
import type { RoleState } from './serverState.ts';

/**
 * Tells whether tokens of a principal log in as the role. Azure uses two labels: `aadauth` or `aadauth,oid=...`, and,
 * from the provider `pgaadauth-int`, `type=service,oid=...`.
 */
export const isLabelledFor = (role: RoleState, objectId: string, type: PrincipalType): boolean =>
  // A label may have further parts, for instance for an administrator, and may lack the type.
  valuesOf(role, 'oid').includes(objectId) && valuesOf(role, 'type').every((value) => value === type);

/** Returns the object id of another principal whose tokens log in as the role; undefined if there is none. */
export function otherPrincipal(role: RoleState, objectId: string): string | undefined {
  const ids = valuesOf(role, 'oid');
  return ids.includes(objectId) ? undefined : ids[0];
}

/** Returns the values of a part `key=value` in the role's labels. */
function valuesOf({ labels }: RoleState, key: string): readonly string[] {
  const parts = labels.flatMap((label) => label.toLowerCase().split(/\s*,\s*/));
  return parts.flatMap((part) => (part.startsWith(`${key}=`) ? [part.slice(key.length + 1)] : []));
}
