import { eq, type Sql, sql } from '../../db/sql/sql.ts';
import type { RoleSpec } from './roleSpec.ts';

/** State that all databases of the server share. */
export interface ServerState {
  readonly administrator: string;
  /** The schema with the functions for Entra roles; null if this is not Azure's PostgreSQL. */
  readonly pgaadauth: string | null;
  /** State of the role; null if it does not exist. */
  readonly role: RoleState | null;
  /** Number of the role's open sessions. */
  readonly sessions: number;
}

export interface RoleState {
  readonly canLogin: boolean;
  readonly isSuperuser: boolean;
  /** Security labels by which Azure binds the role to an identity: `aadauth,oid=<principal id>,type=service`. */
  readonly labels: readonly string[];
  /** Settings in the form `name=value`. */
  readonly settings: readonly string[];
}

const createFunction =
  'pgaadauth_create_principal_with_oid(pg_catalog.text,pg_catalog.text,pg_catalog.text,pg_catalog.bool,pg_catalog.bool)';

/** Selects a `ServerState` as JSON. */
export const serverState = ({ role }: RoleSpec): Sql => sql`pg_catalog.json_build_object(
  'administrator', current_user,
  'pgaadauth', (
    select n.nspname from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid ${eq} p.pronamespace
    where p.oid ${eq} coalesce(pg_catalog.to_regprocedure(${`pg_catalog.${createFunction}`}), pg_catalog.to_regprocedure(${createFunction}))
  ),
  'role', (
    select pg_catalog.json_build_object(
      'canLogin', r.rolcanlogin,
      'isSuperuser', r.rolsuper,
      'labels', (
        select coalesce(pg_catalog.json_agg(l.label), '[]') from pg_catalog.pg_shseclabel l
        where l.objoid ${eq} r.oid and l.classoid ${eq} 'pg_catalog.pg_authid'::pg_catalog.regclass
          and l.provider ${eq} any ('{pgaadauth,pgaadauth-int}')
      ),
      'settings', pg_catalog.to_json(coalesce(r.rolconfig, '{}')))
    from pg_catalog.pg_roles r where r.rolname ${eq} ${role}
  ),
  'sessions', (select pg_catalog.count(*) from pg_catalog.pg_stat_activity a where a.usename ${eq} ${role}))`;
