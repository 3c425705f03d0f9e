import type { ClientBase } from 'pg';
import { eq, ident, sql, toQuery } from '../../db/sql/sql.ts';
import { quoted, statement } from '../grant/change.ts';
import { MigrationError } from './migrationError.ts';

interface Owners {
  readonly administrator: string;
  readonly ofDatabase: string;
  /** Owner of the schema; null if it does not exist yet. */
  readonly ofSchema: string | null;
  /** True if the administrator may act for the owner of the schema or, if there is no schema, of the database. */
  readonly isOurs: boolean;
}

/**
 * Returns the current or future owner of the schema. On Azure that is a role shared by all administrators, so that each
 * may grant on what another created.
 */
export async function ownerOf(client: ClientBase, schema: string): Promise<string> {
  // A schema of pg_database_owner, a role that nobody can assume, counts as the database owner's.
  const owners = sql`
    select current_user as administrator, pg_catalog.pg_get_userbyid(d.datdba) as "ofDatabase",
      nullif(pg_catalog.pg_get_userbyid(n.nspowner), 'pg_database_owner') as "ofSchema",
      pg_catalog.pg_has_role(coalesce(n.nspowner, d.datdba), 'member') as "isOurs"
    from pg_catalog.pg_database d left join pg_catalog.pg_namespace n on n.nspname ${eq} ${schema}
    where d.datname ${eq} pg_catalog.current_database()`;
  const { rows } = await client.query<Owners>(toQuery(owners));
  const [found] = rows;
  if (!found) throw new Error('The query of the catalog returned no row');
  const { administrator, ofDatabase, ofSchema, isOurs } = found;
  const owner = ofSchema ?? ofDatabase;
  if (isOurs) return owner;
  const handover = ofSchema
    ? sql`REASSIGN OWNED BY ${ident(owner)} TO ${ident(ofDatabase)}`
    : sql`GRANT ${ident(owner)} TO ${ident(administrator)}`;
  const what = ofSchema ? `The schema ${quoted(schema)}` : 'The database';
  throw new MigrationError(
    `${what} belongs to ${quoted(owner)}, for whom ${quoted(administrator)} may not act. ${quoted(owner)} can change that: ${statement(handover)}`,
  );
}
