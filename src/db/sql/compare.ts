import {
  type Column,
  type Comparison,
  type Division,
  isOrdered,
  type Order,
  type Type,
} from '../../catalog/catalog.ts';
import { pruning, type Sql, sql, trusted } from './sql.ts';

/** A value of a statement, and its type. */
export interface Operand {
  readonly sql: Sql;
  readonly type: Type;
  /** Whether it is a column that divides a table. */
  readonly divides?: Division | false | undefined;
}

export const operandOf = ({ type, divides }: Column, value: Sql): Operand => ({ sql: value, type, divides });

/** What values of a type are compared as, and by which operators: as themselves, or in a form that can be compared. */
interface ComparedAs extends Comparison {
  readonly type: string;
}

const ownEquality: Comparison = { eq: 'operator(pg_catalog.=)', order: null };

/** A type without an equality of its own is compared in another form. */
export const comparedAs = (type: Type): ComparedAs =>
  type.comparison ? { ...type.comparison, type: type.sql } : { ...ownEquality, type: formOf(type) };

/** The form of values that have no order of their own: jsonb, or the text that PostgreSQL writes. */
function formOf({ name, item }: Type): string {
  if (item) return `${isOrdered(item) ? item.sql : formOf(item)}[]`;
  return name === 'json' ? 'pg_catalog.jsonb' : 'pg_catalog.text';
}

/** The operators of a type's order; only types that have one are sorted. */
export function orderOf({ type }: Pick<Operand, 'type'>): Order {
  const order = type.comparison?.order;
  if (!order) throw new Error(`Values of ${type.sql} have no order`);
  return order;
}

/** The value in its domain's base type: what is declared for all enums, arrays, ranges or rows takes no domain for one. */
export const based = ({ sql: value, type }: Operand): Sql =>
  type.isDomain ? sql`${value}::${trusted(type.sql)}` : value;

/** The value as its operators take it. */
export const comparable = (operand: Operand): Sql =>
  operand.type.comparison ? based(operand) : sql`${operand.sql}::${trusted(comparedAs(operand.type).type)}`;

/** The value in a form that can be sorted, so that different ones can be told apart. */
export const sortable = (operand: Operand): Sql =>
  isOrdered(operand.type) ? based(operand) : sql`${operand.sql}::${trusted(formOf(operand.type))}`;

/**
 * Whether two values are equal. Types that differ in their operator have a common one among PostgreSQL's own, as a
 * foreign key between them does.
 */
export function equal(left: Operand, right: Operand): Sql {
  const condition = sql`${comparable(left)} ${trusted(equality(left, right))} ${comparable(right)}`;
  return right.sql.values.length > 0 ? pruning(condition, left.divides) : condition;
}

/** The operator of `equal`. */
export function equality(left: Operand, right: Operand): string {
  const [{ eq }, other] = [comparedAs(left.type), comparedAs(right.type)];
  return eq === other.eq ? eq : ownEquality.eq;
}

/** Whether there is no value; a row without any value in it is one all the same, which SQL denies. */
export const isNull = ({ sql: value, type }: Operand): Sql =>
  type.isRow ? sql`pg_catalog.num_nulls(${value}) operator(pg_catalog.=) 1` : sql`${value} is null`;

/** The opposite of `isNull`. */
export const isNotNull = ({ sql: value, type }: Operand): Sql =>
  type.isRow ? sql`pg_catalog.num_nulls(${value}) operator(pg_catalog.=) 0` : sql`${value} is not null`;
