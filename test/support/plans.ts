import type { Db } from '../../src/db/db.ts';
import { type Sql, sql } from '../../src/db/sql/sql.ts';

/** A node of a plan, as EXPLAIN tells it in JSON. */
interface Node {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly Node[];
}

/** What a statement cost. */
export interface Cost {
  /** The rows that were read of tables, those included that a filter then removed. */
  readonly rows: number;
  /** The blocks of tables and indexes that were looked at. */
  readonly blocks: number;
  /** How the tables were read. */
  readonly scans: readonly string[];
}

/** Runs a statement and says what it cost. */
export async function costOf(db: Db, query: Sql): Promise<Cost> {
  const [row] = await db.rows(sql`explain (analyze, buffers, format json) ${query}`);
  const [{ Plan: plan }] = JSON.parse(row?.['QUERY PLAN'] ?? '') as [{ Plan: Node }];
  const scans = nodesOf(plan).filter((node) => isRead(node) && node['Actual Loops'] > 0);
  return {
    rows: scans.map(rowsOf).reduce((a, b) => a + b, 0),
    blocks: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'],
    scans: scans.map((node) => `${node['Node Type']} ${node['Index Name'] ?? node['Relation Name'] ?? ''}`),
  };
}

/** Rows of a subquery were read below it. */
const isRead = ({ 'Node Type': type }: Node) => type.includes('Scan') && type !== 'Subquery Scan';

const nodesOf = (node: Node): readonly Node[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

const rowsOf = (node: Node) =>
  node['Actual Loops'] *
  (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0));
