import type { Catalog, Column } from '../../catalog/catalog.ts';
import { type ComputedValue, computedBy } from './call.ts';
import { ident, own, type Sql, sql, trusted } from './sql.ts';

/** Converts a value of type `json` or `jsonb` to `jsonb`. */
export const asJsonb = (value: Sql): Sql => sql`${value}::pg_catalog.jsonb`;

/** Selects the value at a path of keys and list positions in a document; null if there is none. */
export const atPath = (document: Sql, path: readonly string[]): Sql =>
  sql`(${document} ${own('#>')} ${path}::pg_catalog.text[])`;

/** Computes a value from JSON of the given type. For JSON of another type the value is null and not computed. */
export const ifJsonType = (json: Sql, type: 'number' | 'string' | 'boolean' | 'array' | 'object', value: Sql): Sql =>
  sql`(case when pg_catalog.jsonb_typeof(${json}) ${own('=')} '${trusted(type)}' then ${value} end)`;

/** Computes the value at a path of a JSON column. */
export const valueAt = (catalog: Catalog, { name }: Column, path: readonly string[]): ComputedValue =>
  computedBy(catalog, (table) => atPath(asJsonb(ident(table, name)), path));
