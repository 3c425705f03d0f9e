import { type Directive, isName, notAName, parseComment, type Warn } from './comment.ts';
import { isOfLabel } from './labels.ts';
import { type Path, pathKey, shownPath } from './paths.ts';

/** A thing with its comment reduced to the description, and the directives from the comment that apply to it. */
export interface WithDirectives<T> {
  readonly kept: T;
  readonly directives: readonly Directive[];
}

/** Reads a thing's comment; `allowed` lists the directives that apply to it. */
export type ReadComment = <T extends { readonly comment: string | null }>(
  thing: T,
  path: Path,
  allowed: readonly string[],
) => WithDirectives<T>;

/**
 * Creates the reader of comments. It records in `names` the names that owners give, and warns of directives that do not
 * apply.
 */
export const createCommentReader =
  (names: Map<string, string>, warn: Warn): ReadComment =>
  (thing, path, allowed) => {
    const { description, directives } = parseComment(thing.comment);
    const followed = directives.filter(({ name }) => {
      const valid = allowed.includes(name);
      if (!valid) warn(`@${name} on ${shownPath(path)}: this directive does not apply here${shownAllowed(allowed)}`);
      return valid;
    });
    const given = followed.find(
      (directive) => directive.name === 'name' && !(path[0] === 'enum' && isOfLabel(directive)),
    );
    if (given && isName(given.argument)) names.set(pathKey(...path), given.argument);
    else if (given) warn(`@name on ${shownPath(path)}: ${notAName(given.argument)}`);
    return { kept: { ...thing, comment: description }, directives: followed };
  };

const shownAllowed = (directives: readonly string[]): string =>
  directives.length > 0 ? `; use one of ${directives.map((name) => `@${name}`).join(' ')}` : '';

/** Tells whether a thing is omitted from the API. */
export const isOmitted = (directives: readonly Directive[]): boolean => directives.some(({ name }) => name === 'omit');

/** Returns the things that are not omitted. */
export const notOmitted = <T>(things: readonly WithDirectives<T>[]): T[] =>
  things.filter(({ directives }) => !isOmitted(directives)).map(({ kept }) => kept);
