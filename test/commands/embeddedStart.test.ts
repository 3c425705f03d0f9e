import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startProgram } from '../support/program.ts';

const main = new URL('../../src/main.ts', import.meta.url).pathname;
const taken = createServer().listen(0, '127.0.0.1');
await once(taken, 'listening');
const folders: string[] = [];

afterAll(async () => {
  taken.close();
  for (const folder of folders) await rm(folder, { recursive: true });
});

/**
 * Starts the server without a configured database, in a folder that any account may enter; resolves with its output.
 */
async function start(variables: Readonly<Record<string, string>>, prepare: (folder: string) => Promise<unknown>) {
  const folder = await mkdtemp(join(tmpdir(), 'events-graphql-start-'));
  folders.push(folder);
  await chmod(folder, 0o755);
  await prepare(folder);
  const contents = async () =>
    (await readdir(folder, { recursive: true, withFileTypes: true })).map(({ name }) => name);
  const before = await contents();
  const command = [process.execPath, main] as const;
  const program = startProgram([], { HOST: '127.0.0.1', PORT: '0', ...variables }, { command, cwd: folder });
  expect(await program.ended).toBe(1);
  expect(await contents()).toEqual(before);
  return program.err().trimEnd();
}

const nothing = async () => {};

test.each<[string, () => Record<string, string>, (folder: string) => Promise<unknown>, RegExp]>([
  [
    'a port in use',
    () => ({ PORT: String((taken.address() as AddressInfo).port) }),
    nothing,
    /^Port \d+ is in use: .*PORT/,
  ],
  ['an address of another machine', () => ({ HOST: '192.0.2.1' }), nothing, /EADDRNOTAVAIL.*192\.0\.2\.1.*HOST/],
  ['a host without an address', () => ({ HOST: 'nowhere.invalid' }), nothing, /nowhere\.invalid.*HOST/],
  ['a missing folder of extensions', () => ({ EXTENSIONS: 'nowhere' }), nothing, /EXTENSIONS: .*nowhere/],
  ['a missing manifest', () => ({ PERSISTED_DOCUMENTS: 'nowhere.json' }), nothing, /PERSISTED_DOCUMENTS: .*nowhere/],
  [
    'a file in place of the data folder',
    () => ({}),
    (folder) => writeFile(join(folder, '.data'), '', { mode: 0o755 }),
    /cannot keep its data in .*\.data.*(EEXIST|ENOTDIR).*DATABASE_URL/,
  ],
  [
    "another account's folder",
    () => ({}),
    async (folder) => {
      await mkdir(join(folder, '.data'));
      await symlink('/usr', join(folder, '.data/postgres'));
    },
    /\.data\/postgres belongs to account 0, and PostgreSQL would run as [1-9]\d*: .*chown/,
  ],
])('%s is reported in one line before anything is created', async (_, variables, prepare, reason) => {
  const said = await start(variables(), prepare);
  expect(said).toMatch(reason);
  expect(said.replace(/^The configuration has a problem:\n/, '').split('\n')).toHaveLength(1);
});
