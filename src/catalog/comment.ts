import { DEFAULT_DEPRECATION_REASON } from 'graphql';

/** Logs which comment contains a directive that cannot be followed, and why. */
export type Warn = (message: string) => void;

/** A line of a comment that begins with `@`: an instruction to this API. */
export interface Directive {
  readonly name: string;
  readonly argument: string;
}

export interface Comment {
  readonly description: string | null;
  readonly directives: readonly Directive[];
}

/** Splits a comment into the description for readers and the directives for the API. Any line ending is accepted. */
export function parseComment(comment: string | null): Comment {
  const lines = (comment ?? '').split(/\r\n?|\n/);
  const directives = lines.flatMap((line) => {
    const [, name, argument] = /^\s*@(\w*)\s*(.*?)\s*$/s.exec(line) ?? [];
    return name === undefined ? [] : [{ name, argument: argument ?? '' }];
  });
  const description = lines
    .filter((line) => !/^\s*@/.test(line))
    .join('\n')
    .trim();
  return { description: description || null, directives };
}

/** Tells whether a comment has a directive of this name. */
export const hasDirective = (comment: string | null, name: string): boolean =>
  parseComment(comment).directives.some((directive) => directive.name === name);

/** Tells whether an owner may give this name in the API: a GraphQL name that begins with a letter. */
export const isName = (text: string): boolean => /^[A-Za-z]\w*$/.test(text);

/** Formats the problem of a text that `isName` rejects. */
export const notAName = (text: string): string =>
  `"${text}" is not a name of letters, digits and _ that begins with a letter`;

/** Returns the reason that `@deprecated` gives. */
export const reasonOf = (argument: string): string => argument || DEFAULT_DEPRECATION_REASON;
