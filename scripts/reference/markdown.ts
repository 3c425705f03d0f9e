/** Writes a table in Markdown. */
export const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

export const code = (text: string): string => `\`${text}\``;

export const codes = (texts: readonly string[]): string => texts.map(code).join(' ');

export const section = (heading: string, ...parts: readonly string[]): string =>
  `${[`## ${heading}`, ...parts].join('\n\n')}\n`;
