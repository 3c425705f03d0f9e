import type { Composite } from '../../catalog/dbFunction.ts';
import type { Type } from '../../catalog/type.ts';
import type { Db } from '../db.ts';
import { eq, gt, ne, type Sql, sql } from '../sql/sql.ts';
import { findAll } from './found.ts';
import { resolvedFrom } from './types.ts';

interface FoundComposite extends Omit<Composite, 'members'> {
  readonly members: readonly { readonly name: string; readonly type: string }[];
}

/**
 * Takes types, adds the types that they are made of, and reads all row types among them, without those of tables in
 * other schemas.
 */
export async function readComposites(
  db: Db,
  schema: string,
  ids: readonly string[],
  typeOf: (id: string) => Type,
): Promise<readonly Composite[]> {
  if (ids.length === 0) return [];
  const found = await findAll<FoundComposite>(db, compositesAmong(schema, ids));
  return found.map((composite) => ({
    ...composite,
    members: composite.members.map(({ name, type }) => ({ name, type: typeOf(type) })),
  }));
}

const compositesAmong = (schema: string, ids: readonly string[]): Sql => sql`
  ${resolvedFrom(ids)}
  select pg_catalog.format('%I.%I', n.nspname, t.typname) as id, t.typname as name, pg_catalog.obj_description(t.oid, 'pg_type') as comment,
    case when c.relkind ${ne} 'c' then c.relname end as table,
    (select pg_catalog.json_agg(pg_catalog.json_build_object('name', a.attname, 'type', a.atttypid::pg_catalog.text) order by a.attnum)
      from pg_catalog.pg_attribute a where a.attrelid ${eq} c.oid and a.attnum ${gt} 0 and not a.attisdropped) as members
  from (select distinct oid, typname, typnamespace, typrelid from resolved where typtype ${eq} 'c') t
  join pg_catalog.pg_namespace n on n.oid ${eq} t.typnamespace
  join pg_catalog.pg_class c on c.oid ${eq} t.typrelid
  where (c.relkind ${eq} 'c' or n.nspname ${eq} ${schema}) and exists (
    select from pg_catalog.pg_attribute a where a.attrelid ${eq} c.oid and a.attnum ${gt} 0 and not a.attisdropped)
  order by n.nspname collate pg_catalog."C", t.typname collate pg_catalog."C"`;
