import type { IncomingMessage } from 'node:http';
import type { Incoming } from '../context.ts';

/** Context of a request; `req` is absent if there is no socket, as in tests. */
export interface OriginContext {
  readonly caller: Incoming['caller'];
  readonly req?: IncomingMessage;
}

/** Identifies the sender of a request: the caller, or the client's address if callers are anonymous. */
export const originOf = ({ headers }: Request, { caller, req }: OriginContext, proxies: number): string =>
  caller ? `caller ${caller.id}` : clientAddress(headers, req?.socket.remoteAddress, proxies);

/**
 * Finds the address of the client. Each proxy appends the address it heard from to X-Forwarded-For, so the client is
 * the entry of the outermost trusted proxy; anything further left may be made up by the client.
 */
export function clientAddress(headers: Headers, peer: string | undefined, proxies: number): string {
  const hops = (headers.get('x-forwarded-for') ?? '').split(',').map((hop) => hop.trim());
  return (proxies > 0 && hops.at(-proxies)) || peer || 'unknown';
}

/** Tells whether a path is the API's or lies below it. */
export const isWithin = (endpoint: string, path: string): boolean =>
  path === endpoint || path.startsWith(`${endpoint}/`);
