import { readdir, readFile, writeFile } from 'node:fs/promises';
import { preset } from '@graphql-codegen/client-preset';
import { codegen } from '@graphql-codegen/core';
import { buildSchema, parse, validate } from 'graphql';
import { typesOfScalars } from './typesOfScalars.ts';

/**
 * Compares the dashboard's types and manifest with those generated from its documents and schema.graphql; with
 * `--write`, writes them. Does what `graphql-codegen` does with these options.
 */
const folder = new URL('../examples/dashboard/src/documents/', import.meta.url);
const generated = new URL('../examples/dashboard/src/', import.meta.url);
const wanted = ['gql/graphql.ts', 'gql/persisted-documents.json'];

const config = {
  useTypeImports: true,
  strictScalars: true,
  enumsAsTypes: true,
  scalars: typesOfScalars,
};

const sdl = await readFile(new URL('../schema.graphql', import.meta.url), 'utf8');
const schema = buildSchema(sdl);
const documents = await Promise.all(
  (await readdir(folder)).toSorted().map(async (name) => {
    const rawSDL = await readFile(new URL(name, folder), 'utf8');
    return { location: name, rawSDL, document: parse(rawSDL) };
  }),
);
const all = parse(documents.map(({ rawSDL }) => rawSDL).join('\n'));
const problems = validate(schema, all);
if (problems.length > 0) throw new Error(`examples/dashboard: ${problems.map(String).join('\n')}`);

const outputs = await preset.buildGeneratesSection({
  ...{ baseOutputDir: 'gql/', config, documents, schema: parse(sdl), schemaAst: schema },
  presetConfig: { fragmentMasking: false, persistedDocuments: { mode: 'replaceDocumentWithHash' } },
  ...{ plugins: [], pluginMap: {}, pluginContext: {} },
});
// Generated together, because the manifest waits for the documents' hashes.
const made = await Promise.all(outputs.map(async (output) => ({ name: output.filename, text: await codegen(output) })));
for (const { name, text } of made.filter(({ name }) => wanted.includes(name))) {
  const file = new URL(name, generated);
  if (process.argv.includes('--write')) await writeFile(file, `${text.trim()}\n`);
  else if ((await readFile(file, 'utf8')) !== `${text.trim()}\n`) {
    console.error(`examples/dashboard/src/${name} is not up to date with its documents: npm run dashboard:write.`);
    process.exitCode = 1;
  }
}
