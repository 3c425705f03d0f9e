import { escapeLiteral } from 'pg';
import { isVector } from '../../catalog/type.ts';
import type { Operand } from './compare.ts';
import type { Slot } from './slot.ts';
import { own, type Sql, sql, trusted } from './sql.ts';

/** A search for words in a column. */
export interface Search {
  /** The words of the column, and the query for them. */
  readonly vector: Sql;
  readonly query: Sql;
}

/**
 * Searches for a query as people write it for search engines; a text is read by a configuration, else by that of the
 * database. The configuration is a constant of the statement: so an index on `to_tsvector('english', text)` serves it.
 */
export function searchFor(
  { sql: value, type }: Operand,
  configuration: string | undefined,
  query: string | Slot,
): Search {
  const by =
    configuration === undefined ? sql`` : sql`${trusted(escapeLiteral(configuration))}::pg_catalog.regconfig, `;
  return {
    vector: isVector(type) ? value : sql`pg_catalog.to_tsvector(${by}${value}::pg_catalog.text)`,
    query: sql`pg_catalog.websearch_to_tsquery(${by}${query}::pg_catalog.text)`,
  };
}

export const isFound = ({ vector, query }: Search): Sql => sql`${vector} ${own('@@')} ${query}`;
