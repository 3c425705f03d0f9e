import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';

/** Runs a document; rejects when the API refuses it, or when the signal aborts. */
export type Send = (query: string, variables?: object) => Promise<unknown>;

const answer = z.object({
  data: z.unknown().optional(),
  errors: z.array(z.object({ message: z.string(), extensions: z.object({ code: z.string() }) })).default([]),
});

/** What the same request may get past later. */
const passing = new Set(['DATABASE_UNAVAILABLE', 'AUTHENTICATION_UNAVAILABLE', 'RATE_LIMITED', 'TIMEOUT']);

const maxWaitMs = 30_000;

/** Sends again, ever more patiently, until there is an answer: from 1 s on, doubled each time, or as the server says. */
export function createSend(url: string, signal: AbortSignal, firstWaitMs = 1000): Send {
  const headers = { 'content-type': 'application/json', accept: 'application/graphql-response+json' };

  /** The data, or how long the server wants to be left alone before another try, if it says so. */
  async function once(body: string): Promise<{ data: unknown } | { retryAfterMs: number }> {
    const response = await fetch(url, { method: 'POST', headers, body, signal }).catch(() => null);
    const text = await response?.text().catch(() => null);
    signal.throwIfAborted();
    const retryAfterMs = Number(response?.headers.get('retry-after') ?? 0) * 1000;
    // A proxy's own pages come with such a status, too.
    if (!response || typeof text !== 'string' || response.status >= 500) return { retryAfterMs };
    const { data, errors } = answer.parse(JSON.parse(text));
    if (errors.some(({ extensions }) => passing.has(extensions.code))) return { retryAfterMs };
    if (errors[0]) throw new Error(errors[0].message);
    return { data };
  }

  return async (query, variables) => {
    const body = JSON.stringify({ query, variables });
    for (let delay = firstWaitMs; ; delay = Math.min(delay * 2, maxWaitMs)) {
      const result = await once(body);
      if ('data' in result) return result.data;
      await wait(Math.max(result.retryAfterMs, delay * (0.5 + Math.random() / 2)), undefined, { signal });
    }
  };
}
