import type { ServerResponse } from 'node:http';
import type { Plugin } from 'graphql-yoga';
import type { RequestLimits } from '../config/limits.ts';
import type { Context, Incoming } from '../context.ts';
import { mostSent } from '../db/budget.ts';
import { bytesOfStream, type InFlight } from '../db/inFlight.ts';
import type { PlannedResult } from '../plan/run.ts';
import type { Price } from '../pricing/cost.ts';
import { type OriginContext, originOf } from './origin.ts';
import type { PricedContext } from './useDocumentLimits.ts';

/** What a request carries where its plan has run, and there is more to say than data. */
export interface PlannedContext {
  planned?: Promise<PlannedResult>;
}

interface ShareContext extends OriginContext {
  share?: Incoming['share'];
  /** Absent where no socket is. */
  readonly res?: ServerResponse;
}

/** What PostgreSQL sends for an ordinary row. A longer one is counted as it comes. */
const bytesOfRow = 130;

/** Waits until there is room for an answer of this price among what is in flight. */
export const expectAnswer = (share: Incoming['share'], price: Price, limits: Pick<RequestLimits, 'bytes'>) =>
  share?.expect(Math.min(price.rows * bytesOfRow, mostSent(limits)));

/**
 * Gives a request its share of the memory for those in flight: its body and its answer count there until the client has
 * taken the answer. A stream holds a part while it is open, and its messages what they need beyond that until they are
 * taken.
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
