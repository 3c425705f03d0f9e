import type { GraphQLParams, Plugin } from 'graphql-yoga';
import { isWithin } from './origin.ts';

/** A step of admission. It throws, or rejects with, the error for the client. */
export type Rule<C> = (request: Request, context: C) => Promise<void> | void;

/** The outcome of admission, carried in the request's context. */
export interface Admitted {
  /** The parameters; absent if the body's content type cannot hold any. */
  params?: GraphQLParams | undefined;
  refusal?: unknown;
}

/**
 * Applies the rules in order and reads the parameters before a request is answered, by a plan or by Yoga. A refusal is
 * kept, and Yoga reports it.
 */
export function useAdmission<C extends object>(
  endpoint: string,
  rules: readonly Rule<C>[],
  readParams: (request: Request, context: C) => GraphQLParams | undefined,
): Plugin<object, C & Admitted> {
  return {
    async onRequest({ request, url, serverContext }) {
      if (!isWithin(endpoint, url.pathname)) return;
      try {
        for (const rule of rules) {
          const checking = rule(request, serverContext);
          if (checking) await checking;
        }
        serverContext.params = readParams(request, serverContext);
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
