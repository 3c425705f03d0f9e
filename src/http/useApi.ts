import type { Plugin } from 'graphql-yoga';
import type { Api } from '../api/api.ts';
import type { ServedApi } from '../api/current.ts';
import type { RequestLimits } from '../config/limits.ts';
import type { Context, Incoming } from '../context.ts';
import { AppError } from '../errors.ts';
import { didYouMean } from '../schema/didYouMean.ts';
import { reportRenamed } from '../schema/reportRenamed.ts';
import type { Tails } from '../tails/tails.ts';
import { errorResponse } from './errorResponse.ts';
import { isWithin, type OriginContext, originOf } from './origin.ts';
import type { CallerContext } from './useCaller.ts';
import type { LifetimeContext } from './useLifetime.ts';

/** Context of a request from the moment it arrives. */
export interface ServerContext
  extends CallerContext,
    LifetimeContext,
    Pick<OriginContext, 'req'>,
    Pick<Incoming, 'record' | 'share'> {
  api?: Api;
}

/** Creates the context in which a request's operation runs on an API. */
export type ContextOf = (request: Request, context: ServerContext, api: Api) => Context;

export const createContextOf =
  (tails: Tails, limits: RequestLimits): ContextOf =>
  (request, context, api) => {
    const { caller, lifetime, record, share } = context;
    const origin = originOf(request, context, limits.proxies);
    return api.createContext({ caller, origin, share, tails, signal: lifetime.signal, record }, limits);
  };

export interface ApiPluginOptions {
  readonly served: ServedApi;
  readonly contextOf: ContextOf;
  readonly endpoint: string;
}

/**
 * Runs each request on the API that is current when it arrives, and explains renamed fields to clients. Answers with a
 * 503 until there is an API.
 */
export function useApi({
  served,
  contextOf,
  endpoint,
}: ApiPluginOptions): Plugin<Context & ServerContext, ServerContext> {
  return {
    onRequest({ url, serverContext, fetchAPI, endResponse }) {
      if (!isWithin(endpoint, url.pathname)) return;
      const api = served.current();
      if (api) {
        serverContext.api = api;
        return;
      }
      const message = 'The API is starting and waiting for the database';
      endResponse(errorResponse(fetchAPI, new AppError('DATABASE_UNAVAILABLE', message)));
    },
    onValidate({ addValidationRule }) {
      addValidationRule(reportRenamed);
      addValidationRule(didYouMean);
    },
    onEnveloped({ setSchema, extendContext, context }) {
      if (!context?.api) throw new Error('There is no API yet');
      setSchema(context.api.schema);
      extendContext(contextOf(context.request, context, context.api));
    },
  };
}
