import type { Bound, Bounds } from '../../db/sql/period.ts';
import { cast } from '../../db/sql/select.ts';
import { mapped } from '../../db/sql/slot.ts';
import { own, sql, trusted } from '../../db/sql/sql.ts';
import { badInput } from '../../errors.ts';
import { clockOf } from '../filters/operators.ts';
import type { ShapeColumn } from './shape.ts';

type Filter = Readonly<Record<string, unknown>>;

/**
 * Returns the bounds that a filter sets on a time column at its top level and under `and`; `within` ends at the current
 * time.
 */
export function boundsIn(field: string, { column, leaf }: ShapeColumn, where: unknown): Bounds {
  const now = clockOf(column.type);
  const lower: Bound[] = [];
  const upper: Bound[] = [];
  for (const [operator, operand] of flattened(where).flatMap((filter) => Object.entries(filter[field] ?? {}))) {
    if (operand === undefined) continue;
    if (operator === 'within') {
      const start = sql`(${now} ${own('-')} ${mapped(operand, String)}::interval)::${trusted(column.type.sql)}`;
      lower.push({ value: start, isExclusive: false });
      upper.push({ value: now, isExclusive: false });
    }
    const isExclusive = operator === 'gt' || operator === 'lt';
    const bound = () => ({ value: cast(mapped(operand, leaf.write), column), isExclusive });
    if (['eq', 'gt', 'gte'].includes(operator)) lower.push(bound());
    if (['eq', 'lt', 'lte'].includes(operator)) upper.push(bound());
  }
  return { lower, upper };
}

const flattened = (where: unknown): readonly Filter[] => {
  const filter = (where ?? {}) as Filter & { readonly and?: readonly unknown[] };
  return [filter, ...(filter.and ?? []).flatMap(flattened)];
};

const bounding = ['eq', 'gt', 'gte', 'lt', 'lte', 'within'];

/**
 * Returns the filter without the bounds that `boundsIn` finds; null if nothing is left. Throws BAD_USER_INPUT for any
 * other condition on the column, since that cannot be moved to another period.
 */
export function withoutBounds(field: string, where: unknown): Filter | null {
  const { [field]: tests, and, ...rest } = (where ?? {}) as Filter & { readonly and?: readonly unknown[] };
  const others = Object.entries(tests ?? {}).filter(
    ([operator, operand]) => operand !== undefined && !bounding.includes(operator),
  );
  if (others.length > 0 || mentions(field, [rest['or'], rest['not']]))
    throw badInput(
      `previous: where may limit ${field} only at the top level or under "and", and only by ${bounding.join(', ')}`,
    );
  const parts = and?.flatMap((part) => withoutBounds(field, part) ?? []);
  const kept = { ...rest, ...(parts && parts.length > 0 && { and: parts }) };
  return Object.values(kept).some((value) => value !== undefined) ? kept : null;
}

/** Tells whether a part of a filter tests the given column of the filtered rows. */
const mentions = (field: string, part: unknown): boolean =>
  Array.isArray(part)
    ? part.some((one) => mentions(field, one))
    : typeof part === 'object' &&
      part !== null &&
      Object.entries(part).some(
        ([name, value]) => name === field || (['and', 'or', 'not'].includes(name) && mentions(field, value)),
      );
