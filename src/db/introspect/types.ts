import type { Enum } from '../../catalog/catalog.ts';
import type { Comparison, Type } from '../../catalog/type.ts';
import type { Db } from '../db.ts';
import { extensionOf } from '../sql/extension.ts';
import { eq, gt, ne, type Sql, sql } from '../sql/sql.ts';
import { findAll } from './found.ts';

export interface FoundType
  extends Omit<Type, 'item' | 'isRow' | 'isNondeterministic' | 'isUsable' | 'lacking' | 'comparison'> {
  readonly id: string;
  readonly item: string | null;
  /** True if the role has USAGE on the type's schema. */
  readonly isNameable: boolean;
  /** Schemas of its operators on which the role lacks USAGE. */
  readonly lacking: readonly string[] | null;
  /** Types of a row's members; null if a value is not a row. */
  readonly members: readonly string[] | null;
  /** Operators by `eq`, `lt`, ...; null without an operator class. Those that the role may not execute are missing. */
  readonly operators: Readonly<Record<string, string>> | null;
}

/** Creates the reader of types by id. Arrays and rows are comparable as far as their items and members are. */
export function createTypeReader(types: readonly FoundType[]): (id: string) => Type {
  const found = new Map(types.map((type) => [type.id, type]));
  const known = new Map<string, Type>();
  const typeOf = (id: string): Type => {
    const made = known.get(id) ?? make(id);
    known.set(id, made);
    return made;
  };
  const make = (id: string): Type => {
    const type = found.get(id);
    if (!type) throw new Error(`No type ${id} in the catalog`);
    const { id: _, members, operators, item: itemId, isNameable, lacking: operatorsLacking, ...rest } = type;
    const item = itemId === null ? null : typeOf(itemId);
    // PostgreSQL does not let a row contain rows of its own type, so this ends.
    const parts = [...(item ? [item] : []), ...(members ?? []).map(typeOf)];
    const own = isNameable ? [] : [type.schema];
    const lacking = [...new Set([...own, ...(operatorsLacking ?? []), ...(item?.lacking ?? [])])];
    const isUsable = lacking.length === 0 && (operators === null || 'eq' in operators) && (item?.isUsable ?? true);
    return {
      ...rest,
      item,
      isRow: members !== null,
      isNondeterministic: false,
      isUsable,
      lacking,
      comparison: isUsable ? comparisonOf(operators ?? {}, parts) : null,
    };
  };
  return typeOf;
}

function comparisonOf(
  { eq: equals, lt, lte, gt: more, gte }: Readonly<Record<string, string>>,
  parts: readonly Type[],
): Comparison | null {
  if (equals === undefined || parts.some(({ comparison }) => comparison === null)) return null;
  const isOrdered = parts.every(({ comparison }) => comparison?.order);
  return { eq: equals, order: isOrdered && lt && lte && more && gte ? { lt, lte, gt: more, gte } : null };
}

/**
 * Selects the given types and all types that they are made of: each `declared` type with the row of `pg_type` on which
 * it is based.
 */
export const resolvedFrom = (ids: readonly string[]): Sql => sql`
  with recursive base(declared, oid) as (
    select id, id from pg_catalog.unnest(${ids}::pg_catalog.oid[]) id
    union
    select next.declared, next.oid from base b join pg_catalog.pg_type t on t.oid ${eq} b.oid cross join lateral (
      select b.declared, t.typbasetype as oid where t.typtype ${eq} 'd'
      union all
      select e.oid, e.oid from pg_catalog.pg_type e where e.oid ${eq} t.typelem and e.typarray ${eq} t.oid
      union all
      select a.atttypid, a.atttypid from pg_catalog.pg_attribute a
      where t.typtype ${eq} 'c' and a.attrelid ${eq} t.typrelid and a.attnum ${gt} 0 and not a.attisdropped
    ) next
  ), resolved as materialized (
    select b.declared, d.typtype ${eq} 'd' as is_domain, t.*
    from base b join pg_catalog.pg_type t on t.oid ${eq} b.oid and t.typtype ${ne} 'd'
    join pg_catalog.pg_type d on d.oid ${eq} b.declared
  )`;

const members = sql`case when t.typtype ${eq} 'c' then (
  select coalesce(pg_catalog.json_agg(distinct a.atttypid::pg_catalog.text), '[]')
  from pg_catalog.pg_attribute a
  where a.attrelid ${eq} t.typrelid and a.attnum ${gt} 0 and not a.attisdropped) end`;

/** Selects the type for which PostgreSQL declares the operators of all enums, arrays, ranges or rows. */
const polymorphic: Sql = sql`case
  when t.typtype ${eq} 'e' then 'pg_catalog.anyenum'::pg_catalog.regtype
  when t.typtype ${eq} 'r' then 'pg_catalog.anyrange'::pg_catalog.regtype
  when t.typtype ${eq} 'm' then 'pg_catalog.anymultirange'::pg_catalog.regtype
  when t.typtype ${eq} 'c' then 'pg_catalog.record'::pg_catalog.regtype
  when t.typcategory ${eq} 'A' then 'pg_catalog.anyarray'::pg_catalog.regtype end`;

