import type { ClientBase } from 'pg';
import type { Table } from '../../catalog/catalog.ts';
import { extensionOf } from '../../db/introspect.ts';
import { noticeChannel } from '../../db/sql/notice.ts';
import { type Sql, sql, toQuery } from '../../db/sql/sql.ts';
import type { Wish } from './wish.ts';

/** The privileges that are granted to the role itself, by PostgreSQL's names. */
type Held = readonly string[];

/** What the catalogs say of a role and of all that it is to be granted. */
export interface State {
  readonly server: ServerState;
  readonly contents: ContentsState;
}

/** What holds in all databases of the server. */
export interface ServerState {
  readonly administrator: string;
  /** The schema that has the functions for Entra roles; null where this is not Azure's PostgreSQL. */
  readonly pgaadauth: string | null;
  /** Null where there is none of that name. */
  readonly role: RoleState | null;
  /** How many the role has open. */
  readonly sessions: number;
}

export interface RoleState {
  readonly canLogin: boolean;
  readonly isSuperuser: boolean;
  /** `aadauth,oid=<principal id>,type=service` on a role for an identity. */
  readonly label: string | null;
  /** `name=value`, one each. */
  readonly settings: readonly string[];
}

/** What holds in the database with the schema. */
export interface ContentsState {
  readonly database: {
    readonly name: string;
    readonly owner: string;
    readonly held: Held;
    /** Whether anybody may connect. */
    readonly isOpen: boolean;
    /** Whether the administrator may act for the owner. */
    readonly isOurs: boolean;
  };
  readonly schema: { readonly owner: string; readonly held: Held } | null;
  /** Whether the schema has the function for triggers that tell of new rows. */
  readonly hasNotices: boolean;
  /** Partitions are not among them: who reads or writes their table needs nothing more. */
  readonly tables: readonly (Relation & {
    readonly canInsert: boolean;
    readonly canUpdate: boolean;
    readonly canDelete: boolean;
    /** Whether it has a column that may be an order of arrival, and a trigger that tells of new rows. */
    readonly arrives: boolean;
    readonly notifies: boolean;
  })[];
  readonly sequences: readonly Relation[];
  readonly defaults: readonly { readonly owner: string; readonly kind: 'TABLES' | 'SEQUENCES'; readonly held: Held }[];
}

export interface Relation extends Pick<Table, 'extension' | 'comment'> {
  readonly name: string;
  readonly owner: string;
  readonly held: Held;
}

/** Reads both databases. `server` is connected to the database `postgres`, `contents` to the one with the schema. */
export async function readState(server: ClientBase, contents: ClientBase, wish: Wish): Promise<State> {
  return {
    server: await ask<ServerState>(server, serverState(wish)),
    contents: await ask<ContentsState>(contents, contentsState(wish)),
  };
}

async function ask<T>(client: ClientBase, value: Sql): Promise<T> {
  const { rows } = await client.query<{ value: T }>(toQuery(sql`select ${value} as value`));
  const [row] = rows;
  if (!row) throw new Error('The catalog did not answer');
  return row.value;
}

const createFunction = 'pgaadauth_create_principal_with_oid(text,text,text,boolean,boolean)';

const serverState = ({ role }: Wish): Sql => sql`json_build_object(
  'administrator', current_user,
  'pgaadauth', (
    select n.nspname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where p.oid = coalesce(to_regprocedure(${`pg_catalog.${createFunction}`}), to_regprocedure(${createFunction}))
  ),
  'role', (
    select json_build_object(
      'canLogin', r.rolcanlogin,
      'isSuperuser', r.rolsuper,
      'label', (
        select l.label from pg_shseclabel l
        where l.objoid = r.oid and l.classoid = 'pg_authid'::regclass and l.provider = 'pgaadauth'
      ),
      'settings', to_json(coalesce(r.rolconfig, '{}')))
    from pg_roles r where r.rolname = ${role}
  ),
  'sessions', (select count(*) from pg_stat_activity a where a.usename = ${role}))`;

const contentsState = ({ role, schema }: Wish): Sql => sql`json_build_object(
  'database', (
    select json_build_object(
      'name', d.datname,
      'owner', pg_get_userbyid(d.datdba),
      'held', ${held(sql`d.datacl`, role)},
      'isOpen', exists (
        select from aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) p
        where p.grantee = 0 and p.privilege_type = 'CONNECT'
      ),
      'isOurs', pg_has_role(d.datdba, 'member'))
    from pg_database d where d.datname = current_database()
  ),
  'schema', (
    select json_build_object('owner', pg_get_userbyid(n.nspowner), 'held', ${held(sql`n.nspacl`, role)})
    from pg_namespace n where n.nspname = ${schema}
  ),
  'hasNotices', exists (
    select from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = ${schema} and p.proname = ${noticeChannel}
  ),
  'tables', (
    select coalesce(json_agg(json_build_object(
      ${relation(role)},
      'arrives', c.relkind in ('r', 'p') and (
        obj_description(c.oid, 'pg_class') like '%@arrival %'
        or exists (
          select from pg_attribute a left join pg_attrdef f on f.adrelid = a.attrelid and f.adnum = a.attnum
          where a.attrelid = c.oid and (
            a.attidentity = 'a' or pg_get_expr(f.adbin, f.adrelid) = 'pg_current_xact_id()'))),
      'notifies', exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname = ${noticeChannel}),
      'canInsert', pg_relation_is_updatable(c.oid, true) & 8 <> 0,
      'canUpdate', pg_relation_is_updatable(c.oid, true) & 4 <> 0,
      'canDelete', pg_relation_is_updatable(c.oid, true) & 16 <> 0
    ) order by c.relname collate "C"), '[]')
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = ${schema} and c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
  ),
  'sequences', (
    select coalesce(json_agg(json_build_object(
      ${relation(role)}
    ) order by c.relname collate "C"), '[]')
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = ${schema} and c.relkind = 'S'
  ),
  'defaults', (
    select coalesce(json_agg(json_build_object(
      'owner', pg_get_userbyid(a.defaclrole),
      'kind', case a.defaclobjtype when 'r' then 'TABLES' else 'SEQUENCES' end,
      'held', ${held(sql`a.defaclacl`, role)})), '[]')
    from pg_default_acl a join pg_namespace n on n.oid = a.defaclnamespace
    where n.nspname = ${schema} and a.defaclobjtype in ('r', 'S')
  ))`;

/** The members of a `Relation`, of the row `c` of pg_class. */
const relation = (role: string): Sql => sql`
  'name', c.relname,
  'owner', pg_get_userbyid(c.relowner),
  'extension', ${extensionOf(sql`c.oid`)},
  'comment', obj_description(c.oid, 'pg_class'),
  'held', ${held(sql`c.relacl`, role)}`;

/** Those that a list of access rights grants to the role by name. */
const held = (acl: Sql, role: string): Sql => sql`(
  select coalesce(json_agg(distinct p.privilege_type), '[]')
  from aclexplode(${acl}) p join pg_roles r on r.oid = p.grantee
  where r.rolname = ${role})`;
