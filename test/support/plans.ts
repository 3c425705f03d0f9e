import type { Db } from '../../src/db/db.ts';
import { type Sql, sql } from '../../src/db/sql/sql.ts';

/** A plan node in EXPLAIN's JSON. */
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

/** The cost of a statement. */
export interface Cost {
  /** Rows read from tables, including those that a filter removed. */
  readonly rows: number;
  /** Blocks of tables and indexes that were visited. */
  readonly blocks: number;
  /** The scans of the tables. */
  readonly scans: readonly string[];
}

/** Runs a statement and returns its cost. */
export async function costOf(db: Db, query: Sql): Promise<Cost> {
  const [row] = await db.rows(sql`explain (analyze, buffers, format json) ${query}`);
  const [{ Plan: plan }] = JSON.parse(row?.['QUERY PLAN'] ?? '') as [{ Plan: Node }];
  const scans = nodesOf(plan).filter((node) => isRead(node) && node['Actual Loops'] > 0);
  return {
    rows: scans
      .filter((node) => !isBitmap(node))
      .map(rowsOf)
      .reduce((a, b) => a + b, 0),
    blocks: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'],
    scans: scans.map((node) => `${node['Node Type']} ${node['Index Name'] ?? node['Relation Name'] ?? ''}`),
  };
}

/** Tells whether a node reads a table. A subquery's rows were already counted below it. */
const isRead = ({ 'Node Type': type }: Node) => type.includes('Scan') && type !== 'Subquery Scan';

/** Tells whether a node only finds places of rows, which a `Bitmap Heap Scan` reads. */
const isBitmap = ({ 'Node Type': type }: Node) => type === 'Bitmap Index Scan';

const nodesOf = (node: Node): readonly Node[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

const rowsOf = (node: Node) =>
  node['Actual Loops'] *
  (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0));
