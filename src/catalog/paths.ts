/** A thing that its owner may name: its kind, its table or type if it has one, and its name. */
export type Path = readonly [
  kind: 'enum' | 'label' | 'table' | 'column' | 'index' | 'foreign key' | 'check' | 'function' | 'composite',
  ...names: string[],
];

/** Returns a thing's key in `Directed.names`. */
export const pathKey = (...path: Path): string => JSON.stringify(path);

/** Formats a thing for messages. */
export const shownPath = ([kind, ...names]: Path): string => `${kind} ${names.join('.')}`;
