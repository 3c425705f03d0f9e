import type { Db } from '../../db/db.ts';
import { eq, lt, own, type Sql, sql } from '../../db/sql/sql.ts';

/** A node of a plan in EXPLAIN's JSON. */
interface Node {
  readonly 'Node Type': string;
  readonly Schema?: string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Node[];
}

/** A table that a statement scans sequentially, and its estimated number of rows. */
export interface Scan {
  readonly table: string;
  readonly rows: number;
}

/**
 * Finds the sequential scans in a statement's plan; partitions count as their table. If PostgreSQL never counted the
 * rows, the number is estimated at 100 bytes per row.
 */
export async function findScans(db: Db, query: Sql): Promise<readonly Scan[]> {
  const [row] = await db.rows(sql`explain (verbose, format json) ${query}`);
  const [{ Plan: plan }] = JSON.parse(row?.['QUERY PLAN'] ?? '') as [{ Plan: Node }];
  const scanned = nodesOf(plan).filter((node) => node['Node Type'] === 'Seq Scan');
  if (scanned.length === 0) return [];
  const tables = await db.rows(sql`
    select pg_catalog.format('%I.%I', s.schema, r.relname) as name,
      pg_catalog.sum(case when c.reltuples ${lt} 0 then pg_catalog.pg_relation_size(c.oid) ${own('/')} 100 else c.reltuples end)::pg_catalog.int8 as rows
    from (select distinct * from rows from (
      pg_catalog.unnest(${scanned.map((node) => node.Schema ?? '')}::pg_catalog.text[]),
      pg_catalog.unnest(${scanned.map((node) => node['Relation Name'] ?? '')}::pg_catalog.text[])) s(schema, name)) s
    join pg_catalog.pg_namespace n on n.nspname ${eq} s.schema
    join pg_catalog.pg_class c on c.relnamespace ${eq} n.oid and c.relname ${eq} s.name
    join pg_catalog.pg_class r on r.oid ${eq} coalesce(pg_catalog.pg_partition_root(c.oid), c.oid)
    group by r.oid, r.relname, s.schema order by 1`);
  return tables.map(({ name, rows }) => ({ table: name ?? '', rows: Number(rows) }));
}

const nodesOf = (node: Node): readonly Node[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];
