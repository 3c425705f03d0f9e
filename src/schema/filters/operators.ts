import { escapeLiteral } from 'pg';
import type { Type } from '../../catalog/catalog.ts';
import { type Sql, sql, trusted, type Value } from '../../db/sql/sql.ts';
import type { Leaf } from '../leaves.ts';

/** What an operator compares: a column of the table, as it is called in the statement. */
export interface Operand {
  readonly sql: Sql;
  readonly type: Type;
  readonly leaf: Leaf;
}

/** What the argument of an operator is: a value of the column's type, a list of such, or something of its own. */
type Argument = 'value' | 'values' | 'Boolean' | 'String' | 'Duration' | 'JSON' | 'path';

export interface Operator {
  readonly argument: Argument;
  readonly description: string;
  readonly condition: (operand: Operand, argument: unknown) => Sql;
}

const binary = (operator: string, description: string): Operator => ({
  argument: 'value',
  description,
  condition: (operand, argument) => sql`${comparable(operand)} ${trusted(operator)} ${value(operand, argument)}`,
});

const common: Readonly<Record<string, Operator>> = {
  eq: binary('=', 'Equal to.'),
  ne: binary('<>', 'Not equal to; a null is neither.'),
};

const listed: Readonly<Record<string, Operator>> = {
  in: {
    argument: 'values',
    description: 'Equal to one of these; an empty list matches nothing.',
    condition: (operand, items) => sql`${comparable(operand)} = any(${values(operand, items)})`,
  },
  notIn: {
    argument: 'values',
    description: 'Equal to none of these; a null is neither in nor out.',
    condition: (operand, items) => sql`${comparable(operand)} <> all(${values(operand, items)})`,
  },
};

const nullness: Readonly<Record<string, Operator>> = {
  isNull: {
    argument: 'Boolean',
    description: 'Whether there is no value.',
    condition: ({ sql: column }, wanted) => sql`${column} is ${trusted(wanted === true ? 'null' : 'not null')}`,
  },
};

const ordered: Readonly<Record<string, Operator>> = {
  lt: binary('<', 'Less than.'),
  lte: binary('<=', 'Less than or equal to.'),
  gt: binary('>', 'Greater than.'),
  gte: binary('>=', 'Greater than or equal to.'),
};

/** What a column shows; a cast to text would add its length to the address of a host. */
const shown = ({ sql: column, type }: Operand): Sql =>
  type.sql === 'pg_catalog.inet' ? sql`pg_catalog.inet_out(${column})::text` : sql`${column}::text`;

/** A pattern made by `around` from the argument, whose own wildcards are taken literally. */
const literal = (description: string, around: (text: string) => string): Operator => ({
  argument: 'String',
  description,
  condition: (operand, text) => sql`${shown(operand)} like ${around(String(text).replaceAll(/[\\%_]/g, '\\$&'))}::text`,
});

const pattern = (operator: string, description: string): Operator => ({
  argument: 'String',
  description,
  condition: (operand, text) => sql`${shown(operand)} ${trusted(operator)} ${String(text)}::text`,
});

const textual: Readonly<Record<string, Operator>> = {
  like: pattern('like', 'Matches a pattern: % is any text, _ any character, \\ takes the next one literally.'),
  ilike: pattern('ilike', 'Like `like`, without regard to case.'),
  startsWith: literal('Begins with this text.', (text) => `${text}%`),
  endsWith: literal('Ends with this text.', (text) => `%${text}`),
  contains: literal('Contains this text.', (text) => `%${text}%`),
};

/** What `within` counts back from, by the type of the column. */
export const clocks: Readonly<Record<string, string>> = {
  timestamptz: 'now()',
  timestamp: 'localtimestamp',
  date: 'current_date',
};

const timed: Readonly<Record<string, Operator>> = {
  within: {
    argument: 'Duration',
    description: 'Not older than this, by the clock of the database.',
    condition: ({ sql: column, type }, duration) =>
      sql`${column} >= ${trusted(clocks[type.name] ?? 'now()')} - ${String(duration)}::interval`,
  },
};

const json: Readonly<Record<string, Operator>> = {
  contains: {
    argument: 'JSON',
    description: 'Contains these keys and values, or these items.',
    condition: ({ sql: column }, document) => sql`${column}::jsonb @> ${String(document)}::jsonb`,
  },
  hasKey: {
    argument: 'String',
    description: 'Has this key at its top level, or this string as an item.',
    condition: ({ sql: column }, key) => sql`${column}::jsonb ? ${String(key)}::text`,
  },
  at: {
    argument: 'path',
    description: 'Compares what stands at a path.',
    condition: ({ sql: column }, argument) => {
      const { path, eq } = argument as { readonly path: readonly string[]; readonly eq: unknown };
      return sql`${column}::jsonb #> ${path}::text[] = ${String(eq)}::jsonb`;
    },
  },
};

const list: Readonly<Record<string, Operator>> = {
  contains: binary('@>', 'Has all of these items.'),
  containedBy: binary('<@', 'Has no other items than these.'),
  overlaps: binary('&&', 'Has at least one of these items.'),
};

/** The operators of a leaf's filter; all columns of one leaf share one input type. */
export function operatorsOf(leaf: Leaf): Readonly<Record<string, Operator>> {
  if (leaf.isList) return { ...common, ...nullness, ...list };
  switch (leaf.type) {
    case 'Boolean':
      return { ...common, ...listed, ...nullness };
    case 'JSON':
      return { ...common, ...listed, ...nullness, ...json };
    case 'String':
      return { ...common, ...listed, ...nullness, ...ordered, ...textual };
    case 'DateTime':
    case 'LocalDateTime':
    case 'Date':
      return { ...common, ...listed, ...nullness, ...ordered, ...timed };
    default:
      return { ...common, ...listed, ...nullness, ...ordered };
  }
}

/** The operand itself where its type can be compared; else a form of it that can: jsonb for json, else text. */
export const comparable = ({ sql: column, type }: Omit<Operand, 'leaf'>): Sql =>
  type.ordered ? column : sql`${column}::${trusted(comparedAs(type))}`;

const comparedAs = (type: Type): string => {
  if (type.ordered) return type.sql;
  const name = type.name === 'json' ? 'pg_catalog.jsonb' : 'pg_catalog.text';
  return type.item ? `${comparedAs(type.item)}[]` : name;
};

/** A list is read as its own type first, which may part its items by another sign than the one that it is compared as. */
const value = ({ leaf, type }: Operand, argument: unknown): Sql => {
  const text = leaf.write(argument);
  const written = hasFewValues(type) ? trusted(escapeLiteral(text)) : sql`${text}`;
  return sql`${written}${trusted(type.item ? `::${type.sql}` : '')}::${trusted(comparedAs(type))}`;
};

/** Each of few values may have a statement of its own, whose plan PostgreSQL can keep; graphql-js lets no other in. */
const hasFewValues = ({ sql: type, enum: id }: Type): boolean => id !== null || type === 'pg_catalog.bool';

const values = ({ leaf, type }: Operand, items: unknown): Sql => {
  const texts: Value = (items as readonly unknown[]).map(leaf.write);
  return sql`${texts}::${trusted(comparedAs(type))}[]`;
};
