import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Plugin } from 'graphql-yoga';
import type { AuthConfig } from '../config/auth.ts';
import { type Asset, assetOf, respondWith } from '../http/assets.ts';
import { pageHeaders } from './pageHeaders.ts';
import { signInSettings } from './settings.ts';

const names = ['signIn.js', 'entra.js', 'tokenDialog.js', 'returned.js', 'signIn.css', 'msal-browser.min.js'];

/** Folders that may hold the files: next to the bundle, or in a checkout. */
const folders = ['sign-in/', 'page/', '../../node_modules/@azure/msal-browser/lib/'].map(
  (path) => new URL(path, import.meta.url),
);

const path = '/sign-in';

/**
 * Serves the token dialog that GraphiQL and the dashboard share, and the page to which Entra ID redirects. Nothing here
 * is secret.
 */
export function useSignIn(auth: AuthConfig | null): Plugin {
  const settings = auth && signInSettings(auth);
  const security = { ...pageHeaders(`connect-src ${tokenSources(auth)}`), 'cache-control': 'no-cache' };
  let assets: Promise<ReadonlyMap<string, Asset>> | undefined;
  return {
    async onRequest({ request, url: { pathname }, fetchAPI: { Response: ResponseClass }, endResponse }) {
      if (!['GET', 'HEAD'].includes(request.method) || (pathname !== path && !pathname.startsWith(`${path}/`))) return;
      if (pathname === path) {
        const headers = { ...security, 'content-type': 'text/html; charset=utf-8' };
        endResponse(new ResponseClass(html, { headers }));
      } else if (pathname === `${path}/settings.json`)
        // A copy, because the response is modified.
        endResponse(ResponseClass.json(settings, { headers: { ...security } }));
      else {
        assets ??= loadSignIn();
        const asset = (await assets).get(pathname.slice(path.length + 1));
        endResponse(respondWith(asset, request, security, ResponseClass));
      }
    },
  };
}

/** Returns the Content-Security-Policy's `connect-src` for a page that gets tokens. */
export function tokenSources(auth: AuthConfig | null): string {
  const entra = auth && signInSettings(auth).entra;
  return entra ? `'self' ${new URL(entra.authority).origin}` : "'self'";
}

async function loadSignIn(): Promise<ReadonlyMap<string, Asset>> {
  const assets = names.map(async (name) => {
    const file = folders.map((folder) => new URL(name, folder)).find((candidate) => existsSync(candidate));
    if (!file) throw new Error(`${name} is missing from the build`);
    return [name, await assetOf(name, await readFile(file, 'utf8'))] as const;
  });
  return new Map(await Promise.all(assets));
}

/** The page to which Entra ID redirects. Its links are relative, so that a proxy may add a prefix. */
const html = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Signing in</title>
    <link rel="icon" href="data:,">
    <script type="module" src="sign-in/returned.js"></script>
  </head>
  <body>
    <main><h1>Signing in</h1></main>
  </body>
</html>
`;
