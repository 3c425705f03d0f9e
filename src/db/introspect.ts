import { createHash } from 'node:crypto';
import type { Catalog, CheckConstraint, Enum, ForeignKey, Index, Table, Type } from '../catalog/catalog.ts';
import type { Db } from './db.ts';
import { noticeChannel } from './sql/notice.ts';
import { type Sql, sql } from './sql/sql.ts';

/** The catalog as the query builds it: types once each, and keys that may name columns the role cannot read. */
interface Introspected extends Pick<Catalog, 'isStandby' | 'isPersonal'> {
  readonly types: Readonly<Record<string, Omit<Type, 'item'> & { readonly item: string | null }>>;
  readonly enums: readonly Enum[];
  readonly tables: readonly IntrospectedTable[];
}

type IntrospectedTable = Omit<Table, 'columns'> & {
  readonly columns: readonly (Omit<Table['columns'][number], 'type'> & { readonly type: string })[];
};

export interface Introspection {
  readonly catalog: Catalog;
  /** Equals what `readFingerprint` reads as long as the catalog is the same. */
  readonly fingerprint: string;
}

/** Reads in one statement what the connected role may see of a schema. */
export async function introspect(db: Db, schema: string): Promise<Introspection> {
  const [row] = await db.rows(sql`select ${catalogValue(schema)}::text as catalog`);
  const text = row?.['catalog'] ?? '';
  return {
    catalog: catalogOf(schema, JSON.parse(text) as Introspected),
    fingerprint: createHash('md5').update(text).digest('hex'),
  };
}

/** Reads 32 digits that change whenever the answer of `introspect` does. */
export async function readFingerprint(db: Db, schema: string): Promise<string> {
  const [row] = await db.rows(sql`select md5(${catalogValue(schema)}::text) as fingerprint`);
  return row?.['fingerprint'] ?? '';
}

/** Keys that cannot be read whole are left out. */
function catalogOf(schema: string, found: Introspected): Catalog {
  const readable = new Map(found.tables.map((table) => [table.name, new Set(table.columns.map((c) => c.name))]));
  const reads = (table: string, columns: readonly string[]) => columns.every((c) => readable.get(table)?.has(c));
  const typeOf = (id: string): Type => {
    const type = found.types[id];
    if (!type) throw new Error(`No type ${id} in the catalog`);
    const item = type.item === null ? null : typeOf(type.item);
    return { ...type, item, ordered: item?.ordered ?? type.ordered };
  };
  return {
    schema,
    isStandby: found.isStandby,
    isPersonal: found.isPersonal,
    enums: found.enums,
    tables: found.tables
      .filter((table) => table.columns.length > 0)
      .map((table) => ({
        ...table,
        columns: table.columns.map((column) => ({ ...column, type: typeOf(column.type) })),
        primaryKey: reads(table.name, table.primaryKey) ? table.primaryKey : [],
        indexes: table.indexes.filter((index: Index) => reads(table.name, index.columns)),
        foreignKeys: table.foreignKeys.filter(
          (key: ForeignKey) => reads(table.name, key.columns) && reads(key.table, key.targets),
        ),
        checks: table.checks.filter((check: CheckConstraint) => reads(table.name, check.columns)),
      })),
  };
}

/** The names of a constraint's or an index's columns, in its order. */
const names = (relation: Sql, numbers: Sql): Sql => sql`(
  select json_agg(a.attname order by k.ord)
  from unnest(${numbers}) with ordinality k(attnum, ord)
  join pg_attribute a on a.attrelid = ${relation} and a.attnum = k.attnum)`;

/** The name of the extension that a relation belongs to, if it does to any. */
export const extensionOf = (relation: Sql): Sql => sql`(
  select e.extname from pg_depend d join pg_extension e on e.oid = d.refobjid
  where d.classid = 'pg_class'::regclass and d.objid = ${relation}
    and d.refclassid = 'pg_extension'::regclass and d.deptype = 'e')`;

/** Whether a NOT NULL was declared NOT VALID, as PostgreSQL 18 allows: rows from before may have a null. */
const isUnchecked = sql`exists (
  select from pg_constraint n
  where n.conrelid = a.attrelid and n.contype = 'n' and n.conkey = array[a.attnum] and not n.convalidated)`;

/** Whether a foreign key is one of PERIOD, as PostgreSQL 18 allows: it refers to rows by overlap. */
const isTemporal = sql`coalesce(to_jsonb(f) ->> 'conperiod', 'false')::bool`;

/** The column `a` of the relation `r`, there and in its partitions. */
const spots = sql`(
  select x.attrelid, x.attnum
  from (select r.oid as relid union select relid from pg_partition_tree(r.oid)) tree
  join pg_attribute x on x.attrelid = tree.relid and x.attname = a.attname) spot`;

