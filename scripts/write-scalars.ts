import { readFile, writeFile } from 'node:fs/promises';
import { inspect } from 'node:util';
import { tableOfScalars, typesOfResults, typesOfScalars } from './typesOfScalars.ts';

/**
 * Writes the scalars' types into the clients' configurations, and into the page that shows these and has a table of
 * scalars.
 */
const files = ['test/clients/relay/relay.config.json', 'test/clients/web/codegen.ts', 'docs/clients.md'];
const json = Object.entries(typesOfResults).map(([name, type]) => `"${name}": "${type}"`);
const typeScript = Object.entries(typesOfScalars).map(([name, type]) => `${name}: ${inspect(type)}`);

/** Replaces the lines of a map. */
const replaced = (text: string, name: string, lines: string): string =>
  text.replace(new RegExp(`^( *)${name}: \\{\\n[\\s\\S]*?\\n\\1\\}`, 'm'), (_, indent: string) =>
    [`${name}: {`, ...lines.split('\n').map((line) => `  ${line}`), '}'].map((line) => indent + line).join('\n'),
  );

for (const path of files) {
  const file = new URL(`../${path}`, import.meta.url);
  const text = (await readFile(file, 'utf8')).replace(/^\| scalar \|[\s\S]*?(?=\n\n)/m, () => tableOfScalars);
  const mapped = replaced(text, 'scalars', `${typeScript.join(',\n')},`);
  await writeFile(file, replaced(mapped, '"customScalarTypes"', json.join(',\n')));
}
