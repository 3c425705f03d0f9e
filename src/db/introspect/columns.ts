import type { Column, Numbering, PartitionCount } from '../../catalog/catalog.ts';
import type { Type } from '../../catalog/type.ts';
import type { Db } from '../db.ts';
import { eq, gt, ne, sql } from '../sql/sql.ts';
import type { CommentOf } from './comments.ts';
import { findAll, groupedBy } from './found.ts';
import type { FoundConstraint } from './keys.ts';
import type { FoundRelation } from './relations.ts';

export interface FoundColumn extends Omit<Column, 'type' | 'comment' | 'partitions'> {
  readonly relation: string;
  readonly number: number;
  readonly type: string;
  readonly isNondeterministic: boolean;
  /** True if the relation refuses nulls in the column. */
  readonly notNull: boolean;
  /** True if the column's domain refuses nulls. */
  readonly domainNotNull: boolean;
  /** Kind of numbers in the column, if it may be an order of arrival; null otherwise. */
  readonly numbering: Numbering['kind'] | null;
}

/** Types of columns that may be an order of arrival: integers and transaction ids. */
export const numberTypes = sql`('{pg_catalog.int2,pg_catalog.int4,pg_catalog.int8,pg_catalog.xid8}'::pg_catalog.regtype[])`;

/** Selects those columns of the relations that the role may read, in order. */
export const findColumns = (db: Db, relations: readonly string[]): Promise<readonly FoundColumn[]> =>
  findAll(
    db,
    sql`
    select a.attrelid::pg_catalog.text as relation, a.attnum as number, a.attname as name, a.atttypid::pg_catalog.text as type,
      a.attnotnull as "notNull", t.typtype ${eq} 'd' and t.typnotnull as "domainNotNull",
      case when l.oid ${ne} 'pg_catalog.default'::pg_catalog.regcollation then pg_catalog.format('%I.%I', s.nspname, l.collname) end as collation,
      not coalesce(l.collisdeterministic, true) as "isNondeterministic",
      a.atthasdef and a.attgenerated ${eq} '' or t.typdefault is not null as "hasDefault",
      case when a.attidentity ${eq} 'a' then 'always' when a.attidentity ${eq} 'd' then 'by default' end as identity,
      a.attgenerated ${ne} '' as generated,
      case when a.atttypid ${eq} 'pg_catalog.xid8'::pg_catalog.regtype then 'transaction' when a.atttypid ${eq} any ${numberTypes} then 'number' end as numbering,
      pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'insert') as "mayInsert",
      pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'update') as "mayUpdate"
    from pg_catalog.pg_attribute a
    join pg_catalog.pg_type t on t.oid ${eq} a.atttypid
    left join (pg_catalog.pg_collation l join pg_catalog.pg_namespace s on s.oid ${eq} l.collnamespace) on l.oid ${eq} a.attcollation
    where a.attrelid ${eq} any (${relations}::pg_catalog.oid[]) and a.attnum ${gt} 0 and not a.attisdropped
      and pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'select')
    order by a.attrelid, a.attnum`,
  );

/** Creates the reader of a relation's columns, which marks those of its partition key. */
export function createColumnReader(
  found: readonly FoundColumn[],
  constraints: readonly FoundConstraint[],
  typeOf: (id: string) => Type,
  commentOf: CommentOf,
): (relation: FoundRelation, partitioning: ReadonlyMap<string, PartitionCount>) => readonly Column[] {
  const columnsOf = groupedBy(found, ({ relation }) => relation);
  const uncheckedIn = groupedBy(
    constraints.filter(({ kind }) => kind === 'unchecked not null'),
    ({ relation }) => relation,
  );
  return ({ id, kind }, partitioning) => {
    const isView = kind === 'view' || kind === 'materialized view';
    const unchecked = uncheckedIn(id).flatMap(({ numbers }) => numbers);
    return columnsOf(id).map((column) => {
      const type = typeOf(column.type);
      const { name, collation, hasDefault, identity, generated } = column;
      const isNotNull = column.notNull && !unchecked.includes(column.number);
      return {
        name,
        type: { ...type, isNondeterministic: column.isNondeterministic },
        // An outer join in a view yields nulls even for such a domain.
        nullable: !isNotNull && !(column.domainNotNull && !isView),
        collation,
        hasDefault,
        identity,
        generated,
        partitions: partitioning.get(name) ?? false,
        comment: commentOf('pg_class', id, column.number),
        mayInsert: column.mayInsert && type.isUsable,
        mayUpdate: column.mayUpdate && type.isUsable,
      };
    });
  };
}
