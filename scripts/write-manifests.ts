import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { preset } from '@graphql-codegen/client-preset';
import { codegen } from '@graphql-codegen/core';
import { buildSchema, parse } from 'graphql';
import { compileRelay, stage } from '../test/clients/frontEnd.ts';

/**
 * Writes the manifests that the tests read, each with the tool that front ends use. Two of the tools would bring
 * further copies of our packages, so they are installed in a temporary folder.
 */
const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const fixtures = join(root, 'test/documents/manifests');
const folder = join(fixtures, 'folder');
const schemaFile = join(root, 'schema.graphql');
const sdl = await readFile(schemaFile, 'utf8');

const documents = await Promise.all(
  (await readdir(folder)).toSorted().map(async (name) => {
    const rawSDL = await readFile(join(folder, name), 'utf8');
    return { location: name, rawSDL, document: parse(rawSDL) };
  }),
);

await writeClientPreset();
await writeRelay('MD5');
await writeRelay('SHA256');
await inNewFolder(async (directory) => {
  const packages = ['@apollo/generate-persisted-query-manifest@1.4.0', '@apollo/client@4.3.8', 'graphql@16.15.0'];
  await run('npm', ['install', '--no-audit', '--no-fund', ...packages, 'gql.tada@1.11.3', 'typescript@5.9.3'], {
    cwd: directory,
  });
  await cp(schemaFile, join(directory, 'schema.graphql'));
  await writeApollo(directory);
  await writeGqlTada(directory);
});

async function writeClientPreset(): Promise<void> {
  const outputs = await preset.buildGeneratesSection({
    ...{ baseOutputDir: 'gql/', config: {}, documents, schema: parse(sdl), schemaAst: buildSchema(sdl) },
    ...{ presetConfig: { persistedDocuments: true }, plugins: [], pluginMap: {}, pluginContext: {} },
  });
  for (const output of outputs) {
    const text = await codegen(output);
    if (output.filename.endsWith('persisted-documents.json')) await writeFile(fixture('client-preset.json'), text);
  }
}

async function writeRelay(algorithm: 'MD5' | 'SHA256'): Promise<void> {
  const frontEnd = await stage('relay', ['web/src/patientFetch.ts']);
  try {
    // The tests expect a manifest with a single document, a query.
    await rm(join(frontEnd.directory, 'src/EventTail.ts'));
    const file = join(frontEnd.directory, 'relay.config.json');
    const config = JSON.parse(await readFile(file, 'utf8'));
    const persistConfig = { file: './persisted.json', algorithm };
    await writeFile(join(frontEnd.directory, 'persisted.json'), '{}');
    await writeFile(file, JSON.stringify({ ...config, persistConfig }));
    await compileRelay(frontEnd);
    await cp(join(frontEnd.directory, 'persisted.json'), fixture(`relay-${algorithm.toLowerCase()}.json`));
  } finally {
    await frontEnd.remove();
  }
}

async function writeApollo(directory: string): Promise<void> {
  await cp(folder, join(directory, 'src'), { recursive: true });
  await run('npx', ['generate-persisted-query-manifest'], { cwd: directory });
  await cp(join(directory, 'persisted-query-manifest.json'), fixture('apollo.json'));
}

/** The author of the document chooses its id. */
async function writeGqlTada(directory: string): Promise<void> {
  const plugin = {
    name: 'gql.tada/ts-plugin',
    schema: './schema.graphql',
    tadaOutputLocation: './graphql-env.d.ts',
    tadaPersistedLocation: './persisted.json',
  };
  const compilerOptions = { strict: true, module: 'esnext', moduleResolution: 'bundler', plugins: [plugin] };
  await writeFile(join(directory, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  const queries = documents.map(
    ({ rawSDL }, i) =>
      `const query${i} = graphql(\`${rawSDL}\`);\nexport const own${i} = graphql.persisted<typeof query${i}>('own-${i}', query${i});\n`,
  );
  await writeFile(
    join(directory, 'queries.ts'),
    `import { initGraphQLTada } from 'gql.tada';
import type { introspection } from './graphql-env.d.ts';
const graphql = initGraphQLTada<{ introspection: introspection }>();
${queries.join('')}`,
  );
  await run('npx', ['gql.tada', 'generate-output'], { cwd: directory });
  await run('npx', ['gql.tada', 'generate-persisted'], { cwd: directory });
  await cp(join(directory, 'persisted.json'), fixture('gql-tada.json'));
}

function fixture(name: string): string {
  return join(fixtures, name);
}

async function inNewFolder(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'events-graphql-manifests-'));
  try {
    await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
