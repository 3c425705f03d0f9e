import { createHash } from 'node:crypto';
import {
  type Catalog,
  type CheckConstraint,
  type Column,
  type Enum,
  type ForeignKey,
  type Index,
  type Table,
  unusedPrefix,
} from '../catalog/catalog.ts';
import type { Db } from './db.ts';
import { createTypeReader, type FoundType, resolvedTypes, typesValue } from './introspectedTypes.ts';
import { extensionOf } from './sql/extension.ts';
import { noticeChannel } from './sql/notice.ts';
import { eq, gt, ne, own, type Sql, sql } from './sql/sql.ts';

/** The catalog as the query builds it: types once each, and keys that may name columns the role cannot read. */
interface Introspected extends Pick<Catalog, 'isStandby' | 'isPersonal'> {
  readonly types: Readonly<Record<string, FoundType>>;
  readonly enums: readonly Enum[];
  readonly tables: readonly IntrospectedTable[];
}

type IntrospectedTable = Omit<Table, 'columns'> & {
  readonly columns: readonly (Omit<Column, 'type'> & { readonly type: string; readonly isLoose: boolean })[];
};

export interface Introspection {
  readonly catalog: Catalog;
  /** Equals what `readFingerprint` reads as long as the catalog is the same. */
  readonly fingerprint: string;
}

/** Reads in one statement what the connected role may see of a schema. */
export async function introspect(db: Db, schema: string): Promise<Introspection> {
  const [row] = await db.rows(sql`select ${catalogValue(schema)}::pg_catalog.text as catalog`);
  const text = row?.['catalog'] ?? '';
  return {
    catalog: catalogOf(schema, JSON.parse(text) as Introspected),
    fingerprint: createHash('md5').update(text).digest('hex'),
  };
}

/** Reads 32 digits that change whenever the answer of `introspect` does. */
export async function readFingerprint(db: Db, schema: string): Promise<string> {
  const [row] = await db.rows(sql`select pg_catalog.md5(${catalogValue(schema)}::pg_catalog.text) as fingerprint`);
  return row?.['fingerprint'] ?? '';
}

