import type { Db } from '../db.ts';
import { eq, type Sql, sql, trusted } from '../sql/sql.ts';
import { findAll } from './found.ts';

interface FoundComment {
  readonly id: string;
  readonly part: number;
  readonly comment: string;
}

/** Returns the comment on a relation, an index or a constraint; `part` is the number of a relation's column. */
export type CommentOf = (catalog: 'pg_class' | 'pg_constraint', id: string, part?: number) => string | null;

/** Reads the comments on relations, their columns, indexes and constraints. */
export async function readComments(
  db: Db,
  ids: Readonly<Record<Parameters<CommentOf>[0], readonly string[]>>,
): Promise<CommentOf> {
  const key = (id: string, part: number) => `${id} ${part}`;
  const read = async (catalog: Parameters<CommentOf>[0]) => {
    const found = await findAll<FoundComment>(db, commentsIn(catalog, ids[catalog]));
    return new Map(found.map(({ id, part, comment }) => [key(id, part), comment]));
  };
  const comments = { pg_class: await read('pg_class'), pg_constraint: await read('pg_constraint') };
  return (catalog, id, part = 0) => comments[catalog].get(key(id, part)) ?? null;
}

const commentsIn = (catalog: Parameters<CommentOf>[0], ids: readonly string[]): Sql => sql`
  select d.objoid::pg_catalog.text as id, d.objsubid as part, d.description as comment
  from pg_catalog.pg_description d
  where d.classoid ${eq} 'pg_catalog.${trusted(catalog)}'::pg_catalog.regclass and d.objoid ${eq} any (${ids}::pg_catalog.oid[])`;
