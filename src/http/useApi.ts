import type { Plugin } from 'graphql-yoga';
import type { Context } from '../context.ts';
import type { Served } from '../served.ts';
import type { Tails } from '../tails/tails.ts';

/** Runs each request on the API that is served when it comes in; until there is one the answer is a 503. */
export function useApi(served: Served, tails: Tails, endpoint: string): Plugin<Context> {
  return {
    onRequest({ url, fetchAPI, endResponse }) {
      if (url.pathname !== endpoint || served.current()) return;
      const message = 'The API is starting: it waits for the database';
      endResponse(
        fetchAPI.Response.json(
          { errors: [{ message, extensions: { code: 'DATABASE_UNAVAILABLE' } }] },
          { status: 503, headers: { 'retry-after': '1' } },
        ),
      );
    },
    onEnveloped({ setSchema, extendContext, context }) {
      const api = served.current();
      if (!api) throw new Error('There is no API to run on');
      setSchema(api.schema);
      extendContext(api.createContext({ caller: context?.caller ?? null, tails }));
    },
  };
}
