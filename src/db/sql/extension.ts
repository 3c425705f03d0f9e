import { eq, type Sql, sql, trusted } from './sql.ts';

/** Selects the name of the extension to which a relation, a type or a function belongs, if any. */
export const extensionOf = (catalog: 'pg_class' | 'pg_type' | 'pg_proc', id: Sql): Sql => sql`(
  select e.extname from pg_catalog.pg_depend d join pg_catalog.pg_extension e on e.oid ${eq} d.refobjid
  where d.classid ${eq} 'pg_catalog.${trusted(catalog)}'::pg_catalog.regclass and d.objid ${eq} ${id}
    and d.refclassid ${eq} 'pg_catalog.pg_extension'::pg_catalog.regclass and d.deptype ${eq} 'e')`;
