import type { ServerResponse } from 'node:http';
import type { Plugin } from 'graphql-yoga';
import type { RequestLimits } from '../config/limits.ts';
import type { Context, Incoming } from '../context.ts';
import { mostSent } from '../db/budget.ts';
import { bytesOfStream, type InFlight } from '../db/inFlight.ts';
import { type OriginContext, originOf } from './origin.ts';
import type { PricedContext } from './useDocumentLimits.ts';

interface ShareContext extends OriginContext {
  share?: Incoming['share'];
  /** Absent where no socket is. */
  readonly res?: ServerResponse;
}

/** What PostgreSQL sends for an ordinary row. A longer one is counted as it comes. */
const bytesOfRow = 130;

/**
 * Lets a request's body and its answer into memory only where there is room among those of all: a body as long as it is
 * announced, or may be; an answer by its price. Until the client has taken the answer both count. A stream holds a part
 * while it is open, and its messages what they need beyond that until they are taken.
 */
export function useInFlight(
  inFlight: InFlight,
  limits: Pick<RequestLimits, 'bytes' | 'proxies'>,
  maxBodyBytes: number,
): Plugin<Context & PricedContext, ShareContext> {
  return {
    onRequest({ request, serverContext }) {
      const share = inFlight.open(originOf(request, serverContext, limits.proxies));
      serverContext.share = share;
      serverContext.res?.once('close', share.release);
    },
    onRequestParse({ request, serverContext: { share } }) {
      if (request.method !== 'POST') return;
      const length = Number(request.headers.get('content-length') ?? maxBodyBytes);
      return share?.expect(length)?.then(() => share.add(length)) ?? share?.add(length);
    },
    onExecute({ args: { contextValue } }) {
      const { share, price } = contextValue;
      if (price) return share?.expect(Math.min(price.rows * bytesOfRow, mostSent(limits)));
    },
    onSubscribe({ args: { contextValue } }) {
      return contextValue.share?.stream(bytesOfStream);
    },
    onResponse({ serverContext: { share, res } }) {
      if (!res || res.closed) share?.release();
    },
  };
}
