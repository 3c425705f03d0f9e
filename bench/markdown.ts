import { readFile, writeFile } from 'node:fs/promises';

const docs = new URL('../docs/', import.meta.url);

/** Writes a table in Markdown. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

/** Writes a text between the markers of this name in docs/performance.md; rejects if there are none. */
export async function writeSection(name: string, text: string): Promise<void> {
  const page = new URL('performance.md', docs);
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [before, , after] = (await readFile(page, 'utf8')).split(new RegExp(`${begin}(.*)${end}`, 's'));
  if (after === undefined) throw new Error(`${page.pathname} has no ${begin} ... ${end}`);
  await writeFile(page, `${before}${begin}\n${text}\n${end}${after}`);
}

export const writePicture = (svg: string): Promise<void> => writeFile(new URL('performance.svg', docs), svg);
