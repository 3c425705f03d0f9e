import { extensionOf } from '../sql/extension.ts';
import { eq, ne, own, type Sql, sql } from '../sql/sql.ts';

/** Defines `viewed` for WITH RECURSIVE: the given relations, and all relations that views among them read. */
export const viewedFrom = (relations: Sql): Sql => sql`viewed(oid) as (
    ${relations}
    union
    select d.refobjid from viewed v
    join pg_catalog.pg_class c on c.oid ${eq} v.oid and c.relkind ${eq} 'v'
    join pg_catalog.pg_rewrite w on w.ev_class ${eq} v.oid
    join pg_catalog.pg_depend d on d.classid ${eq} 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid ${eq} w.oid
      and d.refclassid ${eq} 'pg_catalog.pg_class'::pg_catalog.regclass
  )`;

/**
 * Tells whether a query calls `current_setting`. The query is searched as stored, because the result of
 * `pg_get_viewdef` depends on the search_path.
 */
const readsSettings = (query: Sql): Sql => sql`exists (
    select from pg_catalog.pg_proc s
    where s.pronamespace ${eq} 'pg_catalog'::pg_catalog.regnamespace and s.proname ${eq} 'current_setting'
      and ${query}::pg_catalog.text ${own('~~')} pg_catalog.concat('%:funcid ', s.oid, ' %'))`;

/** Tells whether a view in `viewed` may read the caller's claims. */
export const hasPersonalView = sql`exists (
    select from viewed v
    join pg_catalog.pg_class c on c.oid ${eq} v.oid and c.relkind ${eq} 'v'
    join pg_catalog.pg_rewrite w on w.ev_class ${eq} v.oid
    where ${readsSettings(sql`w.ev_action`)})`;

/**
 * Tells whether policies or functions anywhere in the database may read the caller's claims. Functions count in all
 * schemas, since any other may call them; those of triggers do not run when rows are read.
 */
export const hasPersonalCode = sql`(
    exists (select from pg_catalog.pg_class c where c.relrowsecurity)
    or exists (
      select from pg_catalog.pg_proc p
      where p.pronamespace ${ne} 'pg_catalog'::pg_catalog.regnamespace
        and p.prorettype ${ne} 'pg_catalog.trigger'::pg_catalog.regtype
        and (p.prosrc ${own('~*')} 'current_setting' or p.prosqlbody is not null and ${readsSettings(sql`p.prosqlbody`)})
        and ${extensionOf('pg_proc', sql`p.oid`)} is null))`;
