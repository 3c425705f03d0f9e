import { createHash } from 'node:crypto';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { Incoming } from '../context.ts';

/**
 * Lets clients and proxies keep the answers to queries by GET: each has an ETag, by which it is asked for again, and
 * this `Cache-Control`. With a caller only the caller's own cache may keep it. An answer with an error is kept nowhere.
 */
export function useCaching(cacheControl: string): Plugin<object, Incoming> {
  /** Of the answers to requests by GET: whether each is free of errors. */
  const answers = new WeakMap<Request, boolean>();
  const directives = cacheControl.split(',').map((directive) => directive.trim());
  const shared = directives.join(', ');
  const own = ['private', ...directives.filter((name) => !/^(public|private|s-maxage)\b/i.test(name))].join(', ');

  return {
    onResultProcess({ request, result }) {
      if (request.method !== 'GET' || isAsyncIterable(result)) return;
      answers.set(request, !Array.isArray(result) && 'data' in result && !result.errors);
    },
    async onResponse({ request, response, serverContext, setResponse, fetchAPI }) {
      const isClean = answers.get(request);
      if (isClean === undefined) return;
      const { headers } = response;
      if (!isClean || !headers.get('content-type')?.includes('json')) return headers.set('cache-control', 'no-store');
      const body = Buffer.from(await response.arrayBuffer());
      const etag = `"${createHash('sha256')
        .update(`${headers.get('content-type')}\n${headers.get('content-encoding') ?? ''}\n`)
        .update(body)
        .digest('base64url')}"`;
      headers.set('etag', etag);
      headers.set('cache-control', serverContext.caller ? own : shared);
      headers.append('vary', serverContext.caller ? 'Accept, Authorization' : 'Accept');
      if (isKnown(request.headers.get('if-none-match'), etag)) {
        headers.delete('content-type');
        headers.delete('content-length');
        setResponse(new fetchAPI.Response(null, { status: 304, headers }));
      } else setResponse(new fetchAPI.Response(body, { status: response.status, headers }));
    },
  };
}

/** Whether `If-None-Match` names the ETag, by the weak comparison that RFC 9110 asks for. */
const isKnown = (known: string | null, etag: string): boolean =>
  (known ?? '').split(',').some((item) => ['*', etag].includes(item.trim().replace(/^W\//, '')));
