import type { GraphQLParams, Plugin } from 'graphql-yoga';
import { isWithin } from './origin.ts';

/** What is asked of a request; throws, or rejects with, what the client is told. */
export type Rule<C> = (request: Request, context: C) => Promise<void> | void;

/** What a request carries once it was let in, or was not. */
export interface Admitted {
  /** Its parameters; absent where its body is of no type that holds any. */
  params?: GraphQLParams | undefined;
  refusal?: unknown;
}

/**
 * Asks each request to the API by these rules, in their order, and reads its parameters, before either way answers it: by
 * a plan, or Yoga's own, which says why a request was not let in.
 */
export function useAdmission<C extends object>(
  endpoint: string,
  rules: readonly Rule<C>[],
  readParams: (request: Request, context: C) => Promise<GraphQLParams | undefined>,
): Plugin<object, C & Admitted> {
  return {
    async onRequest({ request, url, serverContext }) {
      if (!isWithin(endpoint, url.pathname)) return;
      try {
        for (const rule of rules) await rule(request, serverContext);
        serverContext.params = await readParams(request, serverContext);
      } catch (error) {
        serverContext.refusal = error ?? new Error('A request was refused');
      }
    },
    onRequestParse({ serverContext: { params, refusal }, setRequestParser }) {
      if (refusal) throw refusal;
      if (params) setRequestParser(() => params);
    },
  };
}
