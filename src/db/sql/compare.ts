import type { Column, PartitionCount } from '../../catalog/catalog.ts';
import { type Comparison, isOrdered, type Order, type Type } from '../../catalog/type.ts';
import { pruning, type Sql, sql, trusted } from './sql.ts';

/** An expression and its type. */
export interface Operand {
  readonly sql: Sql;
  readonly type: Type;
  /** The `partitions` of a `Column`; absent for other expressions. */
  readonly partitions?: PartitionCount | false | undefined;
}

export const operandOf = ({ type, partitions }: Column, value: Sql): Operand => ({ sql: value, type, partitions });

/** The operators that compare a type's values, and the type to which values are cast first. */
interface ComparedAs extends Comparison {
  readonly type: string;
}

const ownEquality: Comparison = { eq: 'operator(pg_catalog.=)', order: null };

/** Returns how values of a type are compared; a type without an equality is compared in another form. */
export const comparedAs = (type: Type): ComparedAs =>
  type.comparison ? { ...type.comparison, type: type.sql } : { ...ownEquality, type: formOf(type) };

/** Returns a comparable form of values without an order: jsonb, or PostgreSQL's text. */
function formOf({ name, item }: Type): string {
  if (item) return `${isOrdered(item) ? item.sql : formOf(item)}[]`;
  return name === 'json' ? 'pg_catalog.jsonb' : 'pg_catalog.text';
}

/** Returns the operators of a type's order; throws for a type without one. */
export function orderOf({ type }: Pick<Operand, 'type'>): Order {
  const order = type.comparison?.order;
  if (!order) throw new Error(`Values of ${type.sql} have no order`);
  return order;
}

/**
 * Casts a value to its domain's base type, since operators declared for all enums, arrays, ranges or rows do not accept
 * domains.
 */
export const based = ({ sql: value, type }: Operand): Sql =>
  type.isDomain ? sql`${value}::${trusted(type.sql)}` : value;

/** Returns a value in the form that its operators accept. */
export const comparable = (operand: Operand): Sql =>
  operand.type.comparison ? based(operand) : sql`${operand.sql}::${trusted(comparedAs(operand.type).type)}`;

/** Returns a value in a form that can be sorted and that keeps different values apart. */
export const sortable = (operand: Operand): Sql =>
  isOrdered(operand.type) ? based(operand) : sql`${operand.sql}::${trusted(formOf(operand.type))}`;

/**
 * Compares two values for equality. If their types have different operators, one of PostgreSQL's own accepts both, as
 * it does for a foreign key between them.
 */
export function equal(left: Operand, right: Operand): Sql {
  const condition = sql`${comparable(left)} ${trusted(equality(left, right))} ${comparable(right)}`;
  return right.sql.values.length > 0 ? pruning(condition, left.partitions) : condition;
}

/** Returns the operator of `equal`. */
export function equality(left: Operand, right: Operand): string {
  const [{ eq }, other] = [comparedAs(left.type), comparedAs(right.type)];
  return eq === other.eq ? eq : ownEquality.eq;
}

/** Tells whether there is no value. Unlike in SQL, a row whose members are all null counts as a value. */
export const isNull = ({ sql: value, type }: Operand): Sql =>
  type.isRow ? sql`pg_catalog.num_nulls(${value}) operator(pg_catalog.=) 1` : sql`${value} is null`;

/** Returns the opposite of `isNull`. */
export const isNotNull = ({ sql: value, type }: Operand): Sql =>
  type.isRow ? sql`pg_catalog.num_nulls(${value}) operator(pg_catalog.=) 0` : sql`${value} is not null`;
