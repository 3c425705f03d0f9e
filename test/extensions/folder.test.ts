import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { portOf, post, startProgram, variablesFor } from '../support/program.ts';
import { setUpDatabase } from '../support/setUp.ts';

const modules = {
  'good/greet.ts': `import type { Extension } from 'events-graphql/extension';
    import { greet } from './shared/greet.ts';
    export default (({ query }) => query((t) => ({ greet: t.string({ resolve: () => greet as string }) }))) satisfies Extension;`,
  'good/code.js': `export default ({ table }) => table('site', { code: 'String' }).fields((_t, from) => ({
    loud: from('code').string({ resolve: ({ code }) => code + '!' }) }));`,
  'good/shared/greet.ts': `export const greet: string = 'hello';`,
  'good/types.d.ts': 'declare const nothing: string;',
  'good/.hidden.js': 'throw new Error("not read");',
  'wrong/none.js': 'export const a = 1;',
  'wrong/text.ts': `export default 'text';`,
  'wrong/throws.js': `throw new Error('Not today');`,
  'wrong/syntax.js': 'export default (',
  'wrong/package.ts': `import nothing from 'not-installed'; export default () => nothing;`,
  'column/column.js': `export default ({ table }) => table('site', { cod: 'String' });`,
  'later/later.js': `export default ({ table }) => table('later', {});`,
  'empty/readme.md': '',
};

const folder = await mkdtemp(join(tmpdir(), 'events-graphql-folder-'));
for (const [name, text] of Object.entries({ ...modules, 'package.json': '{ "type": "module" }' })) {
  await mkdir(join(folder, name, '..'), { recursive: true });
  await writeFile(join(folder, name), text);
}
await writeFile(join(folder, 'asks.graphql'), 'query Asks { greet sites(first: 1) { nodes { loud } } }');
const { connection } = await setUpDatabase();
const variables = { ...variablesFor(connection), HOST: '127.0.0.1' };

afterAll(() => rm(folder, { recursive: true }));

const start = (args: readonly string[], name: string, more: Readonly<Record<string, string>> = {}) =>
  startProgram(args, { ...variables, EXTENSIONS: join(folder, name), ...more });

test('the server uses the modules of a folder, and their shared code', async () => {
  const program = start([], 'good');
  const port = await portOf(program);
  expect(await (await post(port, '{ greet sites(first: 1) { nodes { loud } } }')).json()).toEqual({
    data: { greet: 'hello', sites: { nodes: [{ loud: 'RTM!' }] } },
  });
  program.process.kill('SIGTERM');
  expect(await program.ended).toBe(0);
  expect(program.err()).toBe('');
});

test('schema, check and doctor use the modules of a folder, too', async () => {
  const programs = [
    start(['schema'], 'good'),
    start(['check', join(folder, 'asks.graphql')], 'good'),
    start(['doctor'], 'good'),
  ];
  expect(await Promise.all(programs.map(({ ended }) => ended))).toEqual([0, 0, 0]);
  const [schema, check] = programs.map(({ out }) => out());
  expect(schema).toMatch(/^ {2}greet: String!$/m);
  expect(schema).toMatch(/^ {2}loud: String!$/m);
  expect(check).toMatch(/^ok +Asks/m);
});

const production = { NODE_ENV: 'production', PGSSLMODE: 'disable', DOCUMENTS: 'any' };

test.each([
  ['', {}],
  [' in production', production],
])('all files that are not extensions are listed together%s', async (_, more) => {
  const program = start([], 'wrong', more);
  expect(await program.ended).toBe(1);
  const lines = program
    .err()
    .split('\n')
    .filter((line) => line.startsWith('  EXTENSIONS: '));
  expect(lines.map((line) => line.slice(`  EXTENSIONS: ${folder}/wrong/`.length))).toEqual([
    'none.js: has no function as its default export; see docs/extending.md',
    expect.stringMatching(/^package\.ts: Cannot find package 'not-installed'/),
    expect.stringMatching(/^syntax\.js: /),
    'text.ts: has no function as its default export; see docs/extending.md',
    'throws.js: Not today',
  ]);
  expect(program.err()).not.toMatch(/^\s+at /m);
});

test.each([
  ['a folder without a module', 'empty', /EXTENSIONS: .*empty: has no module \(\.js, \.ts\)/],
  ['a missing folder', 'nowhere', /EXTENSIONS: .*no such file or directory.*nowhere/],
  ['a missing column', 'column', /EXTENSIONS: .*column\.js: "site" has no readable column "cod"/],
])('%s stops the start', async (_, name, message) => {
  for (const command of [[], ['schema']]) {
    const program = start(command, name);
    expect(await program.ended).toBe(1);
    expect(program.err()).toMatch(message);
    expect(program.err()).not.toMatch(/^\s+at /m);
  }
});

test('in production a module that does not fit the database is logged and retried', async () => {
  const program = start([], 'column', production);
  await program.printed(/Not ready: EXTENSIONS: .*column\.js: \\"site\\" has no readable column \\"cod\\"/);
  program.process.kill('SIGTERM');
  expect(await program.ended).toBe(0);
});

test('doctor says which modules do not fit, and what is left out', async () => {
  const [wrong, later] = [start(['doctor'], 'column'), start(['doctor'], 'later')];
  expect(await wrong.ended).toBe(1);
  expect(wrong.out()).toMatch(/failed +schema .*column\.js: "site" has no readable column "cod"/);
  expect(await later.ended).toBe(0);
  expect(later.out()).toMatch(/later\.js was not loaded: there is no readable table "later"/);
});
