import { z } from 'zod';
import { temporaryCodes } from '../../errors.ts';

/**
 * Runs a document. Rejects with an `UnavailableError` if it may succeed later, and with the signal's reason if that
 * aborts.
 */
export type Send = (query: string, variables?: object) => Promise<unknown>;

/** An error for a request whose outcome is unknown. */
export class UnavailableError extends Error {}

const answer = z.object({
  data: z.unknown().optional(),
  errors: z.array(z.object({ message: z.string(), extensions: z.object({ code: z.string() }) })).default([]),
});

export function createSend(url: string, signal: AbortSignal): Send {
  const headers = { 'content-type': 'application/json', accept: 'application/graphql-response+json' };
  return async (query, variables) => {
    const body = JSON.stringify({ query, variables });
    const response = await fetch(url, { method: 'POST', headers, body, signal }).catch(() => null);
    const text = await response?.text().catch(() => null);
    signal.throwIfAborted();
    // A proxy's own error pages have such a status, too.
    if (!response || typeof text !== 'string' || response.status >= 500) throw new UnavailableError('No answer');
    const { data, errors } = answer.parse(JSON.parse(text));
    const [error] = errors;
    if (!error) return data;
    throw temporaryCodes.has(error.extensions.code) ? new UnavailableError(error.message) : new Error(error.message);
  };
}
