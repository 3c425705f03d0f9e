import { isExposed } from '../../catalog/directives.ts';
import { type Change, quoted, serverDatabase } from './change.ts';
import { functionChanges } from './functions.ts';
import { liveChanges } from './live.ts';
import { otherPrincipal } from './principal.ts';
import { privilegeChanges, writesWith } from './privileges.ts';
import { revokeChanges } from './revoke.ts';
import { dropChanges, roleChanges, settingChanges } from './role.ts';
import type { RoleSpec } from './roleSpec.ts';
import type { State } from './state.ts';

/** Plans all changes, in the order in which they can be made. */
export function plan({ server, contents }: State, spec: RoleSpec): readonly Change[] {
  if (spec.isRevoked) return [...revokeChanges(contents, spec), ...dropChanges(server, spec)];
  const served = {
    ...contents,
    tables: contents.tables.filter(isExposed),
    sequences: contents.sequences.filter(isExposed),
  };
  return [
    ...roleChanges(server, spec),
    ...privilegeChanges(served, spec),
    ...functionChanges(served, spec),
    ...settingChanges(server, spec, writesWith(contents, spec)),
    ...(spec.isLive ? liveChanges(served, spec) : []),
  ];
}

/** Returns the reason why this server cannot have such a role; null if it can. */
export function objectionTo({ server, contents }: State, spec: RoleSpec): string | null {
  const { role, pgaadauth, administrator } = server;
  const name = quoted(spec.role);
  if (role?.isSuperuser) return `${name} is a superuser, which grants do not limit. Use a dedicated role for the app`;
  if (spec.role === administrator)
    return `${name} is the role that runs this command. Use a dedicated role for the app`;
  if (spec.isRevoked) return null;
  if (!contents.schema) {
    return `There is no schema ${quoted(spec.schema)} in the database ${quoted(contents.database.name)}: create it first, or set EVENTS_SCHEMA or PGDATABASE`;
  }
  if (spec.isPlain) return null;
  if (!pgaadauth) {
    return `This PostgreSQL has no pgaadauth, so it is not on Azure or has Entra authentication turned off: its database ${quoted(serverDatabase)} lacks pgaadauth_create_principal_with_oid. For development, --plain instead of --object-id creates a role that logs in with a password`;
  }
  const other = role && spec.objectId ? otherPrincipal(role, spec.objectId) : undefined;
  if (other) {
    return `${name} belongs to the principal ${other}, which could no longer log in if this app took the role. Give this app a role of its own: another --role, which is its PGUSER and, with azd, its ROLE_NAME. If that principal is no longer used, the administrator who created the role can first run grant --role ${name} --revoke`;
  }
  if (!spec.objectId && !role?.labels.length) {
    return `--object-id <id> is required to create ${name}: the principal (object) id of the identity, not its client id. az identity show --query principalId prints it; for a person or a group pass the object id with --type user or group`;
  }
  return null;
}