/**
 * Selects the default operator class as PostgreSQL chooses it: B-tree before hash, the type's own before those of types
 * it can be cast to.
 */
const operatorClass = sql`
  select c.opcfamily, c.opcintype, m.amname from pg_catalog.pg_opclass c
  join pg_catalog.pg_am m on m.oid ${eq} c.opcmethod and m.amname ${eq} any ('{btree,hash}')
  where c.opcdefault and (c.opcintype ${eq} t.oid or c.opcintype ${eq} ${polymorphic} or exists (
    select from pg_catalog.pg_cast x
    where x.castsource ${eq} t.oid and x.casttarget ${eq} c.opcintype and x.castmethod ${eq} 'b' and x.castcontext ${eq} 'i'))
  order by m.amname, c.opcintype ${eq} t.oid desc limit 1`;

/** Selects the operators of the class, and their schemas on which the role has no USAGE. */
const operators = sql`
  select
    coalesce(pg_catalog.json_object_agg(
      case when class.amname ${eq} 'hash' then 'eq' else (array['lt', 'lte', 'eq', 'gte', 'gt'])[s.amopstrategy] end,
      pg_catalog.format('operator(%I.%s)', m.nspname, o.oprname) order by s.amopstrategy
    ) filter (where pg_catalog.has_function_privilege(o.oprcode, 'execute')), '{}') as found,
    pg_catalog.json_agg(distinct pg_catalog.quote_ident(m.nspname))
      filter (where not pg_catalog.has_schema_privilege(m.oid, 'usage')) as lacking
  from (${operatorClass}) class
  join pg_catalog.pg_amop s on s.amopfamily ${eq} class.opcfamily and s.amoppurpose ${eq} 's'
    and s.amoplefttype ${eq} class.opcintype and s.amoprighttype ${eq} class.opcintype
  join pg_catalog.pg_operator o on o.oid ${eq} s.amopopr join pg_catalog.pg_namespace m on m.oid ${eq} o.oprnamespace
  having pg_catalog.count(*) ${gt} 0`;

const hasOwnPatterns = sql`n.nspname ${ne} 'pg_catalog' and exists (
  select from pg_catalog.pg_operator o
  where o.oprname ${eq} '~~' and o.oprnamespace ${eq} n.oid and o.oprleft ${eq} t.oid
    and o.oprright ${eq} 'pg_catalog.text'::pg_catalog.regtype)`;

const nameOfType = (id: Sql): Sql => sql`(
  select pg_catalog.format('%I.%I', s.nspname, y.typname)
  from pg_catalog.pg_type y join pg_catalog.pg_namespace s on s.oid ${eq} y.typnamespace where y.oid ${eq} ${id})`;

const range = sql`(
  select pg_catalog.json_build_object('element', ${nameOfType(sql`g.rngsubtype`)},
    'range', ${nameOfType(sql`g.rngtypid`)}, 'multirange', ${nameOfType(sql`g.rngmultitypid`)})
  from pg_catalog.pg_range g where g.rngtypid ${eq} t.oid or g.rngmultitypid ${eq} t.oid)`;

/** Selects the given types and all types that they are made of, ordered by name. */
export const findTypes = (db: Db, ids: readonly string[]): Promise<readonly FoundType[]> =>
  findAll(
    db,
    sql`
    ${resolvedFrom(ids)}
    select t.declared::pg_catalog.text as id, t.typname as name, pg_catalog.format('%I.%I', n.nspname, t.typname) as sql,
      case when t.typtype ${eq} 'e' then pg_catalog.concat(n.nspname, '.', t.typname) end as enum,
      t.typdelim as delimiter,
      (select e.oid::pg_catalog.text from pg_catalog.pg_type e where e.oid ${eq} t.typelem and e.typarray ${eq} t.oid) as item,
      ${members} as members, t.is_domain as "isDomain", t.typcategory ${eq} 'S' as "isText",
      ${hasOwnPatterns} as "hasOwnPatterns", ${range} as range,
      pg_catalog.quote_ident(n.nspname) as schema, ${extensionOf('pg_type', sql`t.oid`)} as extension,
      pg_catalog.has_schema_privilege(n.oid, 'usage') as "isNameable", c.lacking, c.found as operators
    from resolved t join pg_catalog.pg_namespace n on n.oid ${eq} t.typnamespace
    left join lateral (${operators}) c on true
    order by n.nspname, t.typname, t.declared`,
  );

/** Selects the enums among the given types and the types that they are made of. */
export const findEnums = (db: Db, ids: readonly string[]): Promise<readonly Enum[]> =>
  findAll(
    db,
    sql`
    ${resolvedFrom(ids)}
    select pg_catalog.concat(n.nspname, '.', t.typname) as id, t.typname as name,
      (select coalesce(pg_catalog.json_agg(e.enumlabel order by e.enumsortorder), '[]') from pg_catalog.pg_enum e where e.enumtypid ${eq} t.oid) as labels,
      pg_catalog.obj_description(t.oid, 'pg_type') as comment
    from (select distinct oid, typname, typnamespace from resolved where typtype ${eq} 'e') t
    join pg_catalog.pg_namespace n on n.oid ${eq} t.typnamespace
    order by t.typname collate pg_catalog."C", n.nspname collate pg_catalog."C"`,
  );
