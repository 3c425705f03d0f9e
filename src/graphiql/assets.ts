import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** A file for the browser, compressed: everything that can run GraphiQL accepts gzip. */
export interface Asset {
  readonly type: string;
  readonly gzipped: Uint8Array<ArrayBuffer>;
  readonly etag: string;
}

/** Reads all files of the page; about 9 MB of text, which is why nobody should do it before the page is opened. */
export async function loadAssets(): Promise<ReadonlyMap<string, Asset>> {
  const bundle = await import('@graphql-yoga/render-graphiql/graphiql');
  const texts: Record<string, string> = {
    'graphiql.css': bundle.css,
    'graphiql.js': bundle.js,
    // Named as Monaco names its workers: `page.js` builds their address from the name.
    'editorWorkerService.worker.js': bundle.editorWorkerService,
    'graphql.worker.js': bundle.graphqlWorker,
    'json.worker.js': bundle.jsonWorker,
    'page.js': await own('page.js'),
    'readyTabs.js': await own('readyTabs.js'),
    'lists.js': await own('lists.js'),
  };
  const assets = Object.entries(texts).map(async ([name, text]) => [name, await assetOf(name, text)] as const);
  return new Map(await Promise.all(assets));
}

const own = (name: string) => readFile(new URL(name, import.meta.url), 'utf8');

const compress = promisify(gzip);

async function assetOf(name: string, text: string): Promise<Asset> {
  return {
    type: name.endsWith('.css') ? 'text/css; charset=utf-8' : 'text/javascript; charset=utf-8',
    gzipped: new Uint8Array(await compress(text)),
    etag: `"${createHash('sha256').update(text).digest('base64url')}"`,
  };
}
