import type { Plugin } from 'graphql-yoga';
import type { Api } from '../api.ts';
import type { Context, Incoming } from '../context.ts';
import type { Served } from '../served.ts';

/** What a request carries from the moment that it comes in. */
interface ServerContext extends Incoming {
  api?: Api;
}

/** Runs each request on the API that is served when it comes in; until there is one the answer is a 503. */
export function useApi(served: Served, endpoint: string): Plugin<Context & ServerContext, ServerContext> {
  return {
    onRequest({ url, serverContext, fetchAPI, endResponse }) {
      if (url.pathname !== endpoint && !url.pathname.startsWith(`${endpoint}/`)) return;
      const api = served.current();
      if (api) {
        serverContext.api = api;
        return;
      }
      const message = 'The API is starting: it waits for the database';
      endResponse(
        fetchAPI.Response.json(
          { errors: [{ message, extensions: { code: 'DATABASE_UNAVAILABLE' } }] },
          { status: 503, headers: { 'retry-after': '1' } },
        ),
      );
    },
    onEnveloped({ setSchema, extendContext, context }) {
      if (!context?.api) throw new Error('There is no API to run on');
      setSchema(context.api.schema);
      extendContext(context.api.createContext({ caller: context.caller ?? null }));
    },
  };
}
