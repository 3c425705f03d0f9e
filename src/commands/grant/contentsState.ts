import type { Table } from '../../catalog/catalog.ts';
import { obstacle, signature } from '../../db/introspect/functions.ts';
import { currentXactId } from '../../db/introspect/numberings.ts';
import { extensionOf } from '../../db/sql/extension.ts';
import { noticeChannel } from '../../db/sql/notice.ts';
import { eq, own, type Sql, sql } from '../../db/sql/sql.ts';
import type { RoleSpec } from './roleSpec.ts';

/** Privileges granted to the role itself, by PostgreSQL's names. */
type Held = readonly string[];

/** State of the database with the schema. */
export interface ContentsState {
  readonly database: {
    readonly name: string;
    readonly owner: string;
    readonly held: Held;
    /** True if everybody may connect to the database. */
    readonly isOpen: boolean;
    /** True if the administrator may act for the database's owner. */
    readonly isOurs: boolean;
    /** Other roles that may act for the owner and could own its objects. */
    readonly otherOwners: readonly string[];
  };
  readonly schema: { readonly owner: string; readonly held: Held } | null;
  /** True if the database is the coordinator of a Citus cluster. */
  readonly isCluster: boolean;
  /** True if the schema has the trigger function that sends notices of new rows. */
  readonly hasNotices: boolean;
  /** The tables and views. Partitions are not among them, since access through their table needs no privileges on them. */
  readonly tables: readonly (Relation & {
    /** True if PostgreSQL itself stores the relation's rows; the API writes to no view and no foreign table. */
    readonly isStored: boolean;
    /** True if the table has a column that may be an order of arrival. */
    readonly arrives: boolean;
    /** True if the table has the trigger that sends notices. */
    readonly notifies: boolean;
  })[];
  readonly sequences: readonly Relation[];
  /** Functions that the API can serve. */
  readonly functions: readonly GrantedFunction[];
  /** The default privileges in the schema, by the role that creates the objects. */
  readonly defaults: readonly { readonly owner: string; readonly kind: 'TABLES' | 'SEQUENCES'; readonly held: Held }[];
}

export interface GrantedFunction extends Relation {
  /** Quoted name with the types of its parameters, as GRANT takes it. */
  readonly sql: string;
  readonly isVolatile: boolean;
  readonly isDefiner: boolean;
  /** True if PUBLIC may execute the function. */
  readonly isOpen: boolean;
}

export interface Relation extends Pick<Table, 'extension' | 'comment'> {
  readonly name: string;
  readonly owner: string;
  readonly held: Held;
}

/** Selects a `ContentsState` as JSON. */
export const contentsState = ({ role, schema }: RoleSpec): Sql => sql`pg_catalog.json_build_object(
  'database', (
    select pg_catalog.json_build_object(
      'name', d.datname,
      'owner', pg_catalog.pg_get_userbyid(d.datdba),
      'held', ${held(sql`d.datacl`, role)},
      'isOpen', exists (
        select from pg_catalog.aclexplode(coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))) p
        where p.grantee ${eq} 0 and p.privilege_type ${eq} 'CONNECT'
      ),
      'isOurs', pg_catalog.pg_has_role(d.datdba, 'member'),
      'otherOwners', (
        select coalesce(pg_catalog.json_agg(r.rolname), '[]') from pg_catalog.pg_roles r
        where not r.rolsuper and not r.oid ${eq} d.datdba and pg_catalog.pg_has_role(r.oid, d.datdba, 'member')
      ))
    from pg_catalog.pg_database d where d.datname ${eq} pg_catalog.current_database()
  ),
  'schema', (
    select pg_catalog.json_build_object('owner', pg_catalog.pg_get_userbyid(n.nspowner), 'held', ${held(sql`n.nspacl`, role)})
    from pg_catalog.pg_namespace n where n.nspname ${eq} ${schema}
  ),
  'isCluster', exists (select from pg_catalog.pg_extension x where x.extname ${eq} 'citus'),
  'hasNotices', exists (
    select from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid ${eq} p.pronamespace
    where n.nspname ${eq} ${schema} and p.proname ${eq} ${noticeChannel}
  ),
  'tables', (
    select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      ${relation(role)},
      'isStored', c.relkind ${eq} any ('{r,p}'),
      'arrives', c.relkind ${eq} any ('{r,p}') and (
        pg_catalog.obj_description(c.oid, 'pg_class') ${own('~~')} '%@arrival %'
        or exists (
          select from pg_catalog.pg_attribute a left join pg_catalog.pg_attrdef f on f.adrelid ${eq} a.attrelid and f.adnum ${eq} a.attnum
          where a.attrelid ${eq} c.oid and not a.attisdropped and (
            a.attidentity ${eq} 'a' or pg_catalog.pg_get_expr(f.adbin, f.adrelid) ${eq} ${currentXactId}))),
      'notifies', exists (select from pg_catalog.pg_trigger t where t.tgrelid ${eq} c.oid and t.tgname ${eq} ${noticeChannel})
    ) order by c.relname collate pg_catalog."C"), '[]')
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid ${eq} c.relnamespace
    where n.nspname ${eq} ${schema} and c.relkind ${eq} any ('{r,p,v,m,f}') and not c.relispartition
  ),
  'sequences', (
    select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      ${relation(role)}
    ) order by c.relname collate pg_catalog."C"), '[]')
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid ${eq} c.relnamespace
    where n.nspname ${eq} ${schema} and c.relkind ${eq} 'S'
  ),
  'functions', (
    select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', p.proname,
      'sql', ${signature},
      'owner', pg_catalog.pg_get_userbyid(p.proowner),
      'extension', null,
      'comment', pg_catalog.obj_description(p.oid, 'pg_proc'),
      'isVolatile', p.provolatile ${eq} 'v',
      'isDefiner', p.prosecdef,
      'isOpen', exists (
        select from pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a
        where a.grantee ${eq} 0 and a.privilege_type ${eq} 'EXECUTE'
      ),
      'held', ${held(sql`p.proacl`, role)}
    ) order by p.proname collate pg_catalog."C", p.proargtypes::pg_catalog.text), '[]')
    from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid ${eq} p.pronamespace
    where n.nspname ${eq} ${schema} and ${obstacle} is null
  ),
  'defaults', (
    select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
      'owner', pg_catalog.pg_get_userbyid(a.defaclrole),
      'kind', case when a.defaclobjtype ${eq} 'r' then 'TABLES' else 'SEQUENCES' end,
      'held', ${held(sql`a.defaclacl`, role)})), '[]')
    from pg_catalog.pg_default_acl a join pg_catalog.pg_namespace n on n.oid ${eq} a.defaclnamespace
    where n.nspname ${eq} ${schema} and a.defaclobjtype ${eq} any ('{r,S}')
  ))`;

/** Selects the members of a `Relation` from a row `c` of pg_class. */
const relation = (role: string): Sql => sql`
  'name', c.relname,
  'owner', pg_catalog.pg_get_userbyid(c.relowner),
  'extension', ${extensionOf('pg_class', sql`c.oid`)},
  'comment', pg_catalog.obj_description(c.oid, 'pg_class'),
  'held', ${held(sql`c.relacl`, role)}`;

/** Selects the privileges that an access control list grants to the role by name. */
const held = (acl: Sql, role: string): Sql => sql`(
  select coalesce(pg_catalog.json_agg(distinct p.privilege_type), '[]')
  from pg_catalog.aclexplode(${acl}) p join pg_catalog.pg_roles r on r.oid ${eq} p.grantee
  where r.rolname ${eq} ${role})`;
