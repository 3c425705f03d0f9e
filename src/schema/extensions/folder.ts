import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigError } from '../../config/variables.ts';
import { errorMessage } from '../../errors.ts';
import type { ExtensionModule } from './define.ts';
import type { Extension } from './extension.ts';

/** Imports the modules in the folders. Throws a ConfigError that names every file that is not an extension. */
export async function importExtensions(folders: readonly string[]): Promise<readonly ExtensionModule[]> {
  const problems: string[] = [];
  const modules: ExtensionModule[] = [];
  for (const file of (await Promise.all(folders.map((folder) => filesOf(folder, problems)))).flat()) {
    try {
      modules.push({ file, define: await importExtension(file) });
    } catch (error) {
      problems.push(`EXTENSIONS: ${file}: ${errorMessage(error)}`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return modules;
}

/**
 * Returns the files of the modules in a folder. Names beginning with a dot are skipped, because mounted volumes give
 * such names to the folders of their versions. Code that modules share belongs in subfolders. An empty folder is valid.
 */
async function filesOf(folder: string, problems: string[]): Promise<readonly string[]> {
  try {
    const visible = (await readdir(folder)).filter((name) => !/^\.|^package\.json$/.test(name)).sort();
    const names = visible.filter((name) => /(?<!\.d)\.m?[jt]s$/.test(name));
    if (names.length === 0 && visible.length > 0) problems.push(`EXTENSIONS: ${folder}: has no module (.js, .ts)`);
    return names.map((name) => join(folder, name));
  } catch (error) {
    problems.push(`EXTENSIONS: ${errorMessage(error)}`);
    return [];
  }
}

async function importExtension(file: string): Promise<Extension> {
  const { default: define } = (await import(pathToFileURL(resolve(file)).href)) as { readonly default?: unknown };
  if (typeof define !== 'function') throw new Error('has no function as its default export; see docs/extending.md');
  return define as Extension;
}
