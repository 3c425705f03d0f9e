import type { Db } from '../db.ts';
import { eq, gt, gte, join, ne, own, type Sql, sql, trusted } from '../sql/sql.ts';
import { readDistributions } from './distributions.ts';
import { explainTimeouts } from './explainTimeouts.ts';
import { hasPersonalCode, viewedFrom } from './personal.ts';
import { isServed } from './relations.ts';

/**
 * Reads a text that changes whenever the result of `introspect` may have changed: counts and hashes of the catalogs'
 * rows that it depends on. It may also change without that, for instance after a REFRESH.
 */
export async function readFingerprint(db: Db, schema: string): Promise<string> {
  const catalogs = explainTimeouts(db, schema);
  const distributions = await readDistributions(catalogs, schema);
  const [row] = await catalogs.rows(sql`
    with recursive relation as materialized (
      select c.oid from pg_catalog.pg_class c where ${isServed(schema)}
    ), ${viewedFrom(sql`select oid from relation`)}, descendant(oid) as (
      select oid from relation
      union
      select h.inhrelid from descendant p join pg_catalog.pg_inherits h on h.inhparent ${eq} p.oid
    ), type(oid) as (
      select a.atttypid from relation r join pg_catalog.pg_attribute a on a.attrelid ${eq} r.oid
      union
      select pg_catalog.unnest(coalesce(p.proallargtypes, p.proargtypes::pg_catalog.oid[]) ${own('||')} p.prorettype)
      from pg_catalog.pg_proc p where ${isInSchema(schema)}
      union
      select next.oid from type u join pg_catalog.pg_type t on t.oid ${eq} u.oid cross join lateral (
        select t.typbasetype as oid
        union all
        select t.typelem
        union all
        select a.atttypid from pg_catalog.pg_attribute a where t.typtype ${eq} 'c' and a.attrelid ${eq} t.typrelid
      ) next
    ), role(oid) as (
      select u.oid from pg_catalog.pg_roles u where u.rolname ${eq} current_user
      union
      select m.roleid from role g join pg_catalog.pg_auth_members m on m.member ${eq} g.oid
    )
    select pg_catalog.concat_ws(' ', ${join([...sources(schema).map(hashOf), ...values])}) as fingerprint`);
  return [row?.['fingerprint'], JSON.stringify(distributions)].join(' ');
}

/** Rows of a catalog, hashed by `xmin`, or by their values if irrelevant changes also change `xmin`. */
interface Source {
  readonly columns: Sql;
  readonly from: Sql;
}

/** Hashes rows to a sum, which needs no order, and a count, which reveals deletions. */
const hashOf = ({ columns, from }: Source): Sql => sql`(
  select pg_catalog.concat(pg_catalog.count(*), ':', pg_catalog.sum(pg_catalog.hash_record_extended(row(${columns}), 0))) from ${from})`;

/** The first object id after PostgreSQL's own objects. */
const firstOwn = sql`16384::pg_catalog.oid`;

const isInSchema = (schema: string): Sql => sql`p.pronamespace ${eq} (
  select s.oid from pg_catalog.pg_namespace s where s.nspname ${eq} ${schema})`;

