import type pg from 'pg';
import type { BenchDatabase } from '../database.ts';
import { idleMegabytes } from '../processes.ts';
import { withOurs } from '../servers.ts';
import { median } from '../statistics.ts';
import { query } from './probe.ts';
import type { Grow, Plan } from './section.ts';

/** Tables of a schema, each with six columns, an index and a reference to the one before. */
export const growTables: Grow = async (database, plan) => {
  const rows = [];
  for (const count of plan.tables) {
    const { ms, megabytes } = await measureStart(database, count, plan);
    rows.push([count.toLocaleString('en'), ms.toFixed(0), megabytes.toFixed(0)]);
  }
  return {
    title: `Tables of the schema (median of ${plan.starts} starts)`,
    head: ['tables', 'start to the first answered query, ms', 'idle, MB'],
    rows,
  };
};

async function measureStart({ client, variables }: BenchDatabase, count: number, { starts }: Plan) {
  const schema = `bench_tables_${count}`;
  await createTables(client, schema, count);
  const [times, sizes]: [number[], number[]] = [[], []];
  const asked = { ...variables, EVENTS_SCHEMA: schema };
  for (let n = 0; n < starts; n++) {
    await withOurs(
      asked,
      async ({ startMs, pid }) => {
        times.push(startMs);
        sizes.push(await idleMegabytes(pid));
      },
      { first: query('{ __typename }') },
    );
  }
  await dropTables(client, schema, count);
  return { ms: median(times), megabytes: median(sizes) };
}

async function createTables(client: pg.Client, schema: string, count: number): Promise<void> {
  await dropTables(client, schema, count);
  await client.query(`create schema ${schema}`);
  for (let n = 1; n <= count; n++) {
    const reference = n > 1 ? `references ${schema}.item_${n - 1}` : '';
    await client.query(`create table ${schema}.item_${n} (
      item_id bigint generated always as identity primary key, name text not null unique, at timestamptz not null,
      value numeric, attributes jsonb not null default '{}', other_id bigint ${reference})`);
  }
}

/** One after the other: dropped together they would need more locks than a session has by default. */
async function dropTables(client: pg.Client, schema: string, count: number): Promise<void> {
  for (let n = count; n >= 1; n--) await client.query(`drop table if exists ${schema}.item_${n}`);
  await client.query(`drop schema if exists ${schema}`);
}
