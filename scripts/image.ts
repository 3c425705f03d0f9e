import { cp, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle } from './bundle.ts';

/**
 * Lays out in a folder what the last stage of the Dockerfile copies into the image, and prints its size: `npm run image
 * -- <folder>`. So the image's contents can be tried without Docker.
 */
const checkout = new URL('../', import.meta.url).pathname;
const [folder] = process.argv.slice(2);
if (!folder) throw new Error('Usage: npm run image -- <folder>');

const stage = await mkdtemp(join(tmpdir(), 'events-graphql-build-'));
try {
  await bundle(pathToFileURL(`${stage}/dist/`));
  for (const { from, to } of await lastCopies(stage)) await cp(from, join(folder, to), { recursive: true });
} finally {
  await rm(stage, { recursive: true });
}
console.log(`${resolve(folder)}: ${((await sizeOf(folder)) / 1e6).toFixed(1)} MB without Node.js`);

/**
 * Returns what the last stage copies from the first stage or the checkout, with the destination below its working
 * directory.
 */
async function lastCopies(stage: string): Promise<readonly { readonly from: string; readonly to: string }[]> {
  const dockerfile = await readFile(new URL('../Dockerfile', import.meta.url), 'utf8');
  const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
  return (last.match(/^(COPY|ADD) .*$/gm) ?? []).map((line) => {
    const [, built, from, to] = /^COPY (--from=build \/app\/)?(\S+) \.\/(\S+)$/.exec(line) ?? [];
    if (!from || !to) throw new Error(`The Dockerfile's "${line}" is not known to this script`);
    return { from: join(built ? stage : checkout, from), to };
  });
}

async function sizeOf(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true });
  const sizes = await Promise.all(entries.map(async (entry) => (await stat(join(directory, entry))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
