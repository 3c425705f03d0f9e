import { badInput } from '../errors.ts';

/** An input object as graphql-js coerced it. */
export type Input = Readonly<Record<string, unknown>>;

type Given = readonly (readonly [name: string, value: unknown])[];

/**
 * Returns the fields of an input that the client gave. Throws BAD_USER_INPUT for a null, so that a forgotten variable
 * cannot change the result.
 */
export function givenIn(what: string, input: unknown, otherwise = ''): Given {
  const isNull = (name: string) => badInput(`${name} is null; leave it out${otherwise}`);
  if (input === null) throw isNull(what);
  return Object.entries(input as Input)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => {
      if (value === null) throw isNull(`${what}'s "${name}"`);
      return [name, value];
    });
}

/** Returns the fields of a filter that the client gave, as `givenIn` does. */
export const givenInFilter = (filter: unknown): Given =>
  givenIn('The filter', filter, ', or use isNull to look for nulls');

/** Maximum number of entries in an `orderBy`: each becomes part of the statement. */
const maxEntries = 500;

/** Returns the entries of an `orderBy`. Throws BAD_USER_INPUT for a null, and for too many entries. */
export function orderEntries(orderBy: unknown, orderWithout: string): readonly unknown[] {
  if (orderBy === null) throw badInput(`orderBy is null; leave it out for ${orderWithout}`);
  const entries = (orderBy ?? []) as readonly unknown[];
  if (entries.length > maxEntries) throw badInput(`orderBy has ${entries.length} entries; give at most ${maxEntries}`);
  return entries;
}

/** Returns the only field of a `@oneOf` input, which graphql-js has already checked. */
export function oneOf(what: string, input: unknown): readonly [string, unknown] {
  const [one] = givenIn(what, input);
  if (!one) throw badInput(`${what} is empty`);
  return one;
}

/**
 * Returns the part of a filter named `name`. Throws BAD_USER_INPUT if it is empty, because a forgotten variable leaves
 * an empty part.
 */
export function nonEmptyPart(name: string, part: unknown): unknown {
  if (givenInFilter(part).length > 0) return part;
  throw badInput(
    `The filter's "${name}" is empty, perhaps because a variable was left out; give it a condition, or leave "${name}" out`,
  );
}
