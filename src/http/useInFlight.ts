import type { ServerResponse } from 'node:http';
import type { Plugin } from 'graphql-yoga';
import type { RequestLimits } from '../config/limits.ts';
import type { Context, Incoming } from '../context.ts';
import { leastBytes, mostSent } from '../db/budget.ts';
import { bytesOfStream, type InFlight } from '../db/inFlight.ts';
import type { PlannedResult } from '../plan/run.ts';
import type { Price } from '../pricing/cost.ts';
import { type OriginContext, originOf } from './origin.ts';
import type { PricedContext } from './useDocumentLimits.ts';

/** Context of a request that a plan may have answered. */
export interface PlannedContext {
  /** The plan's result, if it failed or has errors; Yoga reports it. */
  planned?: Promise<PlannedResult>;
}

interface ShareContext extends OriginContext {
  share?: Incoming['share'];
  /** The response at the socket; absent if there is no socket. */
  readonly res?: ServerResponse;
}

/** Waits until the memory in flight has room for an answer of this price. Long rows are counted as they arrive. */
export const expectAnswer = (share: Incoming['share'], price: Price, limits: Pick<RequestLimits, 'bytes'>) =>
  share?.expect(Math.min(price.rows * leastBytes, mostSent(limits)));

/**
 * Gives each request its share of the memory in flight. Body and answer count until the client has taken the answer. A
 * stream holds a base share while it is open, and each message holds what it needs until it is taken.
 */
export function useInFlight(
  inFlight: InFlight,
  limits: Pick<RequestLimits, 'bytes' | 'proxies'>,
): Plugin<Context & PricedContext & PlannedContext, ShareContext> {
  return {
    onRequest({ request, serverContext }) {
      const share = inFlight.open(originOf(request, serverContext, limits.proxies));
      serverContext.share = share;
      serverContext.res?.once('close', share.release);
    },
    onExecute({ args: { contextValue } }) {
      const { share, price, planned } = contextValue;
      if (price && !planned) return expectAnswer(share, price, limits);
    },
    onSubscribe({ args: { contextValue } }) {
      return contextValue.share?.stream(bytesOfStream);
    },
    onResponse({ serverContext: { share, res } }) {
      if (!res || res.closed) share?.release();
    },
  };
}