/** Those that belong to an identity column, and those that a default names. */
const sequences = sql`(
  select coalesce(json_agg(json_build_object(
    'name', c.relname, 'cache', q.seqcache, 'increment', q.seqincrement, 'cycles', q.seqcycle
  ) order by c.relname collate "C", c.oid), '[]')
  from pg_sequence q join pg_class c on c.oid = q.seqrelid
  where q.seqrelid in (
    select d.objid from ${spots}
    join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = spot.attrelid
      and d.refobjsubid = spot.attnum and d.classid = 'pg_class'::regclass and d.deptype = 'i'
    union
    select d.refobjid from ${spots}
    join pg_attrdef f on f.adrelid = spot.attrelid and f.adnum = spot.attnum
    join pg_depend d on d.classid = 'pg_attrdef'::regclass and d.objid = f.oid and d.refclassid = 'pg_class'::regclass))`;

const isStamped = sql`coalesce((
  select bool_and(pg_get_expr(f.adbin, f.adrelid) = 'pg_current_xact_id()') and bool_or(spot.attrelid = r.oid)
  from ${spots} join pg_attrdef f on f.adrelid = spot.attrelid and f.adnum = spot.attnum), false)`;

/** What of a relation may be its order of arrival. */
const numberings = sql`(
  select coalesce(json_agg(json_build_object(
    'column', a.attname,
    'kind', case a.atttypid when 'xid8'::regtype then 'transaction' else 'number' end,
    'nullable', not a.attnotnull or ${isUnchecked},
    'identity', case a.attidentity when 'a' then 'always' when 'd' then 'by default' end,
    'sequences', ${sequences},
    'isStamped', ${isStamped},
    'indexes', (
      select coalesce(json_agg(${names(sql`i.indrelid`, sql`(i.indkey::int2[])[0:i.indnkeyatts - 1]`)} order by c.relname collate "C"), '[]')
      from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am m on m.oid = c.relam and m.amname = 'btree'
      where i.indrelid = r.oid and i.indisvalid and i.indpred is null and 0 <> all (i.indkey::int2[])
        and i.indkey[0] = a.attnum
    )
  ) order by a.attnum), '[]')
  from readable a
  where a.relation = r.oid and r.relkind in ('r', 'p')
    and a.atttypid in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'xid8'::regtype))`;

/** Policies may look at the caller, and so may views; of these only the text is known, not what their functions do. */
const isPersonal = sql`(
  exists (select from pg_class c where c.relrowsecurity)
  or exists (select from relation r where r.relkind = 'v' and pg_get_viewdef(r.oid) like '%current_setting%'))`;

