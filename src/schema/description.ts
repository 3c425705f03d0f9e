/**
 * Returns the description of a database object: its comment, followed by its name in the database if the API's name
 * differs. A comment of one line has the name on the same line.
 */
export function described(comment: string | null, original: string, name: string): string | undefined {
  const parts = [comment, original === name ? null : `\`${original}\``].filter((part) => part !== null);
  return parts.length > 0 ? parts.join(comment?.includes('\n') ? '\n\n' : ' ') : undefined;
}