const sources = (schema: string): readonly Source[] => [
  {
    columns: sql`c.oid, c.relname, c.relkind, c.relowner, c.relacl`,
    from: sql`relation r join pg_catalog.pg_class c on c.oid ${eq} r.oid`,
  },
  {
    columns: sql`a.attrelid, a.attnum, a.xmin`,
    from: sql`pg_catalog.pg_attribute a join (
      select oid from relation union select t.typrelid from type u join pg_catalog.pg_type t on t.oid ${eq} u.oid
    ) r on a.attrelid ${eq} r.oid where a.attnum ${gt} 0`,
  },
  {
    columns: sql`f.oid, f.xmin`,
    from: sql`descendant h join pg_catalog.pg_attrdef f on f.adrelid ${eq} h.oid`,
  },
  {
    columns: sql`c.oid, c.xmin`,
    from: sql`relation r join pg_catalog.pg_constraint c on c.conrelid ${eq} r.oid`,
  },
  {
    columns: sql`i.indexrelid, i.xmin, c.relname`,
    from: sql`relation r join pg_catalog.pg_index i on i.indrelid ${eq} r.oid join pg_catalog.pg_class c on c.oid ${eq} i.indexrelid`,
  },
  {
    columns: sql`i.inhrelid, i.inhparent, i.xmin`,
    from: sql`descendant h join pg_catalog.pg_inherits i on i.inhparent ${eq} h.oid`,
  },
  {
    columns: sql`t.oid, t.xmin`,
    from: sql`descendant h join pg_catalog.pg_trigger t on t.tgrelid ${eq} h.oid where not t.tgisinternal`,
  },
  {
    columns: sql`w.oid, w.xmin`,
    from: sql`viewed v join pg_catalog.pg_rewrite w on w.ev_class ${eq} v.oid`,
  },
  {
    columns: sql`t.oid, t.xmin`,
    from: sql`type u join pg_catalog.pg_type t on t.oid ${eq} u.oid`,
  },
  {
    columns: sql`e.oid, e.xmin`,
    from: sql`type u join pg_catalog.pg_enum e on e.enumtypid ${eq} u.oid`,
  },
  {
    columns: sql`d.objoid, d.classoid, d.objsubid, d.xmin`,
    from: sql`pg_catalog.pg_description d where d.objoid ${gte} ${firstOwn}
      and d.classoid ${eq} any ('{pg_catalog.pg_class,pg_catalog.pg_constraint,pg_catalog.pg_type,pg_catalog.pg_proc}'::pg_catalog.regclass[])`,
  },
  {
    columns: sql`c.oid, c.xmin`,
    from: sql`pg_catalog.pg_ts_config c where c.oid ${gte} ${firstOwn}`,
  },
  {
    columns: sql`q.seqrelid, q.xmin, c.relname`,
    from: sql`pg_catalog.pg_sequence q join pg_catalog.pg_class c on c.oid ${eq} q.seqrelid where c.relpersistence ${ne} 't'`,
  },
  {
    columns: sql`d.objid, d.refobjid`,
    from: sql`pg_catalog.pg_depend d where d.refclassid ${eq} 'pg_catalog.pg_extension'::pg_catalog.regclass and d.deptype ${eq} 'e'
      and d.classid ${eq} any ('{pg_catalog.pg_class,pg_catalog.pg_type,pg_catalog.pg_proc}'::pg_catalog.regclass[])`,
  },
  {
    columns: sql`n.oid, n.xmin`,
    from: sql`pg_catalog.pg_namespace n where not n.nspname ${own('~')} '^pg_(temp|toast)'`,
  },
  ...['pg_opclass', 'pg_amop', 'pg_operator', 'pg_cast', 'pg_collation'].map((catalog) => ({
    columns: sql`o.oid, o.xmin`,
    from: sql`pg_catalog.${trusted(catalog)} o where o.oid ${gte} ${firstOwn}`,
  })),
  {
    columns: sql`p.oid, p.proowner, p.proacl`,
    from: sql`pg_catalog.pg_proc p where p.proacl is not null`,
  },
  {
    columns: sql`p.oid, p.xmin`,
    from: sql`pg_catalog.pg_proc p where ${isInSchema(schema)}`,
  },
  {
    columns: sql`u.oid, u.rolsuper, u.rolinherit`,
    from: sql`role g join pg_catalog.pg_roles u on u.oid ${eq} g.oid`,
  },
  {
    columns: sql`m.roleid, m.member, m.xmin`,
    from: sql`role g join pg_catalog.pg_auth_members m on m.member ${eq} g.oid`,
  },
];

/** Single values in the fingerprint, such as the owner of the database, who is a member of `pg_database_owner`. */
const values: readonly Sql[] = [
  sql`current_user`,
  sql`(select d.datdba from pg_catalog.pg_database d where d.datname ${eq} pg_catalog.current_database())`,
  sql`pg_catalog.pg_is_in_recovery()`,
  hasPersonalCode,
];
