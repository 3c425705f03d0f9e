import { badInput } from '../../errors.ts';

/**
 * Returns the fields of an input that the client gave. Throws BAD_USER_INPUT for a null, so that a forgotten variable
 * cannot change the question.
 */
export function givenIn(what: string, input: unknown): readonly (readonly [string, unknown])[] {
  if (input === null) throw badInput(`${what} is null; leave it out`);
  return Object.entries(input as Readonly<Record<string, unknown>>)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => {
      if (value === null) throw badInput(`"${name}" in ${what} is null; leave it out`);
      return [name, value];
    });
}

/** Returns the only field of a `@oneOf` input, which graphql-js has already checked. */
export function oneOf(what: string, input: unknown): readonly [string, unknown] {
  const [one] = givenIn(what, input);
  if (!one) throw badInput(`${what} is empty`);
  return one;
}
