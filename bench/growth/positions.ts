import type pg from 'pg';
import { ask } from '../answers.ts';
import type { BenchDatabase } from '../database.ts';
import { type Server, withOurs } from '../servers.ts';
import { openExplainer } from './explain.ts';
import { probe, query } from './probe.ts';
import type { Grow, Plan } from './section.ts';

/** An order of the API, the index that serves it, and the same order in SQL. */
interface Order {
  readonly name: string;
  readonly orderBy: string;
  readonly sql: string;
}

const orders: readonly Order[] = [
  { name: 'uniform', orderBy: '[{ kind: ASC }]', sql: 'kind, sample_id' },
  { name: 'mixed', orderBy: '[{ kind: ASC }, { at: DESC }]', sql: 'kind, at desc, sample_id' },
  { name: 'nullable', orderBy: '[{ score: ASC }]', sql: 'score, sample_id' },
];

/** Grows the rows of a table, when reading the page after its middle row in orders that an index serves. */
export const growPositions: Grow = async (database, plan) => {
  const rows = [];
  for (const count of plan.tableRows) {
    const schema = `bench_rows_${count}`;
    await createSamples(database.client, schema, count);
    const cells = await measurePages(database, schema, count, plan);
    await database.client.query(`drop schema ${schema} cascade`);
    rows.push([count.toLocaleString('en'), ...cells]);
  }
  return {
    title: 'Rows of a table: 50 rows after the cursor of the row in the middle (1 connection)',
    head: ['rows', ...orders.flatMap(({ name }) => [`${name}: p50 ms`, 'blocks'])],
    rows,
  };
};

/** Creates the table unlogged, and its indexes afterwards: ten million rows then take a minute or two. */
async function createSamples(client: pg.Client, schema: string, count: number): Promise<void> {
  await client.query(`
    drop schema if exists ${schema} cascade;
    create schema ${schema};
    create unlogged table ${schema}.sample (
      sample_id bigint not null, kind int not null, at timestamptz not null, score int
    );
    insert into ${schema}.sample select n, n * 7919 % 1000, timestamptz '2026-01-01' + n * 104729 % 31536000 * interval '1 s',
      case when n % 4 > 0 then n * 15485863 % 100003 end from generate_series(1, ${count}::bigint) n;
    set maintenance_work_mem = '512MB';
    alter table ${schema}.sample add primary key (sample_id)`);
  for (const { sql } of orders) await client.query(`create index on ${schema}.sample (${sql})`);
  await client.query(`vacuum analyze ${schema}.sample`);
}

async function measurePages(database: BenchDatabase, schema: string, count: number, plan: Plan) {
  const explainer = await openExplainer(database.variables, schema);
  const measureAll = async (server: Server) => {
    const cells: string[] = [];
    for (const order of orders) {
      const after = await cursorInTheMiddle(database.client, server, schema, order, count);
      const list = `query ($after: String) { samples(first: 50, after: $after, orderBy: ${order.orderBy}) { nodes { sampleId kind at score } } }`;
      const page = query(list, { after });
      const { p50 } = await probe(database, server, page, plan);
      cells.push(p50.toFixed(2), String(await explainer.blocks(page)));
    }
    return cells;
  };
  try {
    return await withOurs({ ...database.variables, EVENTS_SCHEMA: schema }, measureAll);
  } finally {
    await explainer.close();
  }
}

/** Returns a cursor; it belongs to an order, whatever the filter of the list that it comes from. */
async function cursorInTheMiddle(
  client: pg.Client,
  server: Server,
  schema: string,
  { sql, orderBy }: Order,
  count: number,
): Promise<string> {
  const { rows } = await client.query(
    `select sample_id as id from ${schema}.sample order by ${sql} offset ${count / 2} limit 1`,
  );
  const list = `query ($id: BigInt!) { samples(first: 1, where: { sampleId: { eq: $id } }, orderBy: ${orderBy}) { pageInfo { endCursor } } }`;
  const url = `http://127.0.0.1:${server.port}/graphql`;
  const { data } = await ask({ url, body: JSON.stringify(query(list, { id: rows[0]?.id })) });
  return (data as { samples: { pageInfo: { endCursor: string } } }).samples.pageInfo.endCursor;
}
