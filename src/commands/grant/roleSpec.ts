import type { SessionOptions } from '../../db/pool/session.ts';
import { readArguments } from '../arguments.ts';
import { commandLines } from '../commandLines.ts';
import { UsageError } from '../usageError.ts';

/** The desired state of a role. */
export interface RoleSpec {
  readonly role: string;
  /** Object id of the principal that logs in as the role; null for an existing role, or one with a password. */
  readonly objectId: string | null;
  /** Type of that principal in Entra ID. */
  readonly principalType: PrincipalType;
  /** True if the role has a password instead of an identity. */
  readonly isPlain: boolean;
  readonly mayWrite: boolean;
  readonly mayDelete: boolean;
  /** True if tables with live tails send notices of new rows. */
  readonly isLive: boolean;
  /** True if the role loses all its privileges. */
  readonly isRevoked: boolean;
  readonly schema: string;
  /** Settings of the role's sessions. */
  readonly session: SessionOptions;
}

export type PrincipalType = (typeof principalTypes)[number];

/** Types that PostgreSQL on Azure knows; `service` is an application or a managed identity. */
const principalTypes = ['service', 'user', 'group'] as const;

/** Reads the command line; throws a UsageError. */
export function readRoleSpec(
  args: readonly string[],
  { schema, session }: Pick<RoleSpec, 'schema' | 'session'>,
): { readonly spec: RoleSpec; readonly isPrintOnly: boolean } {
  const { values } = readArguments(commandLines.grant, args);
  const { role, 'object-id': objectId, type = 'service', plain = false, write = false, live = false } = values;
  const { delete: mayDelete = false, print = false, revoke = false } = values;
  if (!role) throw new UsageError("--role <name> is required: the app's role, its PGUSER");
  if (objectId !== undefined && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(objectId)) {
    throw new UsageError(`--object-id: ${objectId} is not a principal (object) id`);
  }
  const principalType = principalTypes.find((known) => known === type);
  if (!principalType) throw new UsageError(`--type: ${type} is not one of ${principalTypes.join(', ')}`);
  if (values.type !== undefined && objectId === undefined) throw new UsageError('--type needs --object-id');
  if (plain && objectId !== undefined) throw new UsageError('--plain and --object-id cannot be combined');
  if (revoke && (write || live || mayDelete || plain || objectId !== undefined)) {
    throw new UsageError('--revoke revokes everything: combine it only with --role and --print');
  }
  return {
    spec: {
      role,
      objectId: objectId?.toLowerCase() ?? null,
      principalType,
      isPlain: plain,
      mayWrite: write,
      mayDelete,
      isLive: live,
      isRevoked: revoke,
      schema,
      session,
    },
    isPrintOnly: print,
  };
}
