import { badInput } from '../../errors.ts';

/** An input object as graphql-js coerced it. */
export type Input = Readonly<Record<string, unknown>>;

/**
 * Returns the fields that the client gave. Throws BAD_USER_INPUT for a null, so that a forgotten value cannot widen a
 * filter.
 */
export function given(input: unknown): readonly (readonly [string, unknown])[] {
  if (input === null) throw badInput('A filter is null; leave it out, or use isNull to look for nulls');
  return Object.entries(input as Input)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => {
      if (value === null)
        throw badInput(`The filter's "${name}" is null; leave it out, or use isNull to look for nulls`);
      return [name, value];
    });
}

/**
 * Returns the part of a filter named `name`. Throws BAD_USER_INPUT if it is empty, because a forgotten variable leaves
 * an empty part.
 */
export function stated(name: string, part: unknown): unknown {
  if (given(part).length > 0) return part;
  throw badInput(
    `The filter's "${name}" is empty, perhaps because a variable was left out; give it a condition, or leave "${name}" out`,
  );
}
