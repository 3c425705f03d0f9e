import type pg from 'pg';
import type { BenchDatabase } from '../database.ts';
import { type Server, withOurs } from '../servers.ts';
import { probe, query } from './probe.ts';
import type { Grow, Plan } from './section.ts';

const list = (days: string) =>
  `{ readings(first: 10, where: { at: ${days} }) { nodes { readingId value } totalCount } }`;
const questions = [
  ['a day and its count', list('{ gte: "2000-01-02T00:00:00Z", lt: "2000-01-03T00:00:00Z" }')],
  ['a key', '{ reading(at: "2000-01-02T00:00:00Z", readingId: "25") { value } }'],
] as const;

/** Grows the partitions of a table, one per day, when a query needs one of them. */
export const growPartitions: Grow = async (database, plan) => {
  const rows = [];
  for (const count of plan.partitions) {
    const schema = `bench_partitions_${count}`;
    await createPartitions(database.client, schema, count);
    const cells = await withOurs({ ...database.variables, EVENTS_SCHEMA: schema }, (server) =>
      measureQuestions(database, server, plan),
    );
    await dropPartitions(database.client, schema, count);
    rows.push([count.toLocaleString('en'), ...cells]);
  }
  return {
    title: 'Partitions of a table (1 connection)',
    head: ['partitions', 'start, ms', ...questions.map(([name]) => `${name}: p50 ms`)],
    rows,
  };
};

async function measureQuestions(database: BenchDatabase, server: Server, plan: Plan): Promise<readonly string[]> {
  const cells = [server.startMs.toFixed(0)];
  for (const [, text] of questions) cells.push((await probe(database, server, query(text), plan)).p50.toFixed(2));
  return cells;
}

/** Creates the partitions in sequence: together they would need more locks than a session has by default. */
async function createPartitions(client: pg.Client, schema: string, count: number): Promise<void> {
  await dropPartitions(client, schema, count);
  await client.query(`create schema ${schema};
    create table ${schema}.reading (
      reading_id bigint not null, at timestamptz not null, value int, primary key (at, reading_id)
    ) partition by range (at)`);
  for (let n = 0; n < count; n++)
    await client.query(`create table ${schema}.reading_${n} partition of ${schema}.reading
      for values from ('${day(n)}') to ('${day(n + 1)}')`);
  await client.query(`insert into ${schema}.reading
    select n + 1, timestamptz '2000-01-01 Z' + n * interval '1 hour', n from generate_series(0, 239) n`);
}

const day = (n: number): string => new Date(Date.UTC(2000, 0, 1 + n)).toISOString();

async function dropPartitions(client: pg.Client, schema: string, count: number): Promise<void> {
  for (let n = 0; n < count; n++) await client.query(`drop table if exists ${schema}.reading_${n}`);
  await client.query(`drop schema if exists ${schema} cascade`);
}
