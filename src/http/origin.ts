import type { IncomingMessage } from 'node:http';
import type { Incoming } from '../context.ts';

/** There is no `req` where no socket is. */
export interface OriginContext {
  readonly caller: Incoming['caller'];
  readonly req?: IncomingMessage;
}

/** Whose request it is: the caller's, or that of an address where nobody is asked who they are. */
export const originOf = ({ headers }: Request, { caller, req }: OriginContext, proxies: number): string =>
  caller ? `caller ${caller.id}` : clientAddress(headers, req?.socket.remoteAddress, proxies);

/**
 * Where a request came from. Each proxy appends whom it heard from, so that the entry of the outermost one that is
 * trusted is the client; what stands further left the client may have written itself.
 */
export function clientAddress(headers: Headers, peer: string | undefined, proxies: number): string {
  const hops = (headers.get('x-forwarded-for') ?? '').split(',').map((hop) => hop.trim());
  return (proxies > 0 && hops.at(-proxies)) || peer || 'unknown';
}

/** Whether a path is the API's, or below it. */
export const isWithin = (endpoint: string, path: string): boolean =>
  path === endpoint || path.startsWith(`${endpoint}/`);
