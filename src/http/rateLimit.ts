import { AppError } from '../errors.ts';
import { type OriginContext, originOf } from './origin.ts';
import type { Rule } from './useAdmission.ts';

export interface RateLimitOptions {
  readonly perMinute: number;
  /** How many proxies in front append to X-Forwarded-For. */
  readonly proxies: number;
  /** In milliseconds. */
  readonly now?: () => number;
}

const minute = 60_000;

/**
 * Lets each caller, or each address where nobody is asked who they are, send so many requests in a minute. It counts
 * in memory: each replica for itself, and no longer than the minute, which bounds what it holds.
 */
export function limitRate({ perMinute, proxies, now = Date.now }: RateLimitOptions): Rule<OriginContext> {
  let current = 0;
  let counts = new Map<string, number>();
  return (request, context) => {
    const time = now();
    if (Math.floor(time / minute) !== current) {
      current = Math.floor(time / minute);
      counts = new Map();
    }
    const key = originOf(request, context, proxies);
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    if (count <= perMinute) return;
    const retryAfter = Math.ceil(((current + 1) * minute - time) / 1000);
    throw new AppError('RATE_LIMITED', `More than ${perMinute} requests in a minute; try again in ${retryAfter} s`, {
      retryAfter,
    });
  };
}
