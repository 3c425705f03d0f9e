import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';

const root = fileURLToPath(new URL('../../../', import.meta.url));

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly [name: string]: unknown;
}

/** Reads all objects of the manifests in a folder. */
export function readManifests(folder: string): readonly Manifest[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  const documents = files.flatMap((name) => parseAllDocuments(readFileSync(`${folder}/${name}`, 'utf8')));
  return documents.map((document) => {
    if ('errors' in document && document.errors[0]) throw document.errors[0];
    return document.toJS() as Manifest;
  });
}

const moduleOf = ({ apiVersion }: Manifest) => `kubernetes-models/${apiVersion}`;

/**
 * Validates a manifest with Kubernetes' published schemas: kinds, types, formats and required fields. Resolves with the
 * reason if it is invalid.
 */
export async function objectionsTo(manifest: Manifest): Promise<string | undefined> {
  const module: Record<string, new (data: Manifest) => { validate(): void }> = await import(moduleOf(manifest));
  const Model = module[manifest.kind];
  if (!Model) return `${manifest.apiVersion} has no ${manifest.kind}`;
  try {
    new Model(manifest).validate();
    return undefined;
  } catch (error) {
    return String(error);
  }
}

/**
 * Type-checks manifests to find unknown field names, which the schemas ignore. Resolves with the compiler's messages.
 */
export async function unknownNamesIn(manifests: readonly Manifest[]): Promise<string> {
  // The folder is where the imports can be resolved.
  const directory = await mkdtemp(`${root}node_modules/.manifests-`);
  try {
    const lines = manifests.map((manifest, i) => {
      const type = `import('${moduleOf(manifest)}').I${manifest.kind}`;
      return `export const manifest${i}: ${type} = ${JSON.stringify(manifest)};\n`;
    });
    await writeFile(`${directory}/manifests.ts`, lines.join(''));
    const compilerOptions = {
      module: 'nodenext',
      target: 'es2024',
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: [],
    };
    await writeFile(`${directory}/tsconfig.json`, JSON.stringify({ compilerOptions, files: ['manifests.ts'] }));
    const run = promisify(execFile)(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', directory]);
    return await run.then(
      () => '',
      ({ stdout }: { stdout: string }) => stdout,
    );
  } finally {
    await rm(directory, { recursive: true });
  }
}
