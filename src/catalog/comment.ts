/** A line of a comment that begins with `@`: an instruction to this API. */
export interface Directive {
  readonly name: string;
  readonly argument: string;
}

export interface Comment {
  readonly description: string | null;
  readonly directives: readonly Directive[];
}

/** Parts a comment of the database into what readers see and what directs the API. */
export function parseComment(comment: string | null): Comment {
  const lines = (comment ?? '').split('\n');
  const directives = lines.flatMap((line) => {
    const [, name, argument] = /^\s*@(\w*)\s*(.*?)\s*$/.exec(line) ?? [];
    return name === undefined ? [] : [{ name, argument: argument ?? '' }];
  });
  const description = lines
    .filter((line) => !/^\s*@/.test(line))
    .join('\n')
    .trim();
  return { description: description || null, directives };
}
