import { DEFAULT_DEPRECATION_REASON } from 'graphql';

/** A line for the log: which comment holds a directive that cannot be followed, and why. */
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

/** Parts a comment of the database into what readers see and what directs the API; lines end as on any system. */
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

/** Whether a text can be a name in GraphQL that is not one of introspection. */
export const isName = (text: string): boolean => /^[A-Za-z]\w*$/.test(text);

/** What `@deprecated` gives as the reason. */
export const reasonOf = (argument: string): string => argument || DEFAULT_DEPRECATION_REASON;
