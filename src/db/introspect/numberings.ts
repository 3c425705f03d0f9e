import type { Column, Numbering } from '../../catalog/catalog.ts';
import type { Db } from '../db.ts';
import { eq, sql } from '../sql/sql.ts';
import { type FoundColumn, numberTypes } from './columns.ts';
import { findAll, groupedBy } from './found.ts';
import type { FoundIndex } from './keys.ts';

/** A call of `pg_current_xact_id()` as `pg_get_expr` writes it, which depends on the search_path. */
export const currentXactId = sql`('pg_catalog.pg_current_xact_id()'::pg_catalog.regprocedure::pg_catalog.text)`;

interface FoundDefault {
  readonly relation: string;
  readonly column: string;
  /** True if the default is the id of the transaction that writes the row. */
  readonly isXactId: boolean;
}

/** Selects the defaults of columns that may number rows. */
const findDefaults = (db: Db, relations: readonly string[]): Promise<readonly FoundDefault[]> =>
  findAll(
    db,
    sql`
    select f.adrelid::pg_catalog.text as relation, a.attname as column,
      a.atttypid ${eq} 'pg_catalog.xid8'::pg_catalog.regtype and pg_catalog.pg_get_expr(f.adbin, f.adrelid) ${eq} ${currentXactId} as "isXactId"
    from pg_catalog.pg_attrdef f join pg_catalog.pg_attribute a on a.attrelid ${eq} f.adrelid and a.attnum ${eq} f.adnum
    where f.adrelid ${eq} any (${relations}::pg_catalog.oid[]) and a.atttypid ${eq} any ${numberTypes}`,
  );

interface FoundSequence {
  readonly relation: string;
  readonly column: string;
  readonly id: string;
  readonly name: string;
  readonly cache: number;
  readonly increment: number;
  readonly cycles: boolean;
}

/** Selects the sequences of identity columns and those in defaults, ordered by name. */
const findSequences = (db: Db, relations: readonly string[]): Promise<readonly FoundSequence[]> =>
  findAll(
    db,
    sql`
    select a.attrelid::pg_catalog.text as relation, a.attname as column, c.oid::pg_catalog.text as id,
      pg_catalog.format('%I.%I', n.nspname, c.relname) as name,
      q.seqcache as cache, q.seqincrement as increment, q.seqcycle as cycles
    from (
      select d.refobjid as relation, d.refobjsubid as number, d.objid as sequence
      from pg_catalog.pg_depend d
      where d.refclassid ${eq} 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid ${eq} any (${relations}::pg_catalog.oid[])
        and d.classid ${eq} 'pg_catalog.pg_class'::pg_catalog.regclass and d.deptype ${eq} 'i'
      union
      select f.adrelid, f.adnum, d.refobjid
      from pg_catalog.pg_attrdef f
      join pg_catalog.pg_depend d on d.classid ${eq} 'pg_catalog.pg_attrdef'::pg_catalog.regclass and d.objid ${eq} f.oid
        and d.refclassid ${eq} 'pg_catalog.pg_class'::pg_catalog.regclass
      where f.adrelid ${eq} any (${relations}::pg_catalog.oid[])
    ) spot
    join pg_catalog.pg_sequence q on q.seqrelid ${eq} spot.sequence
    join pg_catalog.pg_class c on c.oid ${eq} q.seqrelid
    join pg_catalog.pg_namespace n on n.oid ${eq} c.relnamespace
    join pg_catalog.pg_attribute a on a.attrelid ${eq} spot.relation and a.attnum ${eq} spot.number and a.atttypid ${eq} any ${numberTypes}
    order by n.nspname collate pg_catalog."C", c.relname collate pg_catalog."C", c.oid`,
  );

/**
 * Reads the sequences and defaults of columns that number rows. Resolves with a function that returns the columns of a
 * relation that may be its order of arrival; `parts` are the relation and its partitions.
 */
export async function readNumberings(
  db: Db,
  relations: readonly string[],
  found: readonly FoundColumn[],
  indexes: readonly FoundIndex[],
): Promise<(relation: string, parts: readonly string[], columns: readonly Column[]) => readonly Numbering[]> {
  const sequencesOf = groupedBy(await findSequences(db, relations), spotOf);
  const defaultsOf = groupedBy(await findDefaults(db, relations), spotOf);
  const columnsOf = groupedBy(found, ({ relation }) => relation);
  const treesOf = groupedBy(
    indexes.filter(({ isBtree }) => isBtree),
    ({ relation }) => relation,
  );
  return (relation, parts, columns) =>
    columnsOf(relation).flatMap(({ name, number, numbering, identity }) => {
      if (numbering === null) return [];
      const spots = parts.map((part) => spotOf({ relation: part, column: name }));
      const defaults = spots.flatMap(defaultsOf);
      const trees = treesOf(relation).filter(({ numbers: [first] }) => first === number);
      return {
        column: name,
        kind: numbering,
        nullable: columns.some((column) => column.name === name && column.nullable),
        identity,
        sequences: sequencesFrom(spots.flatMap(sequencesOf)),
        isStamped: defaults.every(({ isXactId }) => isXactId) && defaults.some((one) => one.relation === relation),
        indexes: trees.map(({ numbers }) => readableNames(columnsOf(relation), numbers)),
      };
    });
}

const spotOf = ({ relation, column }: Pick<FoundDefault, 'relation' | 'column'>): string => `${relation} ${column}`;

/** Returns an index's columns before the first one that the role cannot read. */
function readableNames(columns: readonly FoundColumn[], numbers: readonly number[]): readonly string[] {
  const names = numbers.map((number) => columns.find((column) => column.number === number)?.name);
  const end = names.indexOf(undefined);
  return names.slice(0, end < 0 ? undefined : end).filter((name) => name !== undefined);
}

/** Lists each sequence once, since partitions may share one. */
function sequencesFrom(found: readonly FoundSequence[]): Numbering['sequences'] {
  const each = new Map(found.map(({ id, name, cache, increment, cycles }) => [id, { name, cache, increment, cycles }]));
  return [...each.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
