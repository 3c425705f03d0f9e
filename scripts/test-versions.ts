import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { nativePackage } from '../src/dev/embedded/installation.ts';
import { startServer } from '../src/dev/embedded/server.ts';
import { testSettings } from '../test/support/server.ts';

/** The newest package of each tested PostgreSQL version. */
const packages = {
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
  18: '18.4.0-beta.17',
};

type Version = keyof typeof packages;

const root = new URL('..', import.meta.url).pathname;

/** Runs all tests, or those in the given files, on a server of each version; exits with 1 if some fail. */
const { values, positionals: files } = parseArgs({
  options: { versions: { type: 'string', default: Object.keys(packages).join() } },
  allowPositionals: true,
});
const unknown = values.versions.split(',').filter((version) => !(version in packages));
if (unknown.length > 0) throw new Error(`--versions: ${unknown.join()}: use ${Object.keys(packages).join()}`);
const failed: Version[] = [];
for (const version of values.versions.split(',').map(Number) as Version[]) {
  console.log(`PostgreSQL ${version}`);
  const server = await startServer({ native: await install(version), settings: testSettings });
  const { host, port, user, password, database } = server.connection;
  const vitest = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...files], {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      PGHOST: host,
      PGPORT: String(port),
      PGUSER: user,
      PGPASSWORD: password,
      PGDATABASE: database,
    },
  });
  const [code] = await once(vitest, 'exit');
  await server.stop();
  if (code !== 0) failed.push(version);
}
console.log(failed.length === 0 ? `All pass on ${values.versions}` : `Tests fail on ${failed.join()}`);
process.exitCode = failed.length === 0 ? 0 : 1;

/** Installs a version's programs into the folder for generated files, and returns their folder. */
async function install(version: Version): Promise<string> {
  const folder = join(root, 'node_modules/.cache/postgresql', String(version));
  await mkdir(folder, { recursive: true });
  const manifest = {
    private: true,
    dependencies: { [nativePackage]: packages[version] },
    allowScripts: { [nativePackage]: true },
  };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  await promisify(execFile)('npm', ['install', '--no-audit', '--no-fund', '--prefix', folder], { cwd: folder });
  return join(folder, 'node_modules', nativePackage, 'native');
}
