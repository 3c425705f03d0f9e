import { badInput } from '../../errors.ts';
import { givenInFilter } from '../given.ts';

/** Throws BAD_USER_INPUT for an `expect` argument that holds for every row, or has an empty part. */
export function refuseEmpty(expect: unknown): void {
  if (holdsAlways(expect) || hasEmpty(expect))
    throw badInput('expect, or a part of it, is empty, perhaps because a variable was left out; give it a condition');
}

/** Tells whether a filter holds for every row. */
const holdsAlways = (filter: unknown): boolean =>
  givenInFilter(filter).every(([name, value]) => name === 'and' && (value as readonly unknown[]).every(holdsAlways));

/** Tells whether a coerced value contains an empty input object. Values of columns are no longer objects by then. */
const hasEmpty = (value: unknown): boolean => {
  if (Array.isArray(value)) return value.some(hasEmpty);
  if (typeof value !== 'object' || value === null) return false;
  const fields = Object.values(value);
  return fields.length === 0 || fields.some(hasEmpty);
};
