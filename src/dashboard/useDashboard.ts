import type { Plugin } from 'graphql-yoga';
import { respondWith } from '../http/assets.ts';
import { pageHeaders } from '../signIn/pageHeaders.ts';
import type { Dashboard } from './dashboard.ts';

const path = '/dashboard';
const folder = `${path}/assets/`;

/** Serves the page and its files, which hold no data and need no token. The page may connect to `sources`. */
export function useDashboard({ html, files }: Dashboard, sources = "'self'"): Plugin {
  // Charts set styles through the DOM's API, which this policy allows: it blocks only inline style attributes and elements.
  const security = pageHeaders("style-src 'self'", `connect-src ${sources}`);
  // File names contain a hash of the content.
  const forever = { ...security, 'cache-control': 'public, max-age=31536000, immutable' };
  const page = { ...security, 'cache-control': 'no-cache', 'content-type': 'text/html; charset=utf-8' };
  return {
    onRequest({ request, url, fetchAPI, endResponse }) {
      const { pathname, search } = url;
      if (!['GET', 'HEAD'].includes(request.method) || (pathname !== path && !pathname.startsWith(`${path}/`))) return;
      const { Response: ResponseClass } = fetchAPI;
      if (pathname === path) endResponse(new ResponseClass(html, { headers: page }));
      // The page's links are relative to the path without a slash.
      else if (pathname === `${path}/`)
        endResponse(new ResponseClass(null, { status: 308, headers: { location: `..${path}${search}` } }));
      else {
        const file = pathname.startsWith(folder) ? files.get(pathname.slice(folder.length)) : undefined;
        endResponse(respondWith(file, request, forever, ResponseClass));
      }
    },
  };
}
