import type { Plugin } from 'graphql-yoga';
import type { Incoming } from '../context.ts';
import { AppError } from '../errors.ts';
import type { Served } from '../served.ts';
import { errorResponse } from './errorResponse.ts';
import type { CallerContext } from './useCaller.ts';
import type { LifetimeContext } from './useLifetime.ts';

/** Runs each request on the API that is served when it comes in; until there is one the answer is a 503. */
export function useApi(
  served: Served,
  endpoint: string,
): Plugin<CallerContext & LifetimeContext & Pick<Incoming, 'record'>> {
  return {
    onRequest({ url, fetchAPI, endResponse }) {
      if (url.pathname !== endpoint || served.current()) return;
      const message = 'The API is starting: it waits for the database';
      endResponse(errorResponse(fetchAPI, new AppError('DATABASE_UNAVAILABLE', message)));
    },
    onEnveloped({ setSchema, extendContext, context }) {
      const api = served.current();
      if (!api || !context) throw new Error('There is no API to run on');
      setSchema(api.schema);
      const { caller, lifetime, record } = context;
      extendContext(api.createContext({ caller, signal: lifetime.signal, record }));
    },
  };
}
