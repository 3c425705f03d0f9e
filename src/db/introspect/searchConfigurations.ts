import type { SearchConfiguration } from '../../catalog/catalog.ts';
import type { Db } from '../db.ts';
import { eq, sql } from '../sql/sql.ts';
import { findAll } from './found.ts';

/** Finds the text search configurations that the role may name. */
export const findSearchConfigurations = (db: Db): Promise<readonly SearchConfiguration[]> =>
  findAll(
    db,
    sql`
    select case when n.nspname ${eq} 'pg_catalog' then c.cfgname::pg_catalog.text else pg_catalog.concat(n.nspname, '.', c.cfgname) end as name,
      pg_catalog.format('%I.%I', n.nspname, c.cfgname) as sql
    from pg_catalog.pg_ts_config c join pg_catalog.pg_namespace n on n.oid ${eq} c.cfgnamespace
    where pg_catalog.has_schema_privilege(n.oid, 'usage')
    order by n.nspname collate pg_catalog."C", c.cfgname collate pg_catalog."C"`,
  );
