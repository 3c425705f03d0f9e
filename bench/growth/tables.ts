import type pg from 'pg';
import { pino } from 'pino';
import { createApiSource } from '../../src/api/api.ts';
import { createDb } from '../../src/db/db.ts';
import { createPool } from '../../src/db/pool/pool.ts';
import { sql } from '../../src/db/sql/sql.ts';
import { printSdl } from '../../src/schema/print.ts';
import { appConfig } from '../../test/support/config.ts';
import { ask } from '../answers.ts';
import type { BenchDatabase } from '../database.ts';
import { cpuSeconds, idleMegabytes } from '../processes.ts';
import { base, ours, type Program } from '../programs.ts';
import { startServer } from '../servers.ts';
import { median } from '../statistics.ts';
import { query } from './probe.ts';
import type { Grow, Plan } from './section.ts';

/**
 * Grows the tables of a schema, each with six columns, two indexes and a reference to another. A chain of references is
 * too deep for PostGraphile: with 3,000 tables it fails with `Maximum call stack size exceeded`.
 */
export const growTables: Grow = async (database, plan) => {
  const sizes: (readonly number[])[] = [];
  for (const count of plan.tables) {
    const schema = `bench_tables_${count}`;
    await createTables(database.client, schema, count);
    sizes.push([
      ...(await measureCatalog(database, schema)),
      ...(await measureStarts(ours, database, schema, plan, 'item1List(first: 1)')),
      ...(await measureStarts(base, database, schema, plan, 'allItem1S(first: 1)')),
    ]);
    await dropTables(database.client, schema, count);
  }
  const rows = sizes.map((values, i) => [
    (plan.tables[i] ?? 0).toLocaleString('en'),
    ...values.map((value) => value.toFixed(value < 10 ? 1 : 0)),
  ]);
  return {
    title: `Tables of the schema (median of ${plan.starts} starts; a start ends with the first answer, which reads nothing)`,
    head: [
      ...['tables', 'catalog, PostgreSQL CPU ms', 'fingerprint, PostgreSQL CPU ms', 'SDL, MB'],
      ...[ours.name, base.name].flatMap((name) => [`${name}: start, ms`, 'first list, ms', 'idle, MB']),
    ],
    rows: [...rows, ['exponent between the last two', ...exponents(plan.tables, sizes)]],
  };
};

/** Returns the exponent of the growth, which is 1 if a value grows in proportion to the tables. */
function exponents(tables: readonly number[], sizes: readonly (readonly number[])[]): readonly string[] {
  const [before = [], after = []] = sizes.slice(-2);
  const [few = 1, many = 1] = tables.slice(-2);
  return after.map((value, i) => (Math.log(value / (before[i] ?? 1)) / Math.log(many / few)).toFixed(2));
}

const times = { catalog: 5, fingerprint: 50 };

/**
 * Measures the CPU of the backend that reads the catalog and the fingerprint, in milliseconds, and the length of the
 * schema.
 */
async function measureCatalog({ variables }: BenchDatabase, schemaName: string): Promise<readonly number[]> {
  const { PGHOST = '', PGPORT, PGDATABASE = '', PGUSER = '', PGPASSWORD = '' } = variables;
  const log = pino({ level: 'error' });
  const pool = createPool({
    ...{ host: PGHOST, port: Number(PGPORT), database: PGDATABASE, user: PGUSER, password: PGPASSWORD },
    ...{ ssl: false, size: 1, connectTimeoutMs: 10_000, statementTimeoutMs: 60_000 },
    onError: (error) => log.error(error),
  });
  try {
    const db = createDb(pool);
    const source = createApiSource({ db, schemaName, limits: appConfig.limits, log });
    const [row] = await db.rows(sql`select pg_backend_pid()::text as pid`);
    const cpu = () => cpuSeconds(Number(row?.['pid']));
    const each = async (count: number, work: () => Promise<unknown>) => {
      const started = await cpu();
      for (let n = 0; n < count; n++) await work();
      return ((await cpu()) - started) * (1000 / count);
    };
    const { schema } = source.build(await source.introspect());
    return [
      await each(times.catalog, source.introspect),
      await each(times.fingerprint, source.readFingerprint),
      printSdl(schema).length / 1e6,
    ];
  } finally {
    await pool.end();
  }
}

async function measureStarts(
  program: Program,
  { variables }: BenchDatabase,
  schema: string,
  { starts }: Plan,
  list: string,
): Promise<readonly number[]> {
  const measured: [number[], number[], number[]] = [[], [], []];
  const asked = { ...variables, EVENTS_SCHEMA: schema };
  for (let n = 0; n < starts; n++) {
    const server = await startServer(program, asked);
    const started = performance.now();
    await ask({
      url: `http://127.0.0.1:${server.port}/graphql`,
      body: JSON.stringify(query(`{ ${list} { nodes { name } } }`)),
    });
    measured[0].push(server.startMs);
    measured[1].push(performance.now() - started);
    measured[2].push(await idleMegabytes(server.pid));
    await server.stop();
  }
  return measured.map(median);
}

async function createTables(client: pg.Client, schema: string, count: number): Promise<void> {
  await dropTables(client, schema, count);
  await client.query(`create schema ${schema}`);
  for (let n = 1; n <= count; n++) {
    const reference = n > 1 ? `references ${schema}.item_${Math.floor(n / 2)}` : '';
    await client.query(`create table ${schema}.item_${n} (
      item_id bigint generated always as identity primary key, name text not null unique, at timestamptz not null,
      value numeric, attributes jsonb not null default '{}', other_id bigint ${reference})`);
  }
}

/** Drops the tables in sequence: together they would need more locks than a session has by default. */
async function dropTables(client: pg.Client, schema: string, count: number): Promise<void> {
  for (let n = count; n >= 1; n--) await client.query(`drop table if exists ${schema}.item_${n}`);
  await client.query(`drop schema if exists ${schema}`);
}
