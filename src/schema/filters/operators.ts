import { escapeLiteral } from 'pg';
import type { Comparison, Type } from '../../catalog/catalog.ts';
import * as compare from '../../db/sql/compare.ts';
import { gte, or, own, type Sql, sql, trusted, type Value } from '../../db/sql/sql.ts';
import type { Leaf } from '../leaves.ts';
import { widerFor } from './beyond.ts';

/** What an operator compares: a column of the table, as it is called in the statement. */
export interface FilterOperand extends compare.Operand {
  readonly leaf: Leaf;
}

/** What the argument of an operator is: a value of the column's type, a list of such, or something of its own. */
type Argument = 'value' | 'values' | 'Boolean' | 'String' | 'Duration' | 'JSON' | 'path';

export interface Operator {
  readonly argument: Argument;
  readonly description: string;
  readonly condition: (operand: FilterOperand, argument: unknown) => Sql;
}

const isEqual = (operand: FilterOperand, argument: unknown): Sql =>
  sql`${compare.comparable(operand)} ${trusted(compare.comparedAs(operand.type).eq)} ${value(operand, argument)}`;

/** Items that the column cannot have are compared apart: a wider type has other values for the rest. */
const isAmong = (operand: FilterOperand, items: unknown): Sql => {
  const { eq, type } = compare.comparedAs(operand.type);
  const texts = (items as readonly unknown[]).map(operand.leaf.write);
  const groups = Map.groupBy(texts, (text) => widerFor(operand.type, text) ?? type);
  const among = (list: Value, as: string) =>
    sql`${compare.comparable(operand)} ${trusted(eq)} any (${list}::${trusted(as)}[])`;
  return groups.size === 0 ? among([], type) : or([...groups].map(([as, list]) => among(list, as)));
};

/** Not every type has a `<>`, but what is equal is not unequal. */
const common: Readonly<Record<string, Operator>> = {
  eq: { argument: 'value', description: 'Equal to.', condition: isEqual },
  ne: {
    argument: 'value',
    description: 'Not equal to; a null is neither.',
    condition: (operand, argument) => sql`not (${isEqual(operand, argument)})`,
  },
};

const listed: Readonly<Record<string, Operator>> = {
  in: {
    argument: 'values',
    description: 'Equal to one of these; an empty list matches nothing.',
    condition: isAmong,
  },
  notIn: {
    argument: 'values',
    description: 'Equal to none of these; a null is neither in nor out.',
    condition: (operand, items) => sql`not (${isAmong(operand, items)})`,
  },
};

const nullness: Readonly<Record<string, Operator>> = {
  isNull: {
    argument: 'Boolean',
    description: 'Whether there is no value.',
    condition: (operand, wanted) => (wanted === true ? compare.isNull(operand) : compare.isNotNull(operand)),
  },
};

const inOrder = (name: keyof NonNullable<Comparison['order']>, description: string): Operator => ({
  argument: 'value',
  description,
  condition: (operand, argument) => {
    const operator = compare.comparedAs(operand.type).order?.[name] ?? `operator(pg_catalog.${textOrder[name]})`;
    return sql`${compare.comparable(operand)} ${trusted(operator)} ${value(operand, argument)}`;
  },
});

const textOrder = { lt: '<', lte: '<=', gt: '>', gte: '>=' };

const ordered: Readonly<Record<string, Operator>> = {
  lt: inOrder('lt', 'Less than.'),
  lte: inOrder('lte', 'Less than or equal to.'),
  gt: inOrder('gt', 'Greater than.'),
  gte: inOrder('gte', 'Greater than or equal to.'),
};

/** What a column shows; a cast to text would add its length to the address of a host. */
const shown = ({ sql: column, type }: FilterOperand): Sql =>
  type.sql === 'pg_catalog.inet'
    ? sql`pg_catalog.inet_out(${column})::pg_catalog.text`
    : sql`${column}::pg_catalog.text`;

