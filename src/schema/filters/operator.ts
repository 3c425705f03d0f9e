import type { Type } from '../../catalog/catalog.ts';
import type * as compare from '../../db/sql/compare.ts';
import { type Sql, trusted } from '../../db/sql/sql.ts';
import type { Leaf } from '../leaves.ts';
import type { ScalarName } from '../scalars.ts';

/** What an operator compares: a column of the table, as it is called in the statement, or a value that is made of it. */
export interface FilterOperand extends compare.Operand {
  readonly leaf: Leaf;
  /** The configuration by which its text is searched, as SQL. */
  readonly search?: string | undefined;
}

/**
 * What the argument of an operator is: a value of the column's type, a list of such, types of JSON, a box or a circle, or a
 * scalar.
 */
type Argument = 'value' | 'values' | 'jsonTypes' | 'box' | 'circle' | ScalarName;

export interface Operator {
  readonly argument: Argument;
  readonly description: string;
  readonly condition: (operand: FilterOperand, argument: unknown) => Sql;
}

/** An operator whose argument has operators of its own, on a value that is made of the column's. */
export interface NestedOperator {
  /** What is compared; at a path in JSON the argument says where. */
  readonly nested: Leaf | 'path';
  readonly description: string;
  readonly operand: (operand: FilterOperand, path: readonly string[]) => FilterOperand;
}

/** By the names of their fields. */
export type Operators = Readonly<Record<string, Operator | NestedOperator>>;

/** An operator that the type's extension brought. */
export const operatorIn = ({ schema }: Type, name: string): Sql => trusted(`operator(${schema}.${name})`);
