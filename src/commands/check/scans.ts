import type { Db } from '../../db/db.ts';
import { type Sql, sql } from '../../db/sql/sql.ts';

/** A node of a plan, as EXPLAIN tells it in JSON. */
interface Node {
  readonly 'Node Type': string;
  readonly Schema?: string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Node[];
}

/** A table that a statement reads from end to end, and about how many rows it has. */
export interface Scan {
  readonly table: string;
  readonly rows: number;
}

/**
 * What a statement's plan reads sequentially; partitions count as their table. Where PostgreSQL never counted the rows
 * their number is guessed from the size, at 100 bytes each.
 */
export async function findScans(db: Db, query: Sql): Promise<readonly Scan[]> {
  const [row] = await db.rows(sql`explain (verbose, format json) ${query}`);
  const [{ Plan: plan }] = JSON.parse(row?.['QUERY PLAN'] ?? '') as [{ Plan: Node }];
  const scanned = nodesOf(plan).filter((node) => node['Node Type'] === 'Seq Scan');
  if (scanned.length === 0) return [];
  const tables = await db.rows(sql`
    select r.oid::regclass::text as name,
      sum(case when c.reltuples < 0 then pg_catalog.pg_relation_size(c.oid) / 100 else c.reltuples end)::int8 as rows
    from (select distinct * from unnest(${scanned.map((node) => node.Schema ?? '')}::text[],
      ${scanned.map((node) => node['Relation Name'] ?? '')}::text[])) s(schema, name)
    join pg_catalog.pg_namespace n on n.nspname = s.schema
    join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = s.name
    join pg_catalog.pg_class r on r.oid = coalesce(pg_catalog.pg_partition_root(c.oid), c.oid)
    group by r.oid order by 1`);
  return tables.map(({ name, rows }) => ({ table: name ?? '', rows: Number(rows) }));
}

const nodesOf = (node: Node): readonly Node[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];