/** A pattern made by `around` from the argument, whose own wildcards are taken literally. */
const literal = (description: string, around: (text: string) => string): Operator => ({
  argument: 'String',
  description,
  condition: (operand, text) =>
    sql`${shown(operand)} ${own('~~')} ${around(String(text).replaceAll(/[\\%_]/g, '\\$&'))}::pg_catalog.text`,
});

const pattern = (operator: string, description: string): Operator => ({
  argument: 'String',
  description,
  condition: (operand, text) => sql`${shown(operand)} ${own(operator)} ${String(text)}::pg_catalog.text`,
});

const textual: Readonly<Record<string, Operator>> = {
  like: pattern('~~', 'Matches a pattern: % is any text, _ any character, \\ takes the next one literally.'),
  ilike: pattern('~~*', 'Like `like`, without regard to case.'),
  startsWith: literal('Begins with this text.', (text) => `${text}%`),
  endsWith: literal('Ends with this text.', (text) => `%${text}`),
  contains: literal('Contains this text.', (text) => `%${text}%`),
};

/** What `within` counts back from, by the type of the column. */
export const clocks: Readonly<Record<string, string>> = {
  timestamptz: 'pg_catalog.now()',
  timestamp: 'localtimestamp',
  date: 'current_date',
};

const timed: Readonly<Record<string, Operator>> = {
  within: {
    argument: 'Duration',
    description: 'Not older than this, by the clock of the database.',
    condition: ({ sql: column, type }, duration) =>
      sql`${column} ${gte} (${trusted(clocks[type.name] ?? 'pg_catalog.now()')} ${own('-')} ${String(duration)}::interval)`,
  },
};

const json: Readonly<Record<string, Operator>> = {
  contains: {
    argument: 'JSON',
    description: 'Contains these keys and values, or these items.',
    condition: ({ sql: column }, document) =>
      sql`${column}::pg_catalog.jsonb ${own('@>')} ${String(document)}::pg_catalog.jsonb`,
  },
  hasKey: {
    argument: 'String',
    description: 'Has this key at its top level, or this string as an item.',
    condition: ({ sql: column }, key) => sql`${column}::pg_catalog.jsonb ${own('?')} ${String(key)}::pg_catalog.text`,
  },
  at: {
    argument: 'path',
    description: 'Compares what stands at a path.',
    condition: ({ sql: column }, argument) => {
      const { path, eq } = argument as { readonly path: readonly string[]; readonly eq: unknown };
      return sql`(${column}::pg_catalog.jsonb ${own('#>')} ${path}::pg_catalog.text[]) ${own('=')} ${String(eq)}::pg_catalog.jsonb`;
    },
  },
};

const ofItems = (operator: string, description: string): Operator => ({
  argument: 'value',
  description,
  condition: (operand, argument) => sql`${compare.comparable(operand)} ${own(operator)} ${value(operand, argument)}`,
});

const list: Readonly<Record<string, Operator>> = {
  contains: ofItems('@>', 'Has all of these items.'),
  containedBy: ofItems('<@', 'Has no other items than these.'),
  overlaps: ofItems('&&', 'Has at least one of these items.'),
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

/** A list is read as its own type first, which may part its items by another sign than the one that it is compared as. */
const value = ({ leaf, type }: FilterOperand, argument: unknown): Sql => {
  const text = leaf.write(argument);
  const written = hasFewValues(type) ? trusted(escapeLiteral(text)) : sql`${text}`;
  const as = widerFor(type, text) ?? compare.comparedAs(type).type;
  return sql`${written}${trusted(type.item ? `::${type.sql}` : '')}::${trusted(as)}`;
};

/** Each of few values may have a statement of its own, whose plan PostgreSQL can keep; graphql-js lets no other in. */
const hasFewValues = ({ sql: type, enum: id }: Type): boolean => id !== null || type === 'pg_catalog.bool';
