import { escapeLiteral } from 'pg';
import { isTsvector } from '../../catalog/type.ts';
import type { Operand } from './compare.ts';
import type { Slot } from './slot.ts';
import { empty, own, type Sql, sql, trusted } from './sql.ts';

/** A full-text search in a column. */
export interface Search {
  /** The words of the column's value, as a tsvector. */
  readonly vector: Sql;
  /** The words to find, as a tsquery. */
  readonly query: Sql;
}

/**
 * Builds a search for a query in web search syntax. Text is parsed with the given configuration, otherwise with the
 * database's default. The configuration is a constant of the statement, so that an index on
 * `to_tsvector('english', text)` can serve it.
 */
export function searchFor(
  { sql: value, type }: Operand,
  configuration: string | undefined,
  query: string | Slot,
): Search {
  const by =
    configuration === undefined ? empty : sql`${trusted(escapeLiteral(configuration))}::pg_catalog.regconfig, `;
  return {
    vector: isTsvector(type) ? value : sql`pg_catalog.to_tsvector(${by}${value}::pg_catalog.text)`,
    query: sql`pg_catalog.websearch_to_tsquery(${by}${query}::pg_catalog.text)`,
  };
}

export const isFound = ({ vector, query }: Search): Sql => sql`${vector} ${own('@@')} ${query}`;

/** Ranks a value by how often the words occur in it and how close together; zero if none occurs. */
export const rankOf = ({ vector, query }: Search): Sql =>
  sql`coalesce(pg_catalog.ts_rank_cd(${vector}, ${query}), 0::pg_catalog.float4)`;
