import { ident, type Sql, sql, trusted } from './sql.ts';

/** The channel on which triggers tell of new rows; the triggers and their function have the same name. */
export const noticeChannel = 'events_graphql_live';

/** The function that the triggers of a schema run: a notice is the schema and the table, for `readNotice`. */
export const createNoticeFunction = (
  schema: string,
): Sql => sql`CREATE OR REPLACE FUNCTION ${ident(schema, noticeChannel)}()
  RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_catalog.pg_notify('${trusted(noticeChannel)}', pg_catalog.json_build_array(tg_table_schema, tg_table_name)::pg_catalog.text);
    RETURN NULL;
  END $$`;

/** Once for each statement, however many rows it adds; several notices of one transaction are one. */
export const createNoticeTrigger = (schema: string, table: string): Sql =>
  sql`CREATE TRIGGER ${ident(noticeChannel)} AFTER INSERT ON ${ident(schema, table)}
  FOR EACH STATEMENT EXECUTE FUNCTION ${ident(schema, noticeChannel)}()`;

export interface Notice {
  readonly schema: string;
  readonly table: string;
}

/** Reads what a trigger sent; null for what somebody else did. */
export function readNotice(payload: string | undefined): Notice | null {
  try {
    const [schema, table] = JSON.parse(payload ?? '') as readonly unknown[];
    return typeof schema === 'string' && typeof table === 'string' ? { schema, table } : null;
  } catch {
    return null;
  }
}
