import { basename } from 'node:path/posix';
import type { Plugin } from 'graphql-yoga';
import { type Asset, respondWith } from '../http/assets.ts';
import { pageHeaders } from '../signIn/pageHeaders.ts';
import { loadAssets } from './assets.ts';
import { documentListPath } from './useDocumentList.ts';

/**
 * Serves GraphiQL to browsers that open the endpoint, and redirects the server's root to it. Its files are below
 * `<endpoint>/graphiql/`; Yoga's own GraphiQL must be off. The page does not depend on the schema, since the browser
 * creates its ready tabs from an introspection. It may connect to `sources`.
 */
export function useGraphiQL(endpoint: string, sources = "'self'"): Plugin {
  const html = page(`${basename(endpoint)}/graphiql`);
  const folder = `${endpoint}/graphiql/`;
  const headers = {
    // The page may load nothing from elsewhere, so it works in a closed network too. Monaco creates inline styles.
    ...pageHeaders("worker-src 'self'", `connect-src ${sources}`, "style-src 'self' 'unsafe-inline'", 'font-src data:'),
    'cache-control': 'no-cache',
  };
  let assets: Promise<ReadonlyMap<string, Asset>> | undefined;
  return {
    onRequest({ request, url, fetchAPI, endResponse }) {
      if (request.method !== 'GET') return;
      if (url.pathname === endpoint && request.headers.get('accept')?.includes('text/html')) {
        const type = { 'content-type': 'text/html; charset=utf-8', vary: 'accept' };
        endResponse(new fetchAPI.Response(html, { headers: { ...headers, ...type } }));
      } else if (url.pathname === '/') {
        endResponse(new fetchAPI.Response(null, { status: 302, headers: { location: basename(endpoint) } }));
      } else if (url.pathname.startsWith(folder) && url.pathname !== documentListPath(endpoint)) {
        assets ??= loadAssets();
        return assets.then((all) => {
          const asset = all.get(url.pathname.slice(folder.length));
          endResponse(respondWith(asset, request, headers, fetchAPI.Response));
        });
      }
    },
  };
}

/** Returns the page. Its links are relative to the endpoint, so that a proxy may add a prefix. */
const page = (folder: string) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>events-graphql</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="${folder}/graphiql.css">
    <link rel="stylesheet" href="${folder}/page.css">
    <script src="${folder}/graphiql.js" defer></script>
    <script src="${folder}/page.js" type="module"></script>
  </head>
  <body>
    <noscript>GraphiQL needs JavaScript.</noscript>
    <main id="root"></main>
  </body>
</html>
`;
