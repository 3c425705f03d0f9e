import type { Table } from '../../catalog/catalog.ts';
import type { Db } from '../db.ts';
import { eq, ne, own, sql } from '../sql/sql.ts';
import type { CommentOf } from './comments.ts';
import { findAll, groupedBy } from './found.ts';
import type { FoundRelation } from './relations.ts';

export interface FoundConstraint {
  readonly id: string;
  readonly relation: string;
  readonly name: string;
  readonly kind: 'check' | 'foreign' | 'primary' | 'unique' | 'unchecked not null';
  /** Column numbers; the order matters for keys of several columns. */
  readonly numbers: readonly number[];
  /** The referenced relation. */
  readonly target: string;
  readonly targetNumbers: readonly number[];
  /** The index behind a key. */
  readonly index: string;
}

const kind = sql`case when c.contype ${eq} 'c' then 'check' when c.contype ${eq} 'f' then 'foreign'
  when c.contype ${eq} 'p' then 'primary' when c.contype ${eq} 'u' then 'unique' else 'unchecked not null' end`;

/** Tells whether a foreign key uses PERIOD (PostgreSQL 18) and so refers to rows by overlap. */
const isTemporal = sql`coalesce(pg_catalog.to_jsonb(c) ${own('->>')} 'conperiod', 'false')::pg_catalog.bool`;

/**
 * Selects the constraints of the relations, by name. A NOT NULL declared NOT VALID (PostgreSQL 18) is included, because
 * older rows may hold nulls. Foreign keys with PERIOD are left out, and so are the copies of a foreign key that PostgreSQL
 * keeps for each partition of the table to which it refers.
 */
export const findConstraints = (db: Db, relations: readonly string[]): Promise<readonly FoundConstraint[]> =>
  findAll(
    db,
    sql`
    select c.oid::pg_catalog.text as id, c.conrelid::pg_catalog.text as relation, c.conname as name, ${kind} as kind,
      coalesce(c.conkey, '{}') as numbers, c.confrelid::pg_catalog.text as target,
      coalesce(c.confkey, '{}') as "targetNumbers", c.conindid::pg_catalog.text as index
    from pg_catalog.pg_constraint c
    where c.conrelid ${eq} any (${relations}::pg_catalog.oid[])
      and (c.contype ${eq} any ('{c,p,u}') or c.contype ${eq} 'n' and not c.convalidated
        or c.contype ${eq} 'f' and c.conparentid ${eq} 0 and not ${isTemporal})
    order by c.conname collate pg_catalog."C"`,
  );

export interface FoundIndex {
  readonly id: string;
  readonly relation: string;
  readonly name: string;
  readonly numbers: readonly number[];
  readonly isUnique: boolean;
  readonly isExclusion: boolean;
  readonly isBtree: boolean;
  readonly nullsEqual: boolean;
}

/** Tells whether the index `i` has NULLS NOT DISTINCT, which PostgreSQL has had since version 15. */
const nullsEqual = sql`coalesce(pg_catalog.to_jsonb(i) ${own('->>')} 'indnullsnotdistinct', 'false')::pg_catalog.bool`;

const keyNumbers = sql`(i.indkey::pg_catalog.int2[])[0:i.indnkeyatts ${own('-')} 1]`;

/** Selects the indexes on plain columns that cover all rows, by name; those of deferrable keys count as not unique. */
export const findIndexes = (db: Db, relations: readonly string[]): Promise<readonly FoundIndex[]> =>
  findAll(
    db,
    sql`
    select i.indexrelid::pg_catalog.text as id, i.indrelid::pg_catalog.text as relation, c.relname as name,
      ${keyNumbers} as numbers, ${nullsEqual} as "nullsEqual",
      i.indisunique and i.indimmediate as "isUnique", i.indisexclusion as "isExclusion", m.amname ${eq} 'btree' as "isBtree"
    from pg_catalog.pg_index i
    join pg_catalog.pg_class c on c.oid ${eq} i.indexrelid join pg_catalog.pg_am m on m.oid ${eq} c.relam
    where i.indrelid ${eq} any (${relations}::pg_catalog.oid[]) and i.indisvalid and i.indpred is null
      and 0 ${ne} all (i.indkey::pg_catalog.int2[])
    order by c.relname collate pg_catalog."C"`,
  );

export interface FoundPartialKey extends Pick<FoundIndex, 'id' | 'relation' | 'name' | 'numbers' | 'nullsEqual'> {
  readonly predicate: string;
  /** Numbers of all its columns, those of the predicate included. */
  readonly mentioned: readonly number[];
}

