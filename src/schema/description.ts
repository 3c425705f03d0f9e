/** The description of a thing of the database: its comment, then its name there where the API's differs, on the same line if there is only one. */
export function described(comment: string | null, original: string, name: string): string | undefined {
  const parts = [comment, original === name ? null : `\`${original}\``].filter((part) => part !== null);
  return parts.length > 0 ? parts.join(comment?.includes('\n') ? '\n\n' : ' ') : undefined;
}
