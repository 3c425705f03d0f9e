import * as compare from '../../db/sql/compare.ts';
import { mapped, propertyOf, type Slot } from '../../db/sql/slot.ts';
import { own, type Sql, sql } from '../../db/sql/sql.ts';
import { badInput } from '../../errors.ts';
import { type FilterOperand, type Operator, type Operators, operatorIn } from './operator.ts';

type PatternOperator = '~~' | '~~*' | '~' | '~*';

/** Matches text by the type's own pattern operators, if it has any. */
function matches({ sql: column, type }: FilterOperand, name: PatternOperator, pattern: string | Slot): Sql {
  const operator = type.hasOwnPatterns ? operatorIn(type, name) : own(name);
  return sql`${matchable({ sql: column, type })} ${operator} ${pattern}::pg_catalog.text`;
}

/** Returns the text of a column, in a collation that supports all patterns. */
function matchable({ sql: column, type }: Pick<FilterOperand, 'sql' | 'type'>): Sql {
  const text = type.hasOwnPatterns ? compare.based({ sql: column, type }) : sql`${column}::pg_catalog.text`;
  return type.isNondeterministic ? sql`(${text} collate pg_catalog."default")` : text;
}

/** Creates an operator that matches a pattern built from the argument, in which wildcards are escaped. */
const literal = (name: PatternOperator, description: string, around: (text: string) => string): Operator => ({
  argument: 'String',
  description,
  condition: (operand, argument) =>
    matches(
      operand,
      name,
      mapped(argument, (text) => around(String(text).replaceAll(/[\\%_]/g, '\\$&'))),
    ),
});

const pattern = (name: PatternOperator, description: string): Operator => ({
  argument: 'String',
  description,
  condition: (operand, text) => matches(operand, name, mapped(text, String)),
});

/** Maximum length of a regular expression. Slightly longer ones can already take PostgreSQL seconds to compile. */
const maxExpression = 200;

/**
 * Creates an operator that matches regular expressions at a bounded cost. Without back references PostgreSQL reads the
 * text once, however the expression nests, and it limits the size of repetitions itself.
 */
const expression = (name: '~' | '~*', description: string): Operator => ({
  argument: 'String',
  description,
  condition(operand, given) {
    propertyOf(given, refuseCostly);
    return matches(operand, name, mapped(given, String));
  },
});

function refuseCostly(expression: unknown): void {
  const text = String(expression);
  if (text.length > maxExpression)
    throw badInput(`A regular expression may have at most ${maxExpression} characters; this one has ${text.length}`);
  if (/(?<!\\)(\\\\)*\\[1-9]/.test(text))
    throw badInput(
      'A regular expression must not have back references such as \\1, which can take PostgreSQL very long',
    );
}

const begins = (text: string) => `${text}%`;
const ends = (text: string) => `%${text}`;
const has = (text: string) => `%${text}%`;

export const textual: Operators = {
  like: pattern('~~', 'Matches a pattern: % is any text, _ any character, \\ takes the next one literally.'),
  ilike: pattern('~~*', 'Like `like`, ignoring case.'),
  startsWith: literal('~~', 'Begins with this text.', begins),
  endsWith: literal('~~', 'Ends with this text.', ends),
  contains: literal('~~', 'Contains this text.', has),
  eqInsensitive: literal('~~*', 'Equal to this text, ignoring case.', String),
  startsWithInsensitive: literal('~~*', 'Begins with this text, ignoring case.', begins),
  endsWithInsensitive: literal('~~*', 'Ends with this text, ignoring case.', ends),
  containsInsensitive: literal('~~*', 'Contains this text, ignoring case.', has),
  matches: expression('~', 'Contains a match of this PostgreSQL regular expression. Example: "^SN-\\\\d+$".'),
  matchesInsensitive: expression('~*', 'Like `matches`, ignoring case.'),
};