/** Selects the unique indexes on plain columns that cover only some rows, by name. */
export const findPartialKeys = (db: Db, relations: readonly string[]): Promise<readonly FoundPartialKey[]> =>
  findAll(
    db,
    sql`
    select i.indexrelid::pg_catalog.text as id, i.indrelid::pg_catalog.text as relation, c.relname as name,
      ${keyNumbers} as numbers, ${nullsEqual} as "nullsEqual", pg_catalog.pg_get_expr(i.indpred, i.indrelid) as predicate,
      (select coalesce(pg_catalog.json_agg(distinct d.refobjsubid), '[]') from pg_catalog.pg_depend d
        where d.classid ${eq} 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid ${eq} i.indexrelid
          and d.refclassid ${eq} 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid ${eq} i.indrelid and d.refobjsubid ${ne} 0) as mentioned
    from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid ${eq} i.indexrelid
    where i.indrelid ${eq} any (${relations}::pg_catalog.oid[]) and i.indisvalid and i.indpred is not null
      and i.indisunique and i.indimmediate and not i.indisexclusion and 0 ${ne} all (i.indkey::pg_catalog.int2[])
    order by c.relname collate pg_catalog."C"`,
  );

/** Returns the names of columns by number; null if the role cannot read one, or cannot compare its values. */
export type NamesOf = (relation: string, numbers: readonly number[]) => readonly string[] | null;

/** The catalog rows from which the keys of relations are read. */
interface FoundKeys {
  readonly relations: readonly FoundRelation[];
  readonly constraints: readonly FoundConstraint[];
  readonly indexes: readonly FoundIndex[];
  readonly partials: readonly FoundPartialKey[];
  readonly namesOf: NamesOf;
  readonly commentOf: CommentOf;
}

type Keys = Pick<Table, 'primaryKey' | 'indexes' | 'partialKeys' | 'foreignKeys' | 'checks'>;

/** Creates the reader of a relation's keys. Keys that contain an unusable column are left out. */
export function createKeyReader({
  relations,
  constraints,
  indexes,
  partials,
  namesOf,
  commentOf,
}: FoundKeys): (relation: FoundRelation, hasInheritanceChildren: boolean) => Keys {
  const constraintsOf = groupedBy(constraints, ({ relation, kind }) => `${relation} ${kind}`);
  const indexesOf = groupedBy(indexes, ({ relation }) => relation);
  const partialsOf = groupedBy(partials, ({ relation }) => relation);
  const keys = constraints.filter(({ kind }) => kind === 'primary' || kind === 'unique');
  const keyOfIndex = new Map(keys.map(({ index, id }) => [index, id]));
  const tables = new Map(relations.map(({ id, name }) => [id, name]));

  const foreignKey = ({ id, relation, name, numbers, target, targetNumbers }: FoundConstraint) => {
    const [columns, table, targets] = [namesOf(relation, numbers), tables.get(target), namesOf(target, targetNumbers)];
    if (!columns || table === undefined || !targets) return [];
    return [{ name, columns, table, targets, comment: commentOf('pg_constraint', id) }];
  };
  /** Converts a check constraint. A condition on the whole row has the column number 0. */
  const check = ({ id, relation, name, numbers }: FoundConstraint) => {
    const columns = namesOf(
      relation,
      numbers.filter((number) => number !== 0),
    );
    return columns ? [{ name, columns, comment: commentOf('pg_constraint', id) }] : [];
  };
  const indexFrom = (
    { id, relation, name, numbers, isUnique, isExclusion, nullsEqual }: FoundIndex,
    hasInheritanceChildren: boolean,
  ) => {
    const columns = namesOf(relation, numbers);
    const unique = isUnique && !hasInheritanceChildren;
    const comment = commentOf('pg_constraint', keyOfIndex.get(id) ?? '') ?? commentOf('pg_class', id);
    return columns ? [{ name, columns, unique, arbiter: unique && !isExclusion, nullsEqual, comment }] : [];
  };

  const partialFrom = ({ id, relation, name, numbers, mentioned, predicate, nullsEqual }: FoundPartialKey) => {
    const columns = namesOf(relation, mentioned) && namesOf(relation, numbers);
    return columns ? [{ name, columns, predicate, nullsEqual, comment: commentOf('pg_class', id) }] : [];
  };

  return ({ id }, hasInheritanceChildren) => {
    const [primary] = constraintsOf(`${id} primary`);
    return {
      primaryKey: (primary && !hasInheritanceChildren && namesOf(id, primary.numbers)) || [],
      indexes: indexesOf(id).flatMap((index) => indexFrom(index, hasInheritanceChildren)),
      partialKeys: hasInheritanceChildren ? [] : partialsOf(id).flatMap(partialFrom),
      foreignKeys: constraintsOf(`${id} foreign`).flatMap(foreignKey),
      checks: constraintsOf(`${id} check`).flatMap(check),
    };
  };
}