/** Keys that cannot be read whole, or whose values the role cannot name or compare, are left out. */
function catalogOf(schema: string, found: Introspected): Catalog {
  const typeOf = createTypeReader(found.types);
  const readColumn = ({ type: id, isLoose, ...column }: IntrospectedTable['columns'][number]): Column => {
    const type = typeOf(id);
    const [mayInsert, mayUpdate] = [column.mayInsert && type.isUsable, column.mayUpdate && type.isUsable];
    return { ...column, mayInsert, mayUpdate, type: { ...type, isLoose } };
  };
  const readable = new Map(
    found.tables.map(({ name, columns }) => {
      const usable = columns.filter(({ type }) => typeOf(type).isUsable);
      return [name, new Set(usable.map((column) => column.name))];
    }),
  );
  const reads = (table: string, columns: readonly string[]) => columns.every((c) => readable.get(table)?.has(c));
  return {
    schema,
    isStandby: found.isStandby,
    isPersonal: found.isPersonal,
    markerPrefix: unusedPrefix(found.tables.flatMap(({ columns }) => columns.map(({ name }) => name))),
    enums: found.enums,
    tables: found.tables
      .filter((table) => table.columns.length > 0)
      .map((table) => ({
        ...table,
        columns: table.columns.map(readColumn),
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
  select pg_catalog.json_agg(a.attname order by k.ord)
  from pg_catalog.unnest(${numbers}) with ordinality k(attnum, ord)
  join pg_catalog.pg_attribute a on a.attrelid ${eq} ${relation} and a.attnum ${eq} k.attnum)`;

/** Whether a NOT NULL was declared NOT VALID, as PostgreSQL 18 allows: rows from before may have a null. */
const isUnchecked = sql`exists (
  select from pg_catalog.pg_constraint n
  where n.conrelid ${eq} a.attrelid and n.contype ${eq} 'n' and n.conkey ${eq} array[a.attnum] and not n.convalidated)`;

/** Whether a foreign key is one of PERIOD, as PostgreSQL 18 allows: it refers to rows by overlap. */
const isTemporal = sql`coalesce(pg_catalog.to_jsonb(f) ${own('->>')} 'conperiod', 'false')::pg_catalog.bool`;

/** The column `a` of the relation `r`, there and in its partitions. */
const spots = sql`(
  select x.attrelid, x.attnum
  from (select r.oid as relid union select relid from pg_catalog.pg_partition_tree(r.oid)) tree
  join pg_catalog.pg_attribute x on x.attrelid ${eq} tree.relid and x.attname ${eq} a.attname) spot`;

/** Those that belong to an identity column, and those that a default names. */
const sequences = sql`(
  select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
    'name', c.relname, 'cache', q.seqcache, 'increment', q.seqincrement, 'cycles', q.seqcycle
  ) order by c.relname collate pg_catalog."C", c.oid), '[]')
  from pg_catalog.pg_sequence q join pg_catalog.pg_class c on c.oid ${eq} q.seqrelid
  where q.seqrelid ${eq} any (
    select d.objid from ${spots}
    join pg_catalog.pg_depend d on d.refclassid ${eq} 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid ${eq} spot.attrelid
      and d.refobjsubid ${eq} spot.attnum and d.classid ${eq} 'pg_catalog.pg_class'::pg_catalog.regclass and d.deptype ${eq} 'i'
    union
    select d.refobjid from ${spots}
    join pg_catalog.pg_attrdef f on f.adrelid ${eq} spot.attrelid and f.adnum ${eq} spot.attnum
    join pg_catalog.pg_depend d on d.classid ${eq} 'pg_catalog.pg_attrdef'::pg_catalog.regclass and d.objid ${eq} f.oid and d.refclassid ${eq} 'pg_catalog.pg_class'::pg_catalog.regclass))`;

/** How `pg_get_expr` writes a call of PostgreSQL's own function, which depends on the search_path. */
export const currentXactId = sql`('pg_catalog.pg_current_xact_id()'::pg_catalog.regprocedure::pg_catalog.text)`;

const isStamped = sql`coalesce((
  select pg_catalog.bool_and(pg_catalog.pg_get_expr(f.adbin, f.adrelid) ${eq} ${currentXactId}) and pg_catalog.bool_or(spot.attrelid ${eq} r.oid)
  from ${spots} join pg_catalog.pg_attrdef f on f.adrelid ${eq} spot.attrelid and f.adnum ${eq} spot.attnum), false)`;

const identity = sql`case when a.attidentity ${eq} 'a' then 'always' when a.attidentity ${eq} 'd' then 'by default' end`;

/** What of a relation may be its order of arrival. */
const numberings = sql`(
  select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
    'column', a.attname,
    'kind', case when a.atttypid ${eq} 'pg_catalog.xid8'::pg_catalog.regtype then 'transaction' else 'number' end,
    'nullable', not a.attnotnull or ${isUnchecked},
    'identity', ${identity},
    'sequences', ${sequences},
    'isStamped', ${isStamped},
    'indexes', (
      select coalesce(pg_catalog.json_agg(${names(sql`i.indrelid`, sql`(i.indkey::pg_catalog.int2[])[0:i.indnkeyatts ${own('-')} 1]`)} order by c.relname collate pg_catalog."C"), '[]')
      from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid ${eq} i.indexrelid join pg_catalog.pg_am m on m.oid ${eq} c.relam and m.amname ${eq} 'btree'
      where i.indrelid ${eq} r.oid and i.indisvalid and i.indpred is null and 0 ${ne} all (i.indkey::pg_catalog.int2[])
        and i.indkey[0] ${eq} a.attnum
    )
  ) order by a.attnum), '[]')
  from readable a
  where a.relation ${eq} r.oid and r.relkind ${eq} any ('{r,p}')
    and a.atttypid ${eq} any ('{pg_catalog.int2,pg_catalog.int4,pg_catalog.int8,pg_catalog.xid8}'::pg_catalog.regtype[]))`;

/** Bits of `tgtype`: for each row, before, INSERT. */
const hasInsertTriggers = sql`exists (
  select from (select r.oid as relid union select relid from pg_catalog.pg_partition_tree(r.oid)) tree
  join pg_catalog.pg_trigger t on t.tgrelid ${eq} tree.relid
  where (t.tgtype ${own('&')} 7::pg_catalog.int2) ${eq} 7 and not t.tgisinternal and t.tgenabled ${eq} any ('{O,A}'))`;

/**
 * Policies may look at the caller, and so may views; of these only the calls are known, not what their functions do. They
 * are read as they are stored: `pg_get_viewdef` itself goes by the search_path.
 */
const isPersonal = sql`(
  exists (select from pg_catalog.pg_class c where c.relrowsecurity)
  or exists (
    select from relation r join pg_catalog.pg_rewrite w on w.ev_class ${eq} r.oid
    join pg_catalog.pg_proc p on p.pronamespace ${eq} 'pg_catalog'::pg_catalog.regnamespace and p.proname ${eq} 'current_setting'
    where r.relkind ${eq} 'v' and w.ev_action::pg_catalog.text ${own('~~')} pg_catalog.concat('%:funcid ', p.oid, ' %')))`;

const kind = sql`case when r.relkind ${eq} 'r' then 'table' when r.relkind ${eq} 'p' then 'partitioned table'
  when r.relkind ${eq} 'v' then 'view' when r.relkind ${eq} 'm' then 'materialized view' else 'foreign table' end`;

/** `has_heirs`: a table from which others inherit lists their rows too, and its keys are unique in none but its own. */
const catalogValue = (schema: string): Sql => sql`(
  with recursive space as (
    select oid from pg_catalog.pg_namespace where nspname ${eq} ${schema} and pg_catalog.has_schema_privilege(oid, 'usage')
  ), relation as materialized (
    select c.oid, c.relname, c.relkind, pg_catalog.has_table_privilege(c.oid, 'select') as whole,
      c.relkind ${ne} 'p' and exists (select from pg_catalog.pg_inherits h where h.inhparent ${eq} c.oid) as has_heirs
    from pg_catalog.pg_class c join space on c.relnamespace ${eq} space.oid
    where c.relkind ${eq} any ('{r,p,v,m,f}') and not c.relispartition
  ), readable as materialized (
    select r.oid as relation, r.relkind, a.*
    from relation r join pg_catalog.pg_attribute a on a.attrelid ${eq} r.oid
    where a.attnum ${gt} 0 and not a.attisdropped
      and (r.whole or pg_catalog.has_column_privilege(r.oid, a.attnum, 'select'))
  ), ${resolvedTypes}
  select pg_catalog.json_build_object(
    'isStandby', pg_catalog.pg_is_in_recovery(),
    'isPersonal', ${isPersonal},
    'types', ${typesValue},
    'enums', (
      select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
        'id', pg_catalog.concat(n.nspname, '.', t.typname),
        'name', t.typname,
        'labels', (select coalesce(pg_catalog.json_agg(e.enumlabel order by e.enumsortorder), '[]') from pg_catalog.pg_enum e where e.enumtypid ${eq} t.oid),
        'comment', pg_catalog.obj_description(t.oid, 'pg_type')
      ) order by t.typname collate pg_catalog."C", n.nspname collate pg_catalog."C"), '[]')
      from (select distinct oid, typname, typnamespace from resolved where typtype ${eq} 'e') t
      join pg_catalog.pg_namespace n on n.oid ${eq} t.typnamespace
    ),
    'tables', (
      select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
        'name', r.relname,
        'kind', ${kind},
        'comment', pg_catalog.obj_description(r.oid, 'pg_class'),
        'extension', ${extensionOf('pg_class', sql`r.oid`)},
        'wholeRow', r.whole,
        'hasHeirs', r.has_heirs,
        'numberings', ${numberings},
        'hasInsertTriggers', ${hasInsertTriggers},
        'notifies', exists (
          select from pg_catalog.pg_trigger t where t.tgrelid ${eq} r.oid and t.tgname ${eq} ${noticeChannel} and t.tgenabled ${eq} any ('{O,A}')
        ),
        'mayDelete', pg_catalog.has_table_privilege(r.oid, 'delete'),
        'columns', (
          select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
            'name', a.attname,
            'type', a.atttypid::pg_catalog.text,
            'nullable', not (a.attnotnull and not ${isUnchecked} or (t.typtype ${eq} 'd' and t.typnotnull and r.relkind ${ne} all ('{v,m}'))),
            'collation', case when a.attcollation ${ne} all (array[0, 'pg_catalog.default'::pg_catalog.regcollation]) then a.attcollation::pg_catalog.regcollation::pg_catalog.text end,
            'isLoose', exists (
              select from pg_catalog.pg_collation l where l.oid ${eq} a.attcollation and not l.collisdeterministic),
            'hasDefault', a.atthasdef and a.attgenerated ${eq} '' or t.typdefault is not null,
            'identity', ${identity},
            'generated', a.attgenerated ${ne} '',
            'comment', pg_catalog.col_description(r.oid, a.attnum),
            'mayInsert', pg_catalog.has_column_privilege(r.oid, a.attnum, 'insert'),
            'mayUpdate', pg_catalog.has_column_privilege(r.oid, a.attnum, 'update')
          ) order by a.attnum), '[]')
          from readable a join pg_catalog.pg_type t on t.oid ${eq} a.atttypid where a.relation ${eq} r.oid
        ),
        'primaryKey', coalesce((
          select ${names(sql`p.conrelid`, sql`p.conkey`)}
          from pg_catalog.pg_constraint p where p.conrelid ${eq} r.oid and p.contype ${eq} 'p' and not r.has_heirs
        ), '[]'),
        'indexes', (
          select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
            'name', c.relname,
            'columns', ${names(sql`i.indrelid`, sql`(i.indkey::pg_catalog.int2[])[0:i.indnkeyatts ${own('-')} 1]`)},
            'unique', i.indisunique and i.indimmediate and not r.has_heirs,
            'arbiter', i.indisunique and i.indimmediate and not i.indisexclusion and not r.has_heirs,
            'comment', coalesce(pg_catalog.obj_description(p.oid, 'pg_constraint'), pg_catalog.obj_description(c.oid, 'pg_class'))
          ) order by c.relname collate pg_catalog."C"), '[]')
          from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid ${eq} i.indexrelid
          left join pg_catalog.pg_constraint p on p.conindid ${eq} c.oid and p.contype ${eq} any ('{p,u}') and p.conrelid ${eq} r.oid
          where i.indrelid ${eq} r.oid and i.indisvalid and i.indpred is null and 0 ${ne} all (i.indkey::pg_catalog.int2[])
        ),
        'foreignKeys', (
          select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
            'name', f.conname,
            'columns', ${names(sql`f.conrelid`, sql`f.conkey`)},
            'table', o.relname,
            'targets', ${names(sql`f.confrelid`, sql`f.confkey`)},
            'comment', pg_catalog.obj_description(f.oid, 'pg_constraint')
          ) order by f.conname collate pg_catalog."C"), '[]')
          from pg_catalog.pg_constraint f join relation o on o.oid ${eq} f.confrelid
          where f.conrelid ${eq} r.oid and f.contype ${eq} 'f' and f.conparentid ${eq} 0 and not ${isTemporal}
        ),
        'checks', (
          select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
            'name', q.conname,
            'columns', coalesce(${names(sql`q.conrelid`, sql`q.conkey`)}, '[]'),
            'comment', pg_catalog.obj_description(q.oid, 'pg_constraint')
          ) order by q.conname collate pg_catalog."C"), '[]')
          from pg_catalog.pg_constraint q where q.conrelid ${eq} r.oid and q.contype ${eq} 'c'
        )
      ) order by r.relname collate pg_catalog."C"), '[]')
      from relation r
    )
  ))`;
