/** A thing that its owner may name: what it is, its table or type if it belongs to one, and its name. */
export type Path = readonly [
  kind: 'enum' | 'label' | 'table' | 'column' | 'index' | 'foreign key' | 'check',
  ...names: string[],
];

/** The key of a thing in `Directed.names`. */
export const pathKey = (...path: Path): string => JSON.stringify(path);

/** The thing, for people. */
export const shownPath = ([kind, ...names]: Path): string => `${kind} ${names.join('.')}`;
