/** Creates something, such as a field or a value of an enum, for each entry under its name. */
export const namedFields = <Of, Field>(
  entries: Iterable<readonly [name: string, of: Of]>,
  create: (of: Of, name: string) => Field,
): Record<string, Field> => Object.fromEntries(Array.from(entries, ([name, of]) => [name, create(of, name)]));
