import { badInput } from '../../errors.ts';

/** The fields of an input that a client gave; a null is refused, so that a forgotten variable never changes the question. */
export function givenIn(what: string, input: unknown): readonly (readonly [string, unknown])[] {
  if (input === null) throw badInput(`${what} is null; leave it out`);
  return Object.entries(input as Readonly<Record<string, unknown>>)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => {
      if (value === null) throw badInput(`"${name}" in ${what} is null; leave it out`);
      return [name, value];
    });
}

/** The one field of an input of which exactly one is given, which graphql-js has checked. */
export function oneOf(what: string, input: unknown): readonly [string, unknown] {
  const [one] = givenIn(what, input);
  if (!one) throw badInput(`${what} is empty`);
  return one;
}
