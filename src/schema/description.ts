/** The description of a thing of the database: its comment, and its name there where the API's differs. */
export function described(comment: string | null, original: string, name: string): string | undefined {
  const parts = [comment, original === name ? null : `\`${original}\``].filter((part) => part !== null);
  return parts.length > 0 ? parts.join('\n\n') : undefined;
}
