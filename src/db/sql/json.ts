import { own, type Sql, sql, trusted } from './sql.ts';

/** Selects the value at a path of a document, which consists of keys and positions in lists; null if there is none. */
export const atPath = (document: Sql, path: readonly string[]): Sql =>
  sql`(${document} ${own('#>')} ${path}::pg_catalog.text[])`;

/** Computes a value from JSON of one type; null, without computing it, for any other type. */
export const whereTyped = (json: Sql, type: 'number' | 'string' | 'boolean' | 'array' | 'object', value: Sql): Sql =>
  sql`(case when pg_catalog.jsonb_typeof(${json}) ${own('=')} '${trusted(type)}' then ${value} end)`;
