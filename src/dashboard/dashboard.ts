import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Asset, assetOf } from '../http/assets.ts';

/** The built page: a folder with `index.html`, hashed files in `assets/`, and the manifest of its documents. */
export interface Dashboard {
  readonly html: string;
  /** Files by name. */
  readonly files: ReadonlyMap<string, Asset>;
  /** Path of its manifest. */
  readonly manifest: string;
}

/** Locations: next to the bundle, or the build folder of a checkout. */
const folders = ['dashboard/', '../../examples/dashboard/dist/'].map((path) => new URL(path, import.meta.url));

/** Reads the page; null if it has not been built. */
export async function readDashboard(
  folder = folders.find((candidate) => existsSync(new URL('index.html', candidate))),
): Promise<Dashboard | null> {
  if (!folder) return null;
  const read = (path: string) => readFile(new URL(path, folder), 'utf8');
  const names = await readdir(new URL('assets/', folder));
  return {
    html: await read('index.html'),
    files: new Map(
      await Promise.all(names.map(async (name) => [name, await assetOf(name, await read(`assets/${name}`))] as const)),
    ),
    manifest: fileURLToPath(new URL('persisted-documents.json', folder)),
  };
}
