import { own, type Sql, sql, trusted } from './sql.ts';

/** What stands at a path of a document: keys, and positions in lists; null where nothing does. */
export const atPath = (document: Sql, path: readonly string[]): Sql =>
  sql`(${document} ${own('#>')} ${path}::pg_catalog.text[])`;

/** A value that is made of JSON of one type, and is null for any other; so it is never made of another. */
export const whereTyped = (json: Sql, type: 'number' | 'string' | 'boolean' | 'array' | 'object', value: Sql): Sql =>
  sql`(case when pg_catalog.jsonb_typeof(${json}) ${own('=')} '${trusted(type)}' then ${value} end)`;
