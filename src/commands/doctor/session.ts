import type { ClientBase } from 'pg';
import type { DatabaseConfig } from '../../config/database.ts';
import type { PoolConnection } from '../../db/pool/connection.ts';
import { explainSession } from '../../db/pool/session.ts';
import { type Outcome, ok, warning } from './finding.ts';

const shown = ['TimeZone', 'DateStyle', 'IntervalStyle', 'statement_timeout', 'default_transaction_read_only'];

/** Checks the session's settings, and whether there is a pooler in front of PostgreSQL. */
export async function checkSession({ client, session }: PoolConnection, { user }: DatabaseConfig): Promise<Outcome> {
  const { rows } = await client.query<{ name: string; value: string }>(
    'select name, pg_catalog.current_setting(name) as value from pg_catalog.unnest($1::pg_catalog.text[]) name',
    [shown],
  );
  const settings = rows.map(({ name, value }) => `${name}=${session.settings[name] ?? value}`).join(', ');
  const { found, remedies } = explainSession(session, user);
  const message = `${settings} (${found})`;
  return remedies.length === 0 ? ok(message) : warning(message, remedies.join(' '));
}

interface Role {
  readonly name: string;
  readonly super: boolean;
  readonly bypass: boolean;
  readonly administers: boolean;
  readonly owns: boolean;
}

/** Checks the role. Grants decide what the API exposes, and a role that bypasses them exposes everything. */
export async function checkRole(client: ClientBase, schema: string): Promise<Outcome> {
  const { rows } = await client.query<Role>(
    `select r.rolname as name, r.rolsuper as super, r.rolbypassrls as bypass,
       exists (select from pg_catalog.pg_roles a where a.rolname operator(pg_catalog.=) 'azure_pg_admin' and pg_catalog.pg_has_role(r.oid, a.oid, 'member')) as administers,
       exists (select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
         where n.nspname operator(pg_catalog.=) $1 and pg_catalog.pg_has_role(r.oid, c.relowner, 'usage')) as owns
     from pg_catalog.pg_roles r where r.rolname operator(pg_catalog.=) current_user`,
    [schema],
  );
  const [role] = rows;
  if (!role) return warning('PostgreSQL no longer knows the role of this session', 'Check whether it was just dropped');
  const powers = [
    role.super && 'a superuser',
    role.administers && 'an administrator of the server',
    !role.super && role.bypass && 'not bound by row security',
    !role.super && role.owns && `an owner of objects in "${schema}"`,
  ].filter((power) => power !== false);
  if (powers.length === 0) return ok(`${role.name} has only the privileges that it was granted`);
  return warning(
    `${role.name} is ${powers.join(' and ')}: it may do more than it was granted`,
    'Use a dedicated role: events-graphql grant --role <name> creates one',
  );
}
