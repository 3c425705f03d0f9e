import { escapeLiteral } from 'pg';
import type { Order, Type } from '../../catalog/type.ts';
import * as compare from '../../db/sql/compare.ts';
import { mapped, propertyOf, type Slot } from '../../db/sql/slot.ts';
import { gte, or, own, type Sql, sql, trusted } from '../../db/sql/sql.ts';
import type { Leaf } from '../leaves.ts';
import { writeList } from '../listText.ts';
import type { ScalarName } from '../scalars.ts';
import type { Sense } from '../senses.ts';
import { widerFor } from './beyond.ts';
import { keyed, labelled, networked, ranged } from './containment.ts';
import { at, json } from './json.ts';
import type { FilterOperand, Operator, Operators } from './operator.ts';
import { textual } from './patterns.ts';
import { searched } from './searched.ts';
import { spatial } from './spatial.ts';

const isEqual = (operand: FilterOperand, argument: unknown): Sql =>
  sql`${compare.comparable(operand)} ${trusted(compare.comparedAs(operand.type).eq)} ${value(operand, argument)}`;

/**
 * Tests whether a value is in a list. Items that the column's type cannot hold are compared in a wider type, apart from the
 * other items, whose values the wider type could change.
 */
const isAmong = (operand: FilterOperand, items: unknown): Sql => {
  const { leaf, type } = operand;
  const among = (list: readonly string[] | Slot, wider?: string) => {
    const given = wider === undefined ? listOf(type, list) : sql`${list}::${trusted(wider)}[]`;
    return sql`${compare.comparable(operand)} ${trusted(compare.comparedAs(type).eq)} any (${given})`;
  };
  const textsIn = (list: unknown) => (list as readonly unknown[]).map(leaf.write);
  const widers = propertyOf(items, (list) => {
    const found = new Set(textsIn(list).map((text) => widerFor(type, text)));
    return found.size === 0 ? [undefined] : [...found];
  });
  return or(
    widers.map((wider) => {
      const isOfThese = (text: string) => widerFor(type, text) === wider;
      return among(
        mapped(items, (list) => textsIn(list).filter(isOfThese)),
        wider,
      );
    }),
  );
};

/** Operators of all comparable types. `ne` negates equality, because not every type has `<>`. */
const common: Operators = {
  eq: { argument: 'value', description: 'Equal to.', condition: isEqual },
  ne: {
    argument: 'value',
    description: 'Not equal to; never matches null.',
    condition: (operand, argument) => sql`not (${isEqual(operand, argument)})`,
  },
};

const listed: Operators = {
  in: {
    argument: 'values',
    description: 'Equal to one of these; an empty list matches nothing.',
    condition: isAmong,
  },
  notIn: {
    argument: 'values',
    description: 'Equal to none of these; never matches null.',
    condition: (operand, items) => sql`not (${isAmong(operand, items)})`,
  },
};

const nullness: Operators = {
  isNull: {
    argument: 'Boolean',
    description: 'Whether the value is null.',
    condition: (operand, wanted) => (wanted === true ? compare.isNull(operand) : compare.isNotNull(operand)),
  },
};

const inOrder = (name: keyof Order, description: string): Operator => ({
  argument: 'value',
  description,
  condition: (operand, argument) =>
    sql`${compare.comparable(operand)} ${trusted(compare.orderOf(operand)[name])} ${value(operand, argument)}`,
});

const ordered: Operators = {
  lt: inOrder('lt', 'Less than.'),
  lte: inOrder('lte', 'Less than or equal to.'),
  gt: inOrder('gt', 'Greater than.'),
  gte: inOrder('gte', 'Greater than or equal to.'),
};

const clocks: Readonly<Record<string, string>> = { timestamp: 'localtimestamp', date: 'current_date' };

/** Returns the current time in the type of a time column: the time from which `within` counts back. */
export const clockOf = ({ name }: Type): Sql => trusted(clocks[name] ?? 'pg_catalog.now()');

const timed: Operators = {
  within: {
    argument: 'Duration',
    description: 'Not older than this, by the clock of the database.',
    condition: ({ sql: column, type }, duration) =>
      sql`${column} ${gte} (${clockOf(type)} ${own('-')} ${mapped(duration, String)}::interval)`,
  },
};

const ofItems = (operator: string, description: string): Operator => ({
  argument: 'values',
  description,
  condition: (operand, argument) => sql`${compare.comparable(operand)} ${own(operator)} ${value(operand, argument)}`,
});

const list: Operators = {
  contains: ofItems('@>', 'Has all of these items.'),
  containedBy: ofItems('<@', 'Has no items other than these.'),
  overlaps: ofItems('&&', 'Has at least one of these items.'),
};

const equality = { ...common, ...listed, ...nullness };
const order = { ...equality, ...ordered };

const bySense: Readonly<Record<Sense, Operators>> = {
  none: nullness,
  equality,
  order,
  text: { ...order, ...textual, ...searched },
  range: { ...order, ...ranged },
  multirange: { ...order, ...ranged },
  network: { ...order, ...networked },
  labelPath: { ...order, ...labelled },
  hstore: { ...equality, ...keyed },
  tsvector: { ...order, ...searched },
  geometry: { ...equality, ...spatial },
  embedding: { ...common, ...nullness },
};

/** Operators that scalars have in addition to those of their sense. */
const byScalar: Readonly<Partial<Record<ScalarName, Operators>>> = {
  DateTime: timed,
  LocalDateTime: timed,
  Date: timed,
  JSON: { ...json, at },
};

/** Returns the operators of a leaf's filter; all columns of one leaf share one input type. */
export function operatorsOf({ sense, isList, type }: Leaf): Operators {
  if (sense === 'none') return nullness;
  if (isList && sense !== 'embedding') return { ...common, ...nullness, ...list };
  const own = sense === 'hstore' || typeof type !== 'string' ? null : byScalar[type];
  return { ...bySense[sense], ...own };
}

/**
 * Casts the argument to the column's type, and then to the type as which that is compared, if it is another one. An
 * argument that the column's type cannot hold is cast to a wider type.
 */
const value = ({ leaf, type }: FilterOperand, argument: unknown): Sql => {
  // An hstore that cannot be written is an error of the field with the filter, whose statement must not be kept.
  if (leaf.sense === 'hstore') propertyOf(argument, (given) => void leaf.write(given));
  const text = mapped(argument, leaf.write);
  const written = hasFewValues(type) ? trusted(escapeLiteral(String(text))) : sql`${text}`;
  const wider = widerFor(type, text);
  return wider === undefined
    ? inForm(type, sql`${written}::${trusted(type.sql)}`, '')
    : sql`${written}::${trusted(wider)}`;
};

/**
 * Tells whether the type has so few values that each may have its own statement, so that PostgreSQL can plan for it.
 * Only values checked by graphql-js arrive here.
 */
const hasFewValues = ({ sql: type, enum: id }: Type): boolean => id !== null || type === 'pg_catalog.bool';

/** Casts a list to an array. pg separates items by commas, so arrays with another delimiter are written here. */
const listOf = (type: Type, texts: readonly string[] | Slot): Sql => {
  const write = (list: unknown) => writeList(list, type.delimiter, String);
  const listed = type.delimiter === ',' ? texts : mapped(texts, write);
  return inForm(type, sql`${listed}::${trusted(type.sql)}[]`, '[]');
};

const inForm = (type: Type, given: Sql, suffix: '' | '[]'): Sql =>
  type.comparison ? given : sql`${given}::${trusted(compare.comparedAs(type).type + suffix)}`;
