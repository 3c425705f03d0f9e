import type { IncomingMessage } from 'node:http';
import type { Plugin } from 'graphql-yoga';
import type { Incoming } from '../context.ts';
import { AppError } from '../errors.ts';

export interface RateLimitOptions {
  readonly perMinute: number;
  /** How many proxies in front append to X-Forwarded-For. */
  readonly proxies: number;
  /** In milliseconds. */
  readonly now?: () => number;
}

/** There is no `req` where no socket is. */
type RequestContext = Pick<Incoming, 'caller'> & { readonly req?: IncomingMessage };

const minute = 60_000;

/**
 * Lets each caller, or each address where nobody is asked who they are, send so many requests in a minute. It counts
 * in memory: each replica for itself, and no longer than the minute, which bounds what it holds.
 */
export function useRateLimit({
  perMinute,
  proxies,
  now = Date.now,
}: RateLimitOptions): Plugin<RequestContext, RequestContext> {
  let current = 0;
  let counts = new Map<string, number>();
  return {
    // Before the body is read, which takes far longer than to count.
    onRequestParse({ request, serverContext }) {
      const time = now();
      if (Math.floor(time / minute) !== current) {
        current = Math.floor(time / minute);
        counts = new Map();
      }
      const { caller, req } = serverContext;
      const key = caller ? `caller ${caller.id}` : clientAddress(request.headers, req?.socket.remoteAddress, proxies);
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      if (count <= perMinute) return;
      const retryAfter = Math.ceil(((current + 1) * minute - time) / 1000);
      throw new AppError('RATE_LIMITED', `More than ${perMinute} requests in a minute; try again in ${retryAfter} s`, {
        retryAfter,
      });
    },
  };
}

/**
 * Where a request came from. Each proxy appends whom it heard from, so that the entry of the outermost one that is
 * trusted is the client; what stands further left the client may have written itself.
 */
export function clientAddress(headers: Headers, peer: string | undefined, proxies: number): string {
  const hops = (headers.get('x-forwarded-for') ?? '').split(',').map((hop) => hop.trim());
  return (proxies > 0 && hops.at(-proxies)) || peer || 'unknown';
}
