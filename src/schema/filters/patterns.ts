import * as compare from '../../db/sql/compare.ts';
import { own, type Sql, sql } from '../../db/sql/sql.ts';
import { type FilterOperand, type Operator, type Operators, operatorIn } from './operator.ts';

/** By a type's own pattern operators where it has such; in a collation that PostgreSQL can match patterns in. */
function matches({ sql: column, type }: FilterOperand, name: '~~' | '~~*', pattern: string): Sql {
  const text = type.hasOwnPatterns ? compare.based({ sql: column, type }) : sql`${column}::pg_catalog.text`;
  const strict = type.isLoose ? sql`(${text} collate pg_catalog."default")` : text;
  const operator = type.hasOwnPatterns ? operatorIn(type, name) : own(name);
  return sql`${strict} ${operator} ${pattern}::pg_catalog.text`;
}

/** A pattern made by `around` from the argument, whose own wildcards are taken literally. */
const literal = (description: string, around: (text: string) => string): Operator => ({
  argument: 'String',
  description,
  condition: (operand, text) => matches(operand, '~~', around(String(text).replaceAll(/[\\%_]/g, '\\$&'))),
});

const pattern = (name: '~~' | '~~*', description: string): Operator => ({
  argument: 'String',
  description,
  condition: (operand, text) => matches(operand, name, String(text)),
});

export const textual: Operators = {
  like: pattern('~~', 'Matches a pattern: % is any text, _ any character, \\ takes the next one literally.'),
  ilike: pattern('~~*', 'Like `like`, without regard to case.'),
  startsWith: literal('Begins with this text.', (text) => `${text}%`),
  endsWith: literal('Ends with this text.', (text) => `%${text}`),
  contains: literal('Contains this text.', (text) => `%${text}%`),
};
