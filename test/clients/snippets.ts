import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** A code block in the documentation and its source: a file or a `file#region`. */
export interface Snippet {
  readonly language: string;
  readonly source: string;
  readonly text: string;
}

/** Returns the fenced code blocks of a Markdown file; the source follows the language. */
export const snippetsOf = (markdown: string): readonly Snippet[] =>
  [...markdown.matchAll(/^```(\S+) ?(.*)\n([\s\S]*?)^```$/gm)].map(([, language = '', source = '', text = '']) => ({
    language,
    source,
    text,
  }));

/** Returns the text of a source, from the first folder next to this file that contains it. */
export async function textOf(source: string, folders: readonly string[]): Promise<string> {
  const [file = '', region] = source.split('#');
  const found = folders.map((folder) => new URL(`${folder}/${file}`, import.meta.url)).find((url) => existsSync(url));
  if (!found) throw new Error(`There is no ${file}`);
  const text = await readFile(found, 'utf8');
  if (region === undefined) return text;
  const match = new RegExp(`^// #region ${region}\\n([\\s\\S]*?\\n)\\n*// #endregion$`, 'm').exec(text);
  if (!match?.[1]) throw new Error(`There is no region "${region}" in ${file}`);
  return match[1];
}
