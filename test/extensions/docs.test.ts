import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { importExtensions } from '../../src/schema/extensions/folder.ts';
import { type Snippet, snippetsOf } from '../clients/snippets.ts';
import { sampleUntil } from '../support/sampleUntil.ts';
import { setUp } from '../support/setUp.ts';

const root = new URL('../..', import.meta.url).pathname;
const snippets = snippetsOf(await readFile(join(root, 'docs/extending.md'), 'utf8'));
const modules = snippets.filter(({ source }) => /\.[jt]s$/.test(source));

/** The folder is outside of this repository, as an owner's is. */
const folder = await mkdtemp(join(tmpdir(), 'events-graphql-extensions-'));
await mkdir(join(folder, 'extensions'));
await writeFile(join(folder, 'extensions/package.json'), '{ "type": "module" }');
for (const { source, text } of modules) await writeFile(join(folder, 'extensions', source), text);
const extensions = await importExtensions([join(folder, 'extensions')]);
/** A fixed time, because the severity of the sample's events depends on the time of day. */
const sample = sampleUntil({ sites: 5, devices: 40, events: 2_000, until: new Date('2026-03-27T12:00:00Z') });
const { api } = await setUp({ ...sample, extensions });

afterAll(() => rm(folder, { recursive: true }));

/** Each document of the page, with the answer that follows it. */
const examples = snippets.flatMap((snippet, i): readonly [string, Snippet | undefined][] =>
  snippet.language === 'graphql' ? [[snippet.text.trim(), snippets[i + 1]]] : [],
);

test.each(examples)('the page has the right answer to %s', async (document, answer) => {
  expect(await api.query(document)).toEqual(JSON.parse(answer?.text ?? ''));
});

test('the page has examples, and all of them are tested', () => {
  expect(examples.length).toBe(modules.length);
  expect(api.log.filter(({ level }) => level > 30)).toEqual([]);
});

test("the modules on the page fit the package's types", async () => {
  const tsconfig = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      types: [],
      paths: { 'events-graphql/extension': [join(root, 'src/schema/extensions/extension.ts')] },
    },
    include: ['extensions'],
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
  await promisify(execFile)(join(root, 'node_modules/.bin/tsc'), ['-p', folder]);
});
