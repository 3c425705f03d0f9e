import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const root = new URL('..', import.meta.url).pathname;
const pages = globSync('{*.md,{docs,examples,infra,scripts,test,.github}/**/*.md}', {
  cwd: root,
  exclude: ['**/node_modules'],
});

/** Returns a page without its code blocks. */
const proseOf = (page: string) => readFileSync(join(root, page), 'utf8').replaceAll(/^```[\s\S]*?^```$/gm, '');

/** Returns the anchors of a page's headings, as GitHub forms them. */
const anchorsOf = (page: string): readonly string[] =>
  [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );

/** Returns the problem of a link on a page; null if the link is right. */
function problemOf(page: string, link: string): string | null {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(root, target))) return `${page}: there is no ${target}`;
  if (anchor === undefined || anchorsOf(target).includes(anchor)) return null;
  return `${page}: ${target} has no heading #${anchor}`;
}

test.each(pages)('every relative link of %s leads somewhere', (page) => {
  const links = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  const relative = links.filter((link) => !/^[a-z]+:/.test(link));
  expect(relative.map((link) => problemOf(page, link)).filter((problem) => problem !== null)).toEqual([]);
});

test('every page that a message, a script or a comment names exists', () => {
  const files = globSync('{src,infra,scripts,examples}/**/*.{ts,js,sh,bicep,bicepparam,env,yaml,json}', {
    cwd: root,
    exclude: ['**/node_modules'],
  });
  const named = files.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    return [...text.matchAll(/\bdocs\/[\w-]+\.md/g)].map(([page]) => `${file}: ${page}`);
  });
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((name) => !pages.includes(name.split(': ')[1] ?? ''))).toEqual([]);
});

test('the README lists every page of the documentation', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const documentation = pages.filter((page) => page.startsWith('docs/'));
  expect(documentation.filter((page) => !readme.includes(`](${page})`))).toEqual([]);
});

test('the changelog has every entry once', () => {
  const entries = proseOf('CHANGELOG.md')
    .split('\n')
    .filter((line) => line.startsWith('- '));
  expect(entries.filter((entry, i) => entries.indexOf(entry) !== i)).toEqual([]);
});

test('every decision has a heading of its own', () => {
  const headings = [...proseOf('docs/decisions.md').matchAll(/^### (.+)$/gm)].map(([, heading]) => heading);
  expect(headings.length).toBeGreaterThan(0);
  expect(headings.filter((heading, i) => headings.indexOf(heading) !== i)).toEqual([]);
  expect(proseOf('docs/decisions.md')).not.toMatch(/^\*\*/m);
});
