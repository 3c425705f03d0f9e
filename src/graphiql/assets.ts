import { readFile } from 'node:fs/promises';
import { type Asset, assetOf } from '../http/assets.ts';

/** Files that a browser gets unchanged. */
export const graphiqlFiles = [
  'page.js',
  'page.css',
  'bar.js',
  'fetcher.js',
  'readyTabs.js',
  'operationTabs.js',
  'documentText.js',
  'lists.js',
];

/** Reads all files of the page. They are about 9 MB of text, so call it when the page is first opened. */
export async function loadAssets(): Promise<ReadonlyMap<string, Asset>> {
  const bundle = await import('@graphql-yoga/render-graphiql/graphiql');
  const texts: Record<string, string> = {
    'graphiql.css': bundle.css,
    'graphiql.js': bundle.js,
    // Monaco's names for its workers, from which `page.js` builds their URLs.
    'editorWorkerService.worker.js': bundle.editorWorkerService,
    'graphql.worker.js': bundle.graphqlWorker,
    'json.worker.js': bundle.jsonWorker,
    ...Object.fromEntries(await Promise.all(graphiqlFiles.map(async (name) => [name, await own(name)] as const))),
  };
  const assets = Object.entries(texts).map(async ([name, text]) => [name, await assetOf(name, text)] as const);
  return new Map(await Promise.all(assets));
}

const own = (name: string) => readFile(new URL(name, import.meta.url), 'utf8');
