import type { Enum } from './catalog.ts';
import { unquote } from './columnList.ts';
import { type Directive, isName, notAName, reasonOf, type Warn } from './comment.ts';
import { type Path, pathKey, shownPath } from './paths.ts';

/** Matches the argument of a directive on a label: the label, in double quotes unless it is one word, then the rest. */
const ofLabel = /^("(?:[^"]|"")*"|[^"\s]\S*)\s+(.+)$/s;

/** Tells whether a `@name` on an enum type names one of its labels rather than the type. */
export const isOfLabel = ({ argument }: Directive): boolean => ofLabel.test(argument);

/** Applies the directives on an enum type's labels, which have no comments of their own. */
export function directLabels(
  type: Enum,
  directives: readonly Directive[],
  names: Map<string, string>,
  warn: Warn,
): Enum {
  const deprecations = new Map<string, string>();
  for (const { name, argument } of directives) {
    const [, quoted, rest = ''] = ofLabel.exec(argument) ?? [];
    const label = unquote(quoted ?? argument);
    const path: Path = ['label', type.id, label];
    const wrong = (why: string) => warn(`@${name} ${argument} on ${shownPath(['enum', type.id])}: ${why}`);
    if (name === 'name' && quoted === undefined) continue; // names the type itself
    if (!type.labels.includes(label)) wrong(`there is no label ${label}`);
    else if (name === 'deprecated') deprecations.set(label, reasonOf(rest));
    else if (isName(rest)) names.set(pathKey(...path), rest);
    else wrong(notAName(rest));
  }
  return deprecations.size > 0 ? { ...type, deprecations } : type;
}
