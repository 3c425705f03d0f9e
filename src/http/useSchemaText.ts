import type { GraphQLSchema } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Api } from '../api/api.ts';
import type { Incoming } from '../context.ts';
import { AppError } from '../errors.ts';
import { printSdl } from '../schema/print.ts';
import { errorResponse } from './errorResponse.ts';
import type { Admitted } from './useAdmission.ts';
import type { CacheAnswer } from './useCaching.ts';
import { documentRequired, mayExplore } from './useDocuments.ts';
import { refusalOf } from './usePermissions.ts';

interface SchemaTextOptions {
  readonly endpoint: string;
  readonly persistedOnly: boolean;
  /** True if callers need a token. */
  readonly isClosed: boolean;
  readonly cache: CacheAnswer;
}

/**
 * Serves the schema as SDL to callers who may introspect it, and refuses others with the same error as an
 * introspection.
 */
export function useSchemaText({
  endpoint,
  persistedOnly,
  isClosed,
  cache,
}: SchemaTextOptions): Plugin<object, Admitted & { api?: Api; caller: Incoming['caller'] }> {
  const texts = new WeakMap<GraphQLSchema, string>();

  function textOf({ schema, wholeSchema }: Api): string {
    const text = texts.get(schema) ?? printSdl(wholeSchema());
    texts.set(schema, text);
    return text;
  }

  return {
    onRequest({ request, url, serverContext: { api, caller, refusal }, fetchAPI, endResponse }) {
      if (!api || refusal || request.method !== 'GET' || url.pathname !== `${endpoint}/schema.graphql`) return;
      if (persistedOnly && !mayExplore(caller)) return endResponse(errorResponse(fetchAPI, documentRequired()));
      const refused = isClosed ? refusalOf('query', { caller }) : undefined;
      if (refused) {
        const { headers } = refused.extensions['http'] as { readonly headers: Record<string, string> };
        return endResponse(errorResponse(fetchAPI, new AppError('FORBIDDEN', refused.message), headers));
      }
      const type = 'text/plain; charset=utf-8';
      const text = textOf(api);
      const { isKnown, headers } = cache(request, caller, `${type}\n`, text);
      const body = isKnown ? null : text;
      const own = { ...headers, ...(!isKnown && { 'content-type': type }) };
      endResponse(new fetchAPI.Response(body, { status: isKnown ? 304 : 200, headers: own }));
    },
  };
}
