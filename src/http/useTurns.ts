import type { Plugin } from 'graphql-yoga';
import { nextSlice } from '../db/pool/slices.ts';
import { type OriginContext, originOf } from './origin.ts';
import type { Admitted } from './useAdmission.ts';

/**
 * Lets requests that no plan has answered take turns by caller. Each turn of the event loop begins to parse, validate
 * and execute one of them, so that those with a plan never wait for many.
 */
export function useTurns(proxies: number): Plugin<object, OriginContext & Admitted> {
  return {
    async onRequest({ request, serverContext }) {
      if (!serverContext.params) return;
      await nextSlice({ caller: originOf(request, serverContext, proxies), request: serverContext });
    },
  };
}
