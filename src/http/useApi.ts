import type { Plugin } from 'graphql-yoga';
import type { Api } from '../api/api.ts';
import type { Served } from '../api/current.ts';
import type { RequestLimits } from '../config/limits.ts';
import type { Context, Incoming } from '../context.ts';
import { AppError } from '../errors.ts';
import { tellRenamed } from '../schema/tellRenamed.ts';
import type { Tails } from '../tails/tails.ts';
import { errorResponse } from './errorResponse.ts';
import { type OriginContext, originOf } from './origin.ts';
import type { CallerContext } from './useCaller.ts';
import type { LifetimeContext } from './useLifetime.ts';

/** What a request carries from the moment that it comes in. */
interface ServerContext
  extends CallerContext,
    LifetimeContext,
    Pick<OriginContext, 'req'>,
    Pick<Incoming, 'record' | 'share'> {
  api?: Api;
}

export interface ApiPluginOptions {
  readonly served: Served;
  readonly tails: Tails;
  readonly endpoint: string;
  readonly limits: RequestLimits;
}

/** Runs each request on the API that is served when it comes in, which tells what it renamed; until there is one the answer is a 503. */
export function useApi({
  served,
  tails,
  endpoint,
  limits,
}: ApiPluginOptions): Plugin<Context & ServerContext, ServerContext> {
  return {
    onRequest({ url, serverContext, fetchAPI, endResponse }) {
      if (url.pathname !== endpoint && !url.pathname.startsWith(`${endpoint}/`)) return;
      const api = served.current();
      if (api) {
        serverContext.api = api;
        return;
      }
      const message = 'The API is starting: it waits for the database';
      endResponse(errorResponse(fetchAPI, new AppError('DATABASE_UNAVAILABLE', message)));
    },
    onValidate({ addValidationRule }) {
      addValidationRule(tellRenamed);
    },
    onEnveloped({ setSchema, extendContext, context }) {
      if (!context?.api) throw new Error('There is no API to run on');
      const { api, caller, lifetime, record, request, share } = context;
      const origin = originOf(request, context, limits.proxies);
      setSchema(api.schema);
      extendContext(api.createContext({ caller, origin, share, tails, signal: lifetime.signal, record }, limits));
    },
  };
}
