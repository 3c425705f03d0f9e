import type { Plugin } from 'graphql-yoga';
import { nextSlice } from '../db/pool/slices.ts';
import { type OriginContext, originOf } from './origin.ts';
import type { Admitted } from './useAdmission.ts';

/**
 * Lets only one of the requests that no plan has answered begin to parse, validate and execute in each turn of the
 * event loop, so that requests with a plan never wait for many. Callers alternate.
 */
export function useTurns(proxies: number): Plugin<object, OriginContext & Admitted> {
  return {
    async onRequest({ request, serverContext }) {
      if (!serverContext.params) return;
      await nextSlice({ caller: originOf(request, serverContext, proxies) });
    },
  };
}
