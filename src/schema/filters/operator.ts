import type { Type } from '../../catalog/catalog.ts';
import type * as compare from '../../db/sql/compare.ts';
import { type Sql, trusted } from '../../db/sql/sql.ts';
import type { Leaf } from '../leaves.ts';
import type { ScalarName } from '../scalars.ts';

/** What an operator compares: a column of the table, as it is called in the statement. */
export interface FilterOperand extends compare.Operand {
  readonly leaf: Leaf;
}

/** What the argument of an operator is: a value of the column's type, a list of such, a path in JSON, or a scalar. */
type Argument = 'value' | 'values' | 'path' | ScalarName;

export interface Operator {
  readonly argument: Argument;
  readonly description: string;
  readonly condition: (operand: FilterOperand, argument: unknown) => Sql;
}

/** By the names of their fields. */
export type Operators = Readonly<Record<string, Operator>>;

/** An operator that the type's extension brought. */
export const operatorIn = ({ schema }: Type, name: string): Sql => trusted(`operator(${schema}.${name})`);
