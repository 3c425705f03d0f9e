import { AppError } from '../errors.ts';
import { type OriginContext, originOf } from './origin.ts';
import type { Rule } from './useAdmission.ts';

export interface RateLimitOptions {
  readonly perMinute: number;
  /** Number of trusted proxies that append to X-Forwarded-For. */
  readonly proxies: number;
  /** Clock, in milliseconds. */
  readonly now?: () => number;
}

const minute = 60_000;

/**
 * Creates the rule that limits the requests per minute of each caller, or of each address if callers are anonymous.
 * Each replica counts for itself, in memory, and begins anew with each minute of the clock.
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
