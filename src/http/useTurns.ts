import type { Plugin } from 'graphql-yoga';
import { nextSlice } from '../db/pool/slices.ts';
import { type OriginContext, originOf } from './origin.ts';
import type { Admitted } from './useAdmission.ts';

/**
 * Lets at most one request begin to parse, validate and execute in each turn of the event loop, among those that no plan
 * has answered: a running request with a plan does not wait for the others. Callers alternate.
 */
export function useTurns(proxies: number): Plugin<object, OriginContext & Admitted> {
  return {
    async onRequest({ request, serverContext }) {
      if (!serverContext.params) return;
      await nextSlice({ caller: originOf(request, serverContext, proxies) });
    },
  };
}
