import type { Distribution } from '../../catalog/distribution.ts';
import { AppError } from '../../errors.ts';
import type { Db } from '../db.ts';
import { eq, gt, ident, ne, sql } from '../sql/sql.ts';
import { findAll } from './found.ts';

/** The distribution of tables by Citus and TimescaleDB, from their own catalogs if these extensions exist. */
export interface Distributions {
  readonly byTable: Readonly<Record<string, Distribution>>;
  /** Chunks in the schema, which are not served as separate tables. */
  readonly chunks: readonly string[];
}

/**
 * Reads how tables are distributed. Rejects on a worker node, which lacks the tables' comments and so does not know
 * what they hide.
 */
export async function readDistributions(db: Db, schema: string): Promise<Distributions> {
  const [citus, hypertables, chunks] = [
    'pg_catalog.pg_dist_partition',
    '_timescaledb_catalog.hypertable',
    '_timescaledb_catalog.chunk',
  ] as const;
  const present = await findAll<{ name: string }>(
    db,
    sql`
    select pg_catalog.concat_ws('.', n.nspname, c.relname) as name
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid ${eq} c.relnamespace
    where pg_catalog.concat_ws('.', n.nspname, c.relname) ${eq} any (${[citus, hypertables, chunks]}::pg_catalog.text[])`,
  );
  const has = (name: string) => present.some((found) => found.name === name);
  const distributed = has(citus) ? await findDistributed(db, schema) : [];
  if (distributed.some(({ isWorker }) => isWorker)) throw onWorker();
  const chunked = has(hypertables) ? await findHypertables(db, schema) : [];
  return {
    byTable: Object.fromEntries([
      ...distributed.map(({ name, column }) => [name, { by: 'citus', column }] as const),
      ...chunked.map(({ name, isCompressed }) => [name, { by: 'timescaledb', isCompressed }] as const),
    ]),
    chunks: has(chunks) ? await findChunks(db, schema) : [],
  };
}

/** Selects distributed tables. Citus stores the column as PostgreSQL stores an expression. */
const findDistributed = (db: Db, schema: string) =>
  findAll<{ name: string; column: string | null; isWorker: boolean }>(
    db,
    sql`
    select c.relname as name, a.attname as column, (select l.groupid ${ne} 0 from pg_catalog.pg_dist_local_group l) as "isWorker"
    from pg_catalog.pg_dist_partition d
    join pg_catalog.pg_class c on c.oid ${eq} d.logicalrelid
    join pg_catalog.pg_namespace n on n.oid ${eq} c.relnamespace
    left join pg_catalog.pg_attribute a on a.attrelid ${eq} c.oid
      and a.attnum ${eq} pg_catalog.substring(d.partkey, ':varattno (\\d+)')::pg_catalog.int2
    where n.nspname ${eq} ${schema} and not c.relispartition order by c.relname`,
  );

const findHypertables = (db: Db, schema: string) =>
  findAll<{ name: string; isCompressed: boolean }>(
    db,
    sql`
    select h.table_name as name, h.compression_state ${gt} 0::pg_catalog.int2 as "isCompressed"
    from ${ident('_timescaledb_catalog', 'hypertable')} h where h.schema_name ${eq} ${schema} order by h.table_name`,
  );

async function findChunks(db: Db, schema: string): Promise<readonly string[]> {
  const found = await findAll<{ name: string }>(
    db,
    sql`
    select c.table_name as name from ${ident('_timescaledb_catalog', 'chunk')} c
    where c.schema_name ${eq} ${schema} order by c.table_name`,
  );
  return found.map(({ name }) => name);
}

const onWorker = () =>
  new AppError(
    'DATABASE_UNAVAILABLE',
    "This node of the cluster is a worker, which lacks the tables' comments and the directives in them: connect to the coordinator (on Azure port 5432, not 7432 or 8432)",
  );
