import { ident, type Sql, sql, trusted } from './sql.ts';

/** Channel of the triggers' notices; the triggers and their function have the same name. */
export const noticeChannel = 'events_graphql_live';

/** Creates the trigger function of a schema: a notice contains the schema and the table, for `readNotice`. */
export const createNoticeFunction = (
  schema: string,
): Sql => sql`CREATE OR REPLACE FUNCTION ${ident(schema, noticeChannel)}()
  RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_catalog.pg_notify('${trusted(noticeChannel)}', pg_catalog.json_build_array(tg_table_schema, tg_table_name)::pg_catalog.text);
    RETURN NULL;
  END $$`;

/** Creates a trigger that runs once per statement; several equal notices in a transaction are delivered once. */
export const createNoticeTrigger = (schema: string, table: string): Sql =>
  sql`CREATE TRIGGER ${ident(noticeChannel)} AFTER INSERT ON ${ident(schema, table)}
  FOR EACH STATEMENT EXECUTE FUNCTION ${ident(schema, noticeChannel)}()`;

export interface Notice {
  readonly schema: string;
  readonly table: string;
}

/** Reads the payload of a notice; null if it is not one of ours. */
export function readNotice(payload: string | undefined): Notice | null {
  try {
    const [schema, table] = JSON.parse(payload ?? '') as readonly unknown[];
    return typeof schema === 'string' && typeof table === 'string' ? { schema, table } : null;
  } catch {
    return null;
  }
}
