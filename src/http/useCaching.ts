import { createHash } from 'node:crypto';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { Incoming } from '../context.ts';

/** Cache headers of an answer. */
interface CachedAnswer {
  /** True if the client already has this answer. */
  readonly isKnown: boolean;
  readonly headers: Readonly<Record<'etag' | 'cache-control' | 'vary', string>>;
}

/**
 * Decides how an answer without errors to a GET may be cached. `form` holds its content type and encoding, one per
 * line.
 */
export type CacheAnswer = (
  request: Request,
  caller: Incoming['caller'],
  form: string,
  body: string | Buffer,
) => CachedAnswer;

/**
 * Creates the caching policy: each answer has an ETag for revalidation and this `Cache-Control`. An answer to a known
 * caller may only be stored by that caller's own cache.
 */
export function createCaching(cacheControl: string): CacheAnswer {
  const directives = cacheControl.split(',').map((directive) => directive.trim());
  const shared = directives.join(', ');
  const own = ['private', ...directives.filter((name) => !/^(public|private|s-maxage)\b/i.test(name))].join(', ');
  return (request, caller, form, body) => {
    const etag = `"${createHash('sha256').update(`${form}\n`).update(body).digest('base64url')}"`;
    return {
      isKnown: isKnown(request.headers.get('if-none-match'), etag),
      headers: {
        etag,
        'cache-control': caller ? own : shared,
        vary: caller ? 'Accept, Authorization' : 'Accept',
      },
    };
  };
}

/** Makes answers to queries by GET cacheable. An answer with an error is never cached. */
export function useCaching(cache: CacheAnswer): Plugin<object, Incoming> {
  /** Requests by GET, each with true if its answer is free of errors. */
  const answers = new WeakMap<Request, boolean>();
  return {
    onResultProcess({ request, result }) {
      if (request.method !== 'GET' || isAsyncIterable(result)) return;
      answers.set(request, !Array.isArray(result) && 'data' in result && !result.errors);
    },
    async onResponse({ request, response, serverContext, setResponse, fetchAPI }) {
      const isClean = answers.get(request);
      if (isClean === undefined) return;
      const { headers } = response;
      const contentType = headers.get('content-type');
      if (!isClean || !contentType?.includes('json')) return headers.set('cache-control', 'no-store');
      const body = Buffer.from(await response.arrayBuffer());
      const form = `${contentType}\n${headers.get('content-encoding') ?? ''}`;
      const { isKnown, headers: further } = cache(request, serverContext.caller, form, body);
      headers.set('etag', further.etag);
      headers.set('cache-control', further['cache-control']);
      headers.append('vary', further.vary);
      if (isKnown) {
        headers.delete('content-type');
        headers.delete('content-length');
        setResponse(new fetchAPI.Response(null, { status: 304, headers }));
      } else setResponse(new fetchAPI.Response(body, { status: response.status, headers }));
    },
  };
}

/** Tells whether `If-None-Match` names the ETag, by the weak comparison of RFC 9110. */
const isKnown = (known: string | null, etag: string): boolean =>
  (known ?? '').split(',').some((item) => ['*', etag].includes(item.trim().replace(/^W\//, '')));
