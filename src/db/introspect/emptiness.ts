import type { Db } from '../db.ts';
import { extensionOf } from '../sql/extension.ts';
import { eq, ne, sql } from '../sql/sql.ts';

/** The reason why the role sees no table in a schema, as far as the catalog tells. */
export interface Emptiness {
  readonly database: string;
  readonly role: string;
  readonly cause: 'missing' | 'no usage' | 'no table';
  /** The first ten other schemas with a table that the role can see. */
  readonly others: readonly string[];
}

export async function readEmptiness(db: Db, schema: string): Promise<Emptiness> {
  const [row] = await db.rows(sql`
    select current_user::pg_catalog.text as role, pg_catalog.current_database()::pg_catalog.text as database,
      (select pg_catalog.has_schema_privilege(oid, 'usage')::pg_catalog.text from pg_catalog.pg_namespace where nspname ${eq} ${schema}) as usage,
      pg_catalog.to_json(array(select n.nspname::pg_catalog.text from pg_catalog.pg_namespace n
        where n.nspname ${ne} 'information_schema' and not pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_')
          and n.nspname ${ne} ${schema} and pg_catalog.has_schema_privilege(n.oid, 'usage') and exists (select from pg_catalog.pg_class c
            where c.relnamespace ${eq} n.oid and c.relkind ${eq} any ('{r,p,v,m,f}') and not c.relispartition
              and pg_catalog.has_any_column_privilege(c.oid, 'select') and ${extensionOf('pg_class', sql`c.oid`)} is null)
        order by n.nspname limit 10))::pg_catalog.text as others`);
  const { role, database, usage, others } = row ?? {};
  return {
    database: database ?? '',
    role: role ?? '',
    cause: !usage ? 'missing' : usage === 'true' ? 'no table' : 'no usage',
    others: JSON.parse(others ?? '[]') as string[],
  };
}
