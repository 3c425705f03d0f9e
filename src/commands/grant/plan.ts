import { isExposed } from '../../catalog/directives.ts';
import { type Change, quoted, serverDatabase } from './change.ts';
import { functionChanges } from './functions.ts';
import { liveChanges } from './live.ts';
import { privilegeChanges, writesWith } from './privileges.ts';
import { revokeChanges } from './revoke.ts';
import { dropChanges, roleChanges, settingChanges } from './role.ts';
import type { State } from './state.ts';
import type { Wish } from './wish.ts';

/** Plans all changes, in the order in which they can be made. */
export function plan({ server, contents }: State, wish: Wish): readonly Change[] {
  if (wish.isRevoked) return [...revokeChanges(contents, wish), ...dropChanges(server, wish)];
  const served = {
    ...contents,
    tables: contents.tables.filter(isExposed),
    sequences: contents.sequences.filter(isExposed),
  };
  return [
    ...roleChanges(server, wish),
    ...privilegeChanges(served, wish),
    ...functionChanges(served, wish),
    ...settingChanges(server, wish, writesWith(contents, wish)),
    ...(wish.isLive ? liveChanges(served, wish) : []),
  ];
}

/** Returns why no change can fulfil the wish on this server; null if one can. */
export function objectionTo({ server, contents }: State, wish: Wish): string | null {
  const { role, pgaadauth, administrator } = server;
  const name = quoted(wish.role);
  if (role?.isSuperuser) return `${name} is a superuser, which grants do not limit. Use a dedicated role for the app`;
  if (wish.role === administrator)
    return `${name} is the role that runs this command. Use a dedicated role for the app`;
  if (wish.isRevoked) return null;
  if (!contents.schema) {
    return `There is no schema ${quoted(wish.schema)} in the database ${quoted(contents.database.name)}: create it first, or set EVENTS_SCHEMA or PGDATABASE`;
  }
  if (wish.isPlain) return null;
  if (!pgaadauth) {
    return `This PostgreSQL has no pgaadauth, so it is not on Azure or has Entra authentication turned off: its database ${quoted(serverDatabase)} lacks pgaadauth_create_principal_with_oid. For development, --plain instead of --object-id creates a role with a password`;
  }
  if (!wish.objectId && !role?.labels.length) {
    return `--object-id <id> is required to make ${name}: the principal (object) id of the identity, not its client id. az identity show --query principalId prints it; for a person or a group pass the object id with --type user or group`;
  }
  return null;
}
