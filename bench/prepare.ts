import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** Updates the compared servers and the build; packages that match the lock file stay. */
const folder = new URL('./', import.meta.url);

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly optional?: boolean }>>;
}

if (!(await isInstalled())) run('ci', '--prefix', folder.pathname, '--no-audit', '--no-fund');
run('run', 'build');

function run(...args: readonly string[]): void {
  execFileSync('npm', args, { stdio: 'inherit', cwd: new URL('../', folder) });
}

/**
 * Tells whether the installed packages match the lock file, by the copy that npm leaves next to them. That copy leaves
 * out packages for other platforms.
 */
async function isInstalled(): Promise<boolean> {
  const [wanted, installed] = await Promise.all(['package-lock.json', 'node_modules/.package-lock.json'].map(read));
  return Object.entries(wanted?.packages ?? {}).every(
    ([name, { version, optional }]) => name === '' || optional || installed?.packages[name]?.version === version,
  );
}

async function read(path: string): Promise<Lock | undefined> {
  const text = await readFile(new URL(path, folder), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Lock);
}