/** `has_heirs`: a table from which others inherit lists their rows too, and its keys are unique in none but its own. */
const catalogValue = (schema: string): Sql => sql`(
  with recursive space as (
    select oid from pg_namespace where nspname = ${schema} and has_schema_privilege(oid, 'usage')
  ), relation as materialized (
    select c.oid, c.relname, c.relkind, has_table_privilege(c.oid, 'select') as whole,
      c.relkind <> 'p' and exists (select from pg_inherits h where h.inhparent = c.oid) as has_heirs
    from pg_class c join space on c.relnamespace = space.oid
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
  ), readable as materialized (
    select r.oid as relation, r.relkind, a.*
    from relation r join pg_attribute a on a.attrelid = r.oid
    where a.attnum > 0 and not a.attisdropped
      and (r.whole or has_column_privilege(r.oid, a.attnum, 'select'))
  ), base(declared, oid) as (
    select distinct atttypid, atttypid from readable
    union
    select next.declared, next.oid from base b join pg_type t on t.oid = b.oid cross join lateral (
      select b.declared, t.typbasetype as oid where t.typtype = 'd'
      union all
      select e.oid, e.oid from pg_type e where e.oid = t.typelem and e.typarray = t.oid
    ) next
  ), resolved as materialized (
    select b.declared, d.typtype = 'd' as is_domain, t.*
    from base b join pg_type t on t.oid = b.oid and t.typtype <> 'd'
    join pg_type d on d.oid = b.declared
  )
  select json_build_object(
    'isStandby', pg_is_in_recovery(),
    'isPersonal', ${isPersonal},
    'types', (
      select coalesce(json_object_agg(t.declared::text, json_build_object(
        'name', t.typname,
        'sql', format('%I.%I', n.nspname, t.typname),
        'enum', case when t.typtype = 'e' then n.nspname || '.' || t.typname end,
        'delimiter', t.typdelim,
        'item', (select e.oid::text from pg_type e where e.oid = t.typelem and e.typarray = t.oid),
        'ordered', t.typtype in ('e', 'r', 'm') or exists (
          select from pg_opclass o join pg_am m on m.oid = o.opcmethod and m.amname = 'btree'
          where o.opcdefault and (o.opcintype = t.oid or exists (
            select from pg_cast x
            where x.castsource = t.oid and x.casttarget = o.opcintype and x.castmethod = 'b' and x.castcontext = 'i')))
      ) order by n.nspname, t.typname, t.declared), '{}')
      from resolved t join pg_namespace n on n.oid = t.typnamespace
    ),
    'enums', (
      select coalesce(json_agg(json_build_object(
        'id', n.nspname || '.' || t.typname,
        'name', t.typname,
        'labels', (select coalesce(json_agg(e.enumlabel order by e.enumsortorder), '[]') from pg_enum e where e.enumtypid = t.oid),
        'comment', obj_description(t.oid, 'pg_type')
      ) order by t.typname collate "C", n.nspname collate "C"), '[]')
      from (select distinct oid, typname, typnamespace from resolved where typtype = 'e') t
      join pg_namespace n on n.oid = t.typnamespace
    ),
    'tables', (
      select coalesce(json_agg(json_build_object(
        'name', r.relname,
        'kind', case r.relkind when 'r' then 'table' when 'p' then 'partitioned table' when 'v' then 'view'
          when 'm' then 'materialized view' else 'foreign table' end,
        'comment', obj_description(r.oid, 'pg_class'),
        'extension', ${extensionOf(sql`r.oid`)},
        'wholeRow', r.whole,
        'hasHeirs', r.has_heirs,
        'numberings', ${numberings},
        'notifies', exists (
          select from pg_trigger t where t.tgrelid = r.oid and t.tgname = ${noticeChannel} and t.tgenabled in ('O', 'A')
        ),
        'mayDelete', has_table_privilege(r.oid, 'delete'),
        'columns', (
          select coalesce(json_agg(json_build_object(
            'name', a.attname,
            'type', a.atttypid::text,
            'nullable', not (a.attnotnull and not ${isUnchecked} or (t.typtype = 'd' and t.typnotnull and r.relkind not in ('v', 'm'))),
            'collation', case when a.attcollation not in (0, 'pg_catalog.default'::regcollation) then a.attcollation::regcollation::text end,
            'hasDefault', a.atthasdef and a.attgenerated = '' or t.typdefault is not null,
            'identity', case a.attidentity when 'a' then 'always' when 'd' then 'by default' end,
            'generated', a.attgenerated <> '',
            'comment', col_description(r.oid, a.attnum),
            'mayInsert', has_column_privilege(r.oid, a.attnum, 'insert'),
            'mayUpdate', has_column_privilege(r.oid, a.attnum, 'update')
          ) order by a.attnum), '[]')
          from readable a join pg_type t on t.oid = a.atttypid where a.relation = r.oid
        ),
        'primaryKey', coalesce((
          select ${names(sql`p.conrelid`, sql`p.conkey`)}
          from pg_constraint p where p.conrelid = r.oid and p.contype = 'p' and not r.has_heirs
        ), '[]'),
        'indexes', (
          select coalesce(json_agg(json_build_object(
            'name', c.relname,
            'columns', ${names(sql`i.indrelid`, sql`(i.indkey::int2[])[0:i.indnkeyatts - 1]`)},
            'unique', i.indisunique and i.indimmediate and not r.has_heirs,
            'arbiter', i.indisunique and i.indimmediate and not i.indisexclusion and not r.has_heirs,
            'comment', coalesce(obj_description(p.oid, 'pg_constraint'), obj_description(c.oid, 'pg_class'))
          ) order by c.relname collate "C"), '[]')
          from pg_index i join pg_class c on c.oid = i.indexrelid
          left join pg_constraint p on p.conindid = c.oid and p.contype in ('p', 'u') and p.conrelid = r.oid
          where i.indrelid = r.oid and i.indisvalid and i.indpred is null and 0 <> all (i.indkey::int2[])
        ),
        'foreignKeys', (
          select coalesce(json_agg(json_build_object(
            'name', f.conname,
            'columns', ${names(sql`f.conrelid`, sql`f.conkey`)},
            'table', o.relname,
            'targets', ${names(sql`f.confrelid`, sql`f.confkey`)},
            'comment', obj_description(f.oid, 'pg_constraint')
          ) order by f.conname collate "C"), '[]')
          from pg_constraint f join relation o on o.oid = f.confrelid
          where f.conrelid = r.oid and f.contype = 'f' and f.conparentid = 0 and not ${isTemporal}
        ),
        'checks', (
          select coalesce(json_agg(json_build_object(
            'name', q.conname,
            'columns', coalesce(${names(sql`q.conrelid`, sql`q.conkey`)}, '[]'),
            'comment', obj_description(q.oid, 'pg_constraint')
          ) order by q.conname collate "C"), '[]')
          from pg_constraint q where q.conrelid = r.oid and q.contype = 'c'
        )
      ) order by r.relname collate "C"), '[]')
      from relation r
    )
  ))`;
