import type { Db } from '../db.ts';
import { type Sql, sql } from '../sql/sql.ts';

/** Returns a catalog query's rows with JSON types; `T` describes what the query selects. */
export async function findAll<T>(db: Db, query: Sql): Promise<readonly T[]> {
  const [row] = await db.rows(
    sql`select coalesce(pg_catalog.json_agg(found), '[]')::pg_catalog.text as found from (${query}) found`,
  );
  return JSON.parse(row?.['found'] ?? '[]') as T[];
}

/** Groups rows by a key, and returns the lookup. */
export function groupedBy<T, K>(rows: readonly T[], key: (row: T) => K): (key: K) => readonly T[] {
  const groups = Map.groupBy(rows, key);
  return (value) => groups.get(value) ?? [];
}
