import type { Catalog, RelationKind } from '../../catalog/catalog.ts';
import type { Db } from '../db.ts';
import { extensionOf } from '../sql/extension.ts';
import { noticeChannel } from '../sql/notice.ts';
import { eq, own, type Sql, sql } from '../sql/sql.ts';
import { findAll } from './found.ts';
import { hasPersonalCode, hasPersonalView, viewedFrom } from './personal.ts';

export interface FoundRelation {
  readonly id: string;
  readonly name: string;
  readonly kind: RelationKind;
  readonly wholeRow: boolean;
  readonly mayDelete: boolean;
  readonly extension: string | null;
}

const kind = sql`case when c.relkind ${eq} 'r' then 'table' when c.relkind ${eq} 'p' then 'partitioned table'
  when c.relkind ${eq} 'v' then 'view' when c.relkind ${eq} 'm' then 'materialized view' else 'foreign table' end`;

/** Tells whether the relation `c` of `pg_class` may become a type. */
export const isServed = (schema: string): Sql => sql`c.relnamespace ${eq} (
    select s.oid from pg_catalog.pg_namespace s where s.nspname ${eq} ${schema} and pg_catalog.has_schema_privilege(s.oid, 'usage'))
  and c.relkind ${eq} any ('{r,p,v,m,f}') and not c.relispartition`;

/** Selects the relations of the schema, ordered by name. */
export const findRelations = (db: Db, schema: string): Promise<readonly FoundRelation[]> =>
  findAll(
    db,
    sql`
    select c.oid::pg_catalog.text as id, c.relname as name, ${kind} as kind,
      pg_catalog.has_table_privilege(c.oid, 'select') as "wholeRow",
      pg_catalog.has_table_privilege(c.oid, 'delete') as "mayDelete",
      ${extensionOf('pg_class', sql`c.oid`)} as extension
    from pg_catalog.pg_class c where ${isServed(schema)}
    order by c.relname collate pg_catalog."C"`,
  );

export interface FoundDescendant {
  readonly root: string;
  readonly id: string;
}

/** Selects the descendants of the given relations: partitions and inheritance children on all levels. */
export const findDescendants = (db: Db, relations: readonly string[]): Promise<readonly FoundDescendant[]> =>
  findAll(
    db,
    sql`
    with recursive descendant(root, oid) as (
      select h.inhparent, h.inhrelid from pg_catalog.pg_inherits h
      where h.inhparent ${eq} any (${relations}::pg_catalog.oid[]) and not h.inhdetachpending
      union
      select r.root, h.inhrelid from descendant r join pg_catalog.pg_inherits h on h.inhparent ${eq} r.oid and not h.inhdetachpending
    )
    select root::pg_catalog.text as root, oid::pg_catalog.text as id from descendant order by oid`,
  );

export interface FoundPartitionKey {
  readonly relation: string;
  readonly column: string;
}

/** Selects the columns of the relations' partition keys. */
export const findPartitionKeys = (db: Db, relations: readonly string[]): Promise<readonly FoundPartitionKey[]> =>
  findAll(
    db,
    sql`
    select p.partrelid::pg_catalog.text as relation, a.attname as column
    from pg_catalog.pg_partitioned_table p
    join pg_catalog.pg_attribute a on a.attrelid ${eq} p.partrelid and a.attnum ${eq} any (p.partattrs::pg_catalog.int2[])
    where p.partrelid ${eq} any (${relations}::pg_catalog.oid[])`,
  );

export interface FoundTrigger {
  readonly relation: string;
  /** True if the trigger may change or drop a row before it is inserted. */
  readonly alters: boolean;
  readonly notifies: boolean;
}

/** Selects the enabled triggers. Bits 1, 2 and 4 of `tgtype` stand for FOR EACH ROW, BEFORE and INSERT. */
export const findTriggers = (db: Db, relations: readonly string[]): Promise<readonly FoundTrigger[]> =>
  findAll(
    db,
    sql`
    select t.tgrelid::pg_catalog.text as relation,
      (t.tgtype ${own('&')} 7::pg_catalog.int2) ${eq} 7 and not t.tgisinternal as alters,
      t.tgname ${eq} ${noticeChannel} as notifies
    from pg_catalog.pg_trigger t
    where t.tgrelid ${eq} any (${relations}::pg_catalog.oid[]) and t.tgenabled ${eq} any ('{O,A}')`,
  );

/** Finds out whether the server is a standby, and whether results may depend on the caller's claims. */
export async function findCatalogFlags(
  db: Db,
  relations: readonly string[],
): Promise<Pick<Catalog, 'isStandby' | 'isPersonal'>> {
  const [flags] = await findAll<Pick<Catalog, 'isStandby' | 'isPersonal'>>(
    db,
    sql`
    with recursive ${viewedFrom(sql`select pg_catalog.unnest(${relations}::pg_catalog.oid[])`)}
    select pg_catalog.pg_is_in_recovery() as "isStandby", ${hasPersonalCode} or ${hasPersonalView} as "isPersonal"`,
  );
  if (!flags) throw new Error('PostgreSQL does not say whether it is a standby');
  return flags;
}
