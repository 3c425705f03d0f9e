import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { z } from 'zod';
import { errorMessage } from '../errors.ts';

/** A document in a manifest. */
export interface ManifestEntry {
  readonly id: string;
  readonly text: string;
  /** The file it was read from. */
  readonly file: string;
}

export interface Manifests {
  readonly entries: readonly ManifestEntry[];
  /** Everything that could not be read, as messages for people. */
  readonly problems: readonly string[];
  /** Folders whose changes can change the documents. */
  readonly folders: readonly string[];
}

/**
 * Reads manifests as build tools write them, and folders of them. A `.json` file is a manifest; a `.graphql` or `.gql`
 * file is a document whose id is the file's name without the extension.
 */
export async function readManifests(paths: readonly string[]): Promise<Manifests> {
  const read = await Promise.all(
    paths.map(async (path): Promise<Manifests> => {
      const none = { entries: [], problems: [], folders: [dirname(path)] };
      try {
        if (!(await isFolder(path))) return { ...none, entries: await readManifestFile(path) };
        const { folders, ...content } = await readFolder(path);
        return { ...content, folders: [...none.folders, path, ...folders] };
      } catch (error) {
        return { ...none, problems: [problemOf(path, error)] };
      }
    }),
  );
  return {
    entries: read.flatMap(({ entries }) => entries),
    problems: read.flatMap(({ problems }) => problems),
    folders: [...new Set(read.flatMap(({ folders }) => folders))],
  };
}

const isFolder = async (path: string): Promise<boolean> => (await stat(path)).isDirectory();

const problemOf = (path: string, error: unknown): string =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT'
    ? `${path}: no such file or folder`
    : errorMessage(error);

/**
 * Reads a folder. Names that begin with a dot are skipped: mounted volumes keep versions there. An empty folder has no
 * documents.
 */
async function readFolder(folder: string): Promise<Manifests> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();
  const paths = names.map((name) => join(folder, name));
  // A broken link counts as a folder, so that reading it reports the problem.
  const folders = await Promise.all(paths.map((path) => isFolder(path).catch(() => true)));
  const wanted = paths.filter((path, i) => folders[i] || ['.json', ...documentExtensions].includes(extname(path)));
  return wanted.length > 0 || names.length === 0
    ? readManifests(wanted)
    : {
        entries: [],
        folders: [],
        problems: [`${folder}: contains no manifest (.json) and no document (.graphql, .gql)`],
      };
}

const documentExtensions = ['.graphql', '.gql'];

async function readManifestFile(file: string): Promise<readonly ManifestEntry[]> {
  const content = await readFile(file, 'utf8');
  const extension = extname(file);
  if (documentExtensions.includes(extension)) return [{ id: basename(file, extension), text: content, file }];
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch (error) {
    throw new Error(`${file}: ${errorMessage(error)}`);
  }
  const documents = documentsOf(json);
  if (!documents)
    throw new Error(`${file}: not a manifest; expected { "<id>": "<document>" } or Apollo's format, version 1`);
  return documents.map(([id, text]) => ({ id, text, file }));
}

const apollo = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string().min(1), body: z.string() })),
});
const flat = z.record(z.string().min(1), z.string());

/** Returns the documents by id; null if the JSON has neither known shape. */
function documentsOf(json: unknown): readonly (readonly [id: string, text: string])[] | null {
  const asApollo = apollo.safeParse(json);
  if (asApollo.success) return asApollo.data.operations.map(({ id, body }) => [id, body]);
  const asFlat = flat.safeParse(json);
  return asFlat.success ? Object.entries(asFlat.data) : null;
}
