import type { Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { Caller } from '../auth/callers/caller.ts';
import type { Verify } from '../auth/callers/verify.ts';
import { AppError } from '../errors.ts';
import { errorResponse } from './errorResponse.ts';
import { isWithin } from './origin.ts';

export interface CallerContext {
  /** The caller of the request; null if callers are anonymous. */
  caller: Caller | null;
}

/**
 * Admits callers whose token carries a permission, or everyone as anonymous if `verify` is null. Preflights carry no
 * token and pass. The answer's headers follow RFC 6750, "Bearer Token Usage", section 3.
 */
export function useCaller(verify: Verify | null, endpoint: string, log: Logger): Plugin<object, CallerContext> {
  let loggedCause: unknown;
  return {
    async onRequest({ request, url, serverContext, fetchAPI, endResponse }) {
      serverContext.caller = null;
      if (!verify || request.method === 'OPTIONS' || !isWithin(endpoint, url.pathname)) return;
      const token = /^Bearer +([\w.~+/-]+=*)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
      try {
        if (token === undefined)
          throw new AppError('UNAUTHENTICATED', 'A bearer token is required: Authorization: Bearer <token>');
        const caller = await verify(token);
        if (caller.permissions.size === 0)
          throw new AppError('FORBIDDEN', 'The token carries no permission for this API');
        serverContext.caller = caller;
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        const { code, message, cause } = error;
        // Until the keys are fetched again, all requests fail for the same cause, which is logged once.
        const isNews = code === 'AUTHENTICATION_UNAVAILABLE' && cause !== loggedCause;
        if (isNews) loggedCause = cause;
        log[isNews ? 'warn' : 'debug']({ err: cause, code }, message);
        endResponse(errorResponse(fetchAPI, error, challenge(error, token !== undefined)));
      }
    },
  };
}

function challenge({ code, message }: AppError, hasToken: boolean): Record<string, string> {
  if (code === 'FORBIDDEN') return { 'www-authenticate': `Bearer error="insufficient_scope"` };
  if (code !== 'UNAUTHENTICATED') return {};
  const reason = hasToken ? ` error="invalid_token", error_description="${message}"` : '';
  return { 'www-authenticate': `Bearer${reason}` };
}
