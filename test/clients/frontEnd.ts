import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { preset } from '@graphql-codegen/client-preset';
import { codegen } from '@graphql-codegen/core';
import { buildSchema, parse } from 'graphql';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

/** A copy of a front end in a temporary directory, where its tools may write. */
export interface FrontEnd {
  readonly directory: string;
  /** Compiles the sources; rejects with the compiler's messages. */
  readonly typeCheck: () => Promise<void>;
  readonly load: <T>(file: string) => Promise<T>;
  readonly remove: () => Promise<void>;
}

/** Copies a folder next to this file, with the schema and the given sources of the other front end. */
export async function stage(name: string, shared: readonly string[] = []): Promise<FrontEnd> {
  const directory = await mkdtemp(join(tmpdir(), 'events-graphql-client-'));
  const here = dirname(fileURLToPath(import.meta.url));
  await cp(join(here, name), directory, { recursive: true });
  for (const file of shared) await cp(join(here, file), join(directory, 'src', file.split('/').at(-1) ?? file));
  await cp(join(root, 'schema.graphql'), join(directory, 'schema.graphql'));
  await symlink(join(root, 'node_modules'), join(directory, 'node_modules'), 'junction');
  return {
    directory,
    typeCheck: () => execute(directory, 'tsc'),
    load: (file) => import(/* @vite-ignore */ join(directory, file)),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

async function execute(cwd: string, name: string): Promise<void> {
  await run(join(root, 'node_modules/.bin', name), { cwd }).catch(({ stdout, stderr }) => {
    throw new Error(`${name} failed:\n${stdout}${stderr}`);
  });
}

/** The configuration of `graphql-codegen`. */
export interface CodegenConfig {
  readonly schema: string;
  readonly generates: Readonly<
    Record<string, { readonly preset: string; readonly config: { readonly scalars: object } }>
  >;
}

/** Does what `graphql-codegen` does with the front end's codegen.ts; `names` are the sources that contain documents. */
export async function generateTypes({ directory, load }: FrontEnd, names: readonly string[]): Promise<void> {
  const { default: options } = await load<{ default: CodegenConfig }>('codegen.ts');
  const sdl = await readFile(join(directory, options.schema), 'utf8');
  const documents = (await Promise.all(names.map((name) => readFile(join(directory, 'src', `${name}.ts`), 'utf8'))))
    .flatMap((source) => [...source.matchAll(/graphql\(`([^`]+)`\)/g)])
    .map(([, rawSDL = ''], i) => ({ location: `${i}.graphql`, document: parse(rawSDL), rawSDL }));
  for (const [baseOutputDir, { config }] of Object.entries(options.generates)) {
    const outputs = await preset.buildGeneratesSection({
      ...{ baseOutputDir, config, documents, schema: parse(sdl), schemaAst: buildSchema(sdl) },
      ...{ presetConfig: {}, plugins: [], pluginMap: {}, pluginContext: {} },
    });
    for (const output of outputs) {
      const file = join(directory, output.filename);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, await codegen(output));
    }
  }
}

/** Runs relay-compiler with the front end's relay.config.json. */
export const compileRelay = ({ directory }: FrontEnd) => execute(directory, 'relay-compiler');

/** Does what Relay's Babel plugin does: replaces documents by their artifacts. */
export async function linkArtifacts({ directory }: FrontEnd, file: string): Promise<void> {
  const path = join(directory, file);
  const names: string[] = [];
  const linked = (await readFile(path, 'utf8')).replaceAll(/graphql`\s*\w+ (\w+)[^`]*`/g, (_, name: string) => {
    names.push(name);
    return `${name}Artifact`;
  });
  const imports = names.map((name) => `import ${name}Artifact from './__generated__/${name}.graphql';\n`);
  await writeFile(path, imports.join('') + linked);
}
