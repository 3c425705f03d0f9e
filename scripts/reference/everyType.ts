import pg from 'pg';
import type { ServerConnection } from '../../src/dev/embedded/server.ts';
import { code } from './markdown.ts';

/** The type names of a table that has one column of each type, by column. */
export type EveryType = ReadonlyMap<string, string>;

/** An example of each kind of user-defined type. */
const made = [
  ['an enum', 'made.mood', "create type made.mood as enum ('low', 'high')"],
  ['a composite type', 'made.size', 'create type made.size as (width int4, height int4)'],
  ['a domain over `integer`', 'made.percentage', 'create domain made.percentage as int4'],
] as const;

const extensions = ['citext', 'hstore', 'ltree'];

/** PostgreSQL's own types, without arrays and types that only its catalogs have. */
const builtIn = `
  select format_type(oid, null) as name from pg_type
  where typnamespace = 'pg_catalog'::regnamespace and typtype in ('b', 'r', 'm')
    and typcategory not in ('A', 'Z') and typname !~ '^pg_' and typname <> 'gtsvector'
  order by oid`;

/** Creates the table `thing` in the schema `made`. */
export async function createEveryType(connection: ServerConnection): Promise<EveryType> {
  const client = new pg.Client({ ...connection, ssl: false });
  await client.connect();
  try {
    await client.query(`create schema made`);
    for (const name of extensions) await client.query(`create extension ${name} schema made`);
    for (const [, , statement] of made) await client.query(statement);
    const { rows } = await client.query<{ name: string }>(builtIn);
    const all = [
      ...rows.map(({ name }) => [code(name), name] as const),
      ...extensions.map((name) => [code(name), `made.${name}`] as const),
      ...made,
      ['an array', 'int4[]'] as const,
    ];
    await client.query(`create table made.thing (${all.map(([, type], i) => `c${i} ${type}`).join(', ')})`);
    return new Map(all.map(([name], i) => [`c${i}`, name]));
  } finally {
    await client.end();
  }
}
