import type { Type } from '../../catalog/type.ts';
import type * as compare from '../../db/sql/compare.ts';
import { type Sql, trusted } from '../../db/sql/sql.ts';
import type { Leaf } from '../leaves.ts';
import type { ScalarName } from '../scalars.ts';

/** The left side of a comparison: a column of the table, or a value computed from it. */
export interface FilterOperand extends compare.Operand {
  readonly leaf: Leaf;
  /** Configuration of text search, as SQL. */
  readonly search?: string | undefined;
}

/**
 * The kind of an operator's argument: a value of the column's type, a list of these, JSON types, a box, a circle, or a
 * scalar.
 */
type Argument = 'value' | 'values' | 'jsonTypes' | 'box' | 'circle' | ScalarName;

export interface Operator {
  readonly argument: Argument;
  readonly description: string;
  readonly condition: (operand: FilterOperand, argument: unknown) => Sql;
}

/** An operator whose argument has operators of its own, which compare a value computed from the column. */
export interface NestedOperator {
  /** Leaf of the compared value; `path` for the JSON value at a path in the argument. */
  readonly nested: Leaf | 'path';
  readonly description: string;
  readonly operand: (operand: FilterOperand, path: readonly string[]) => FilterOperand;
}

/** Operators by field name. */
export type Operators = Readonly<Record<string, Operator | NestedOperator>>;

/** Returns an operator that the type's extension defines, qualified with its schema. */
export const operatorIn = ({ schema }: Type, name: string): Sql => trusted(`operator(${schema}.${name})`);
