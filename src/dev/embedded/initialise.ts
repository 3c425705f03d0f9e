import { randomBytes } from 'node:crypto';
import { chown, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { codeOf, errorMessage } from '../../errors.ts';
import type { Installation } from './installation.ts';
import { StartError } from './startError.ts';

const passwordFile = 'password';

/**
 * Creates the data directory on first use and returns the superuser's password. The directory gets its final name last,
 * so a directory with this name is always complete.
 */
export async function initialise(installation: Installation): Promise<string> {
  const { directory } = installation;
  await expectOwn(installation);
  const password = await passwordOf(directory);
  if (password) return password;
  const fresh = await makeFresh(directory);
  const created = await fill(fresh, installation);
  try {
    await rename(fresh, directory);
    return created;
  } catch (error) {
    await rm(fresh, { recursive: true });
    const other = await passwordOf(directory);
    if (other) return other; // another process was faster
    throw error;
  }
}

async function fill(fresh: string, { account, run }: Installation): Promise<string> {
  const file = join(fresh, passwordFile);
  const password = randomBytes(18).toString('base64url');
  await writeFile(file, password, { mode: 0o600 });
  if (account) await Promise.all([fresh, file].map((path) => chown(path, account.uid, account.gid)));
  await run('initdb', [
    `--pgdata=${join(fresh, 'data')}`,
    '--username=postgres',
    `--pwfile=${file}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    ...localeFlags(await run('initdb', ['--version'])),
    '--no-sync',
  ]);
  return password;
}

/** Returns flags for the same text order on every machine; before PostgreSQL 17 the system decides what a letter is. */
const localeFlags = (version: string): readonly string[] =>
  Number(/\d+/.exec(version)) >= 17
    ? ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
    : ['--lc-collate=C', '--lc-ctype=C.UTF-8'];

async function passwordOf(directory: string): Promise<string | undefined> {
  try {
    return await readFile(join(directory, passwordFile), 'utf8');
  } catch (error) {
    if (/^(ENOENT|ENOTDIR)$/.test(codeOf(error) ?? '')) return undefined;
    throw error;
  }
}

/** Rejects if the data belongs to another account, which PostgreSQL would refuse. */
async function expectOwn({ directory, account }: Installation): Promise<void> {
  const uid = account?.uid ?? process.getuid?.();
  const owner = (await stat(directory).catch(() => undefined))?.uid ?? uid;
  if (owner === uid) return;
  throw new StartError(
    `${directory} belongs to account ${owner}, and PostgreSQL would run as ${uid}: run as its owner, change the owner (chown -R), or remove it`,
  );
}

async function makeFresh(directory: string): Promise<string> {
  try {
    await mkdir(dirname(directory), { recursive: true });
    await removeLeftovers(directory);
    return await mkdtemp(`${directory}.new-`);
  } catch (error) {
    const said = errorMessage(error);
    throw new StartError(
      `The embedded database cannot keep its data in ${directory} (${said}): start in a writable folder, or set DATABASE_URL to use your own server`,
      { cause: error },
    );
  }
}

/** Removes half-created directories that are too old to be in progress. */
async function removeLeftovers(directory: string): Promise<void> {
  const parent = dirname(directory);
  const names = (await readdir(parent)).filter((name) => name.startsWith(`${basename(directory)}.new-`));
  for (const path of names.map((name) => join(parent, name))) {
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity })); // gone by now
    if (mtimeMs < Date.now() - 120_000) await rm(path, { recursive: true, force: true });
  }
}
