import type { Type } from '../../catalog/type.ts';
import * as compare from '../../db/sql/compare.ts';
import { mapped, propertyOf } from '../../db/sql/slot.ts';
import { own, type Sql, sql, trusted } from '../../db/sql/sql.ts';
import { type Operator, type Operators, operatorIn } from './operator.ts';

/** Creates an operator whose argument is text, which is cast to the type that `typeOf` returns. */
const special = (
  description: string,
  typeOf: (type: Type, text: string) => string,
  operatorOf: (type: Type) => Sql,
): Operator => ({
  argument: 'String',
  description,
  condition(operand, argument) {
    const type = propertyOf(argument, (text) => typeOf(operand.type, String(text)));
    return sql`${compare.based(operand)} ${operatorOf(operand.type)} ${mapped(argument, String)}::${trusted(type)}`;
  },
});

/** Returns the type to which a text is cast: the multirange if it begins with `{`, otherwise the range. */
const rangeType = ({ range, sql: type }: Type, text: string): string =>
  range ? (/^\s*\{/.test(text) ? range.multirange : range.range) : type;

/** Returns the type of an argument of `contains`: the element type for a text that does not begin like a range. */
const rangeOrValueType = (type: Type, text: string): string =>
  type.range && !/^\s*([[({]|empty\s*$)/i.test(text) ? type.range.element : rangeType(type, text);

export const ranged: Operators = {
  contains: special('Contains this value, or all of this range. Example: "[1,5)".', rangeOrValueType, () => own('@>')),
  containedBy: special('Lies within this range. Example: "[1,5)".', rangeType, () => own('<@')),
  overlaps: special('Has a value in common with this range. Example: "[1,5)".', rangeType, () => own('&&')),
  adjacent: special('Touches this range without a value in common. Example: "[1,5)".', rangeType, () => own('-|-')),
};

const inet = () => 'pg_catalog.inet';

export const networked: Operators = {
  contains: special('Contains this address or network, or is equal to it. Example: "10.1.0.0/16".', inet, () =>
    own('>>='),
  ),
  containedBy: special('Lies within this network, or is equal to it. Example: "10.0.0.0/8".', inet, () => own('<<=')),
  overlaps: special('Contains this network, or lies within it. Example: "10.0.0.0/8".', inet, () => own('&&')),
};

export const labelled: Operators = {
  descendantOf: special(
    'Is this path, or lies beneath it. Example: "top.site".',
    ({ sql: type }) => type,
    (type) => operatorIn(type, '<@'),
  ),
  ancestorOf: special(
    'Is this path, or lies above it. Example: "top.site.device".',
    ({ sql: type }) => type,
    (type) => operatorIn(type, '@>'),
  ),
  matches: special(
    'Matches this pattern of labels (lquery). Example: "top.*.device".',
    ({ schema }) => `${schema}.lquery`,
    (type) => operatorIn(type, '~'),
  ),
};

export const keyed: Operators = {
  contains: {
    argument: 'value',
    description: 'Has these keys with these values. Example: {"unit": "V"}.',
    condition: ({ leaf, ...operand }, keys) =>
      sql`${compare.based(operand)} ${operatorIn(operand.type, '@>')} ${leaf.write(keys)}::${trusted(operand.type.sql)}`,
  },
  hasKey: special(
    'Has this key.',
    () => 'pg_catalog.text',
    (type) => operatorIn(type, '?'),
  ),
};
