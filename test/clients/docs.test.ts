import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { tableOfScalars, typesOfResults, typesOfScalars } from '../../scripts/typesOfScalars.ts';
import { operatorsOf } from '../../src/schema/filters/operators.ts';
import { listLeaf, scalarLeaf } from '../../src/schema/leaves.ts';
import { type ScalarName, scalars } from '../../src/schema/scalars.ts';
import { type Sense, textNames } from '../../src/schema/senses.ts';
import type { CodegenConfig } from './frontEnd.ts';
import { snippetsOf, textOf } from './snippets.ts';

const root = new URL('../../', import.meta.url);
const scalarNames = Object.keys(scalars) as ScalarName[];
const folders = ['web', 'relay'];
const read = (path: string) => readFile(new URL(path, root), 'utf8');
const page = await read('docs/clients.md');
const snippets = [page, await read('docs/live.md'), await read('docs/subscriptions.md')].flatMap(snippetsOf);
/** The snippets to compare with their sources, without the documents, which test/docs/recipes.test.ts runs. */
const code = snippets.filter(({ language }) => !['sh', 'graphql'].includes(language));

/** Returns the names in the first column of the table under a heading, which are in backquotes. */
const namesUnder = (heading: string) =>
  [...(page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '').matchAll(/^\| (`[^|]+) \|/gm)]
    .flatMap(([, cell = '']) => cell.replaceAll('`', '').split(' '))
    .toSorted();

test.each(code.map(({ source, text }) => [source, text]))(
  'the snippet %s is the code that the tests run',
  async (source, text) => {
    expect(text).toBe(await textOf(source, folders));
  },
);

test('every region is in the documentation once', async () => {
  const sources = await Promise.all(folders.map((folder) => regionsIn(folder)));
  expect(code.map(({ source }) => source).toSorted()).toEqual(['relay.config.json', ...sources.flat()].toSorted());
});

async function regionsIn(folder: string): Promise<string[]> {
  const directory = `test/clients/${folder}/`;
  const files = (await readdir(new URL(directory, root), { recursive: true })).filter((file) => file.endsWith('.ts'));
  const found = files.map(async (file) =>
    [...(await read(directory + file)).matchAll(/^\/\/ #region (\w+)$/gm)].map(([, name]) => `${file}#${name}`),
  );
  return (await Promise.all(found)).flat();
}

test('the packages to install are those that the tests use', async () => {
  const lock = JSON.parse(await read('package-lock.json')) as { packages: Record<string, unknown> };
  const names = snippets
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.match(/^npm install .*$/gm) ?? [])
    .flatMap((line) => [...line.matchAll(/(?<= )@?[a-z][\w/-]*/g)].map(([name]) => name))
    .filter((name) => name !== 'install');
  expect(names.length).toBeGreaterThan(8);
  // The tests run the core of the code generator; its command line is only a large wrapper.
  expect(names.filter((name) => !lock.packages[`node_modules/${name}`])).toEqual(['@graphql-codegen/cli']);
});

test('every scalar of the API is in the table and in both maps', async () => {
  const { default: config } = (await import('./web/codegen.ts')) as { default: CodegenConfig };
  const relay = JSON.parse(await read('test/clients/relay/relay.config.json')) as { customScalarTypes: object };
  expect(page).toContain(`\n\n${tableOfScalars}\n\n`);
  expect(config.generates['src/gql/']?.config.scalars).toEqual(typesOfScalars);
  expect(relay.customScalarTypes).toEqual(typesOfResults);
});

test('every operator is in the table', () => {
  const leaves = Object.keys(textNames).map((sense) => ({ ...scalarLeaf('String'), sense: sense as Sense }));
  const all = [...leaves, listLeaf(scalarLeaf('Int'), ','), ...scalarNames.map(scalarLeaf)].map(operatorsOf);
  const table = [...page.matchAll(/^\| type \| operators \|$[\s\S]*?^$/gm)].join();
  const named = new Set([...table.matchAll(/`([\w ]+)`/g)].flatMap(([, names = '']) => names.split(' ')));
  expect(all.flatMap((operators) => Object.keys(operators)).filter((name) => !named.has(name))).toEqual([]);
});

test('every error code is in the table', async () => {
  const codes = [...(await read('src/errors.ts')).matchAll(/^ {2}([A-Z_]+): \d{3},$/gm)].map(([, name]) => name);
  expect(codes.length).toBeGreaterThan(10);
  expect(namesUnder('Errors')).toEqual(codes.toSorted());
});
