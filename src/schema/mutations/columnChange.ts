import { based, comparable, comparedAs } from '../../db/sql/compare.ts';
import { own, type Sql, sql, trusted } from '../../db/sql/sql.ts';
import type { Builder, InputObjectRef } from '../builder.ts';
import type { FilterOperand } from '../filters/operator.ts';
import { leafInput } from '../leafField.ts';
import { type Leaf, leafName } from '../leaves.ts';
import { memoised } from '../memoised.ts';
import { namedFields } from '../namedFields.ts';
import type { ScalarName } from '../scalars.ts';
import { mergePatch } from './mergePatch.ts';

/** A change relative to a column's value; `result` returns the new value. */
interface Change {
  readonly description: string;
  readonly result: (operand: FilterOperand, argument: unknown) => Sql;
}

/** Changes by field name. */
type Changes = Readonly<Record<string, Change>>;

/** Returns the sum, or only `value` if the column is null. A null counts as zero or as empty. */
const added = (sum: Sql, value: Sql): Sql => sql`coalesce(${sum}, ${value})`;

const typed = ({ leaf, type }: FilterOperand, argument: unknown): Sql =>
  sql`${leaf.write(argument)}::${trusted(type.sql)}`;

const numbers: Changes = {
  increment: {
    description: 'Adds this, which may be negative; a null counts as zero.',
    result: (operand, argument) => {
      const value = typed(operand, argument);
      return added(sql`${based(operand)} ${own('+')} ${value}`, value);
    },
  },
};

const joined = (operand: FilterOperand, join: (column: Sql, value: Sql) => Sql, argument: unknown): Sql => {
  const value = sql`${String(argument)}::pg_catalog.text`;
  return added(join(sql`${operand.sql}::pg_catalog.text`, value), value);
};

const texts: Changes = {
  append: {
    description: 'Adds this at the end.',
    result: (operand, argument) => joined(operand, (column, value) => sql`${column} ${own('||')} ${value}`, argument),
  },
  prepend: {
    description: 'Adds this at the start.',
    result: (operand, argument) => joined(operand, (column, value) => sql`${value} ${own('||')} ${column}`, argument),
  },
};

const lists: Changes = {
  append: {
    description: 'Adds these items at the end.',
    result: (operand, items) => sql`pg_catalog.array_cat(${based(operand)}, ${typed(operand, items)})`,
  },
  prepend: {
    description: 'Adds these items at the start.',
    result: (operand, items) => sql`pg_catalog.array_cat(${typed(operand, items)}, ${based(operand)})`,
  },
  remove: {
    description: 'Removes all items that are equal to one of these.',
    result: (operand, items) => without(operand, typed(operand, items)),
  },
};

/** Returns the items of a list that are not in `others`, in their order. */
function without(operand: FilterOperand, others: Sql): Sql {
  const { item } = operand.type;
  if (!item) throw new Error(`${operand.type.sql} is not a list`);
  const { eq, type } = comparedAs(item);
  const isAmong = sql`${comparable({ sql: sql`i.x`, type: item })} ${trusted(eq)} any (${others}::${trusted(type)}[])`;
  const list = based(operand);
  // In FROM, `unnest` would split rows into their columns.
  const items = sql`select pg_catalog.unnest(${list}) as x, pg_catalog.generate_series(1, pg_catalog.cardinality(${list})) as n`;
  return sql`(case when ${operand.sql} is not null then array(
    select i.x from (${items}) i where (${isAmong}) is not true order by i.n) end)`;
}

const documents: Changes = {
  merge: {
    description: 'Merges this into the document (RFC 7396): a null removes a key, a list is replaced as a whole.',
    result: ({ sql: column, type }, patch) =>
      sql`${mergePatch(sql`${column}::pg_catalog.jsonb`, String(patch))}::${trusted(type.sql)}`,
  },
};

const byScalar: Readonly<Partial<Record<ScalarName, Changes>>> = {
  Int: numbers,
  BigInt: numbers,
  Float: numbers,
  Decimal: numbers,
  Duration: numbers,
  JSON: documents,
};

function changesOf({ type, isList, sense }: Leaf): Changes | null {
  // A vector is a list in the API, but not an array.
  if (sense === 'none' || sense === 'embedding') return null;
  if (isList) return lists;
  if (sense === 'text') return texts;
  if (sense === 'hstore') return null;
  return (typeof type === 'string' && byScalar[type]) || null;
}

/** The changes that a leaf's columns support. */
export interface LeafChange {
  readonly type: InputObjectRef;
  /** Returns the new value of the column. */
  readonly read: (operand: FilterOperand, input: unknown) => Sql;
}

export type LeafChanges = (leaf: Leaf) => LeafChange | null;

/**
 * Returns the function that defines the input of each leaf when a column first needs it; null for values that can only
 * be set.
 */
export const createLeafChanges = (builder: Builder): LeafChanges =>
  memoised((leaf) => {
    const changes = changesOf(leaf);
    return changes && define(builder, leaf, changes);
  }, leafName);

const define = (builder: Builder, leaf: Leaf, changes: Changes): LeafChange => ({
  type: builder.inputType(`${leafName(leaf)}Change`, {
    isOneOf: true,
    fields: (t) =>
      namedFields(Object.entries(changes), ({ description }) => t.field({ type: leafInput(t, leaf), description })),
  }),
  read(operand, input) {
    const [[field, argument] = ['', null]] = Object.entries(input as object);
    const change = changes[field];
    if (!change) throw new Error(`No change ${field} of ${leaf.name}`);
    return change.result(operand, argument);
  },
});
