import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const root = new URL('..', import.meta.url).pathname;
const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
const sources = globSync('src/**/*.ts', { cwd: root });

/** The rooms of the page, from top to bottom. */
const rooms = [...page.matchAll(/^\| `([\w./]+)` \|/gm)]
  .map(([, name = '']) => name)
  .filter((name) => existsSync(join(root, 'src', name)));

/** Returns the innermost room that contains a file. */
const roomOf = (file: string): string | undefined => {
  const path = relative('src', file);
  const within = rooms.filter((room) => path === room || path.startsWith(`${room}/`));
  return within.sort((a, b) => b.length - a.length)[0];
};

interface Import {
  readonly from: string;
  readonly to: string;
  readonly isLazy: boolean;
}

const imports: readonly Import[] = sources.flatMap((file) => {
  const text = readFileSync(join(root, file), 'utf8');
  const found = [...text.matchAll(/^(?:import|export)\b[^;]*?from '(\.[^']+)'|\bimport\('(\.[^']+)'\)/gm)].filter(
    ([, path = '']) => !path.endsWith('.json'),
  );
  return found.map(([, static_, lazy]) => ({
    from: file,
    to: join(dirname(file), static_ ?? lazy ?? ''),
    isLazy: lazy !== undefined,
  }));
});

test('every file is in a room that the page on the architecture names', () => {
  expect(sources.filter((file) => !roomOf(file))).toEqual([]);
  expect(new Set(sources.map(roomOf))).toEqual(new Set(rooms));
});

test('a room imports only from rooms below it', () => {
  const height = (file: string) => rooms.indexOf(roomOf(file) ?? '');
  const upward = imports.filter(({ from, to }) => height(to) < height(from));
  expect(upward.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
});

test('development code is only loaded by `import()`', () => {
  const early = imports.filter(({ from, to, isLazy }) => roomOf(to) === 'dev' && roomOf(from) !== 'dev' && !isLazy);
  expect(early.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
});

test('everything that the page names exists', () => {
  const files = [...page.matchAll(/`((?:[\w-]+\/)*[\w-]+\.(?:ts|md|json|bicep))`/g)].map(([, name = '']) => name);
  const all = globSync(['{src,docs,test,scripts,infra,examples}/**/*', '*'], { cwd: root });
  expect(files.filter((name) => !all.some((file) => file === name || file.endsWith(`/${name}`)))).toEqual([]);
  const text = sources.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
  const words = [...page.matchAll(/`([A-Za-z]\w+)`/g)]
    .map(([, word = '']) => word)
    .filter((word) => !existsSync(join(root, 'src', word)));
  expect(words.filter((word) => !new RegExp(`\\b${word}\\b`).test(text))).toEqual([]);
});

test('no exported name means two things', () => {
  const declared = sources.flatMap((file) =>
    [
      ...readFileSync(join(root, file), 'utf8').matchAll(
        /^export (?:async )?(?:function\*?|const|interface|type|class) (\w+)/gm,
      ),
    ].map(([, name = '']) => ({ name, file })),
  );
  const twice = declared.filter(({ name }, i) => declared.findIndex((other) => other.name === name) !== i);
  expect(twice).toEqual([]);
});

test('at most three files lie loose in src', () => {
  expect(sources.filter((file) => dirname(file) === 'src').length).toBeLessThanOrEqual(3);
});

const written = globSync('{src,test,scripts,bench}/**/*.{ts,js}', {
  cwd: root,
  exclude: (path) => /node_modules|generated/.test(path),
});

/** Returns what the pattern's group `text` matches in these files, each with its file. */
const found = (files: readonly string[], pattern: RegExp): readonly string[] =>
  files.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(pattern)].map((match) => `${file}: ${match.groups?.['text']}`),
  );

test('a doc comment says what the thing is or does, and does not begin with a question word', () => {
  expect(found(written, /\/\*\*[\s*]+(?<text>(?:What|Who|Where|When|How|Why|Which|Whether|So) .*)/g)).toEqual([]);
});

test('a test name is a sentence with its own subject', () => {
  const files = written.filter((file) => file.endsWith('.test.ts'));
  const fragment =
    /(?:\b(?:test|it)|\))\(\s*['"`](?<text>(?:is|are|has|have|may|can|does|that|and|but|or|it|they|its) .*)/g;
  expect(found(files, fragment)).toEqual([]);
});
