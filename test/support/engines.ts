import type { TestDatabase } from './database.ts';

/**
 * Makes PostgreSQL's catalog describe tables of `events` like the coordinator of a Citus cluster: with the column by
 * which each is distributed, or null. Statements then have the form for Citus, and PostgreSQL runs them.
 */
export async function distribute(
  database: TestDatabase,
  tables: Readonly<Record<string, string | null>>,
  group = 0,
): Promise<void> {
  await database.admin(`
    set allow_system_table_mods = on;
    create table pg_catalog.pg_dist_partition (logicalrelid regclass, partkey text);
    create table pg_catalog.pg_dist_local_group (groupid integer);
    grant select on pg_catalog.pg_dist_partition, pg_catalog.pg_dist_local_group to public;
    insert into pg_catalog.pg_extension values (4711, 'citus', 10, 11, false, '13.2-2');
    reset allow_system_table_mods;
    insert into pg_catalog.pg_dist_local_group values (${group});
    alter role ${database.connection.user} set citus.version = '13.2.2'`);
  for (const [table, column] of Object.entries(tables))
    await database.admin(
      `insert into pg_catalog.pg_dist_partition
       select $1::regclass, '{VAR :varno 1 :varattno ' || (select attnum from pg_attribute where attrelid = $1::regclass and attname = $2) || ' :vartype 20}'`,
      [`events.${table}`, column],
    );
}

/** Makes PostgreSQL's catalog describe tables of `events` like TimescaleDB's hypertables, with their chunks. */
export async function makeHypertables(
  database: TestDatabase,
  tables: Readonly<Record<string, { readonly isCompressed: boolean }>>,
  chunks: readonly string[] = [],
): Promise<void> {
  await database.admin(`
    create schema _timescaledb_catalog;
    create table _timescaledb_catalog.hypertable (schema_name name, table_name name, compression_state smallint);
    create table _timescaledb_catalog.chunk (schema_name name, table_name name);
    grant usage on schema _timescaledb_catalog to public;
    grant select on all tables in schema _timescaledb_catalog to public`);
  for (const [table, { isCompressed }] of Object.entries(tables))
    await database.admin("insert into _timescaledb_catalog.hypertable values ('events', $1, $2)", [
      table,
      Number(isCompressed),
    ]);
  for (const chunk of chunks)
    await database.admin("insert into _timescaledb_catalog.chunk values ('events', $1)", [chunk]);
}
