import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { maxStreams } from '../db/inFlight.ts';
import { cutStalled } from './cutStalled.ts';
import { createCutUnsent } from './cutUnsent.ts';

export interface Listening {
  readonly port: number;
  /**
   * For `lingerMs` goes on as before, but for telling each client that its connection ends: so those that are about to
   * send lose nothing. Then stops accepting, lets running requests end, and cuts what still runs after `graceMs`, and
   * before that who does not send a whole request.
   */
  readonly drain: (graceMs: number, lingerMs?: number) => Promise<void>;
}

/** How long clients may take to send a request, in milliseconds; slower ones get a 408 and lose their connection. */
const patience = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  /** How often the two are looked at. */
  connectionsCheckingInterval: 5000,
} satisfies ServerOptions;

/** How long a client may take nothing of what waits for it. */
const maxStallMs = 30_000;

/** How long, once nobody is accepted any more, clients may take for the rest of a request that they have begun. */
const unsentMs = 2000;

/** Of the request line and the headers together, in bytes; longer ones get a 431. */
const maxHeaderSize = 16_384;

/** Connections beyond are closed at once. Streams leave a sixth of them to requests and probes. */
const connections = 1.2 * maxStreams;

/** Rejects where `listen` would, so that no work is begun that would be lost. */
export async function expectFree(host: string, port: number): Promise<void> {
  const server = createServer();
  await once(server.listen(port, host), 'listening');
  await once(server.close(), 'close');
}

/** Listens; rejects where the port is taken or not allowed. */
export async function listen(
  handler: RequestListener,
  host: string,
  port: number,
  {
    stalledMs = maxStallMs,
    maxConnections = connections,
    ...timeouts
  }: Partial<typeof patience> & { readonly stalledMs?: number; readonly maxConnections?: number } = {},
): Promise<Listening> {
  let draining = false;
  const server = createServer({ maxHeaderSize, ...patience, ...timeouts }, (request, response) => {
    // A client that keeps its connection must learn that it is the last answer on it.
    if (draining) response.setHeader('connection', 'close');
    // One whose answer began before that, such as a stream, would be kept though nobody accepts any more.
    response.on('close', () => !server.listening && server.closeIdleConnections());
    // Yoga makes an address of it, and would answer with a stack trace where that cannot be done.
    if (URL.canParse(`http://${request.headers.host ?? 'localhost'}`)) return handler(request, response);
    response.writeHead(400, { 'content-type': 'text/plain' }).end('The Host header is not the name of a host\n');
  });
  server.maxConnections = maxConnections;
  // Who only keeps a connection makes room for the next one.
  server.on('drop', () => server.closeIdleConnections());
  cutStalled(server, stalledMs);
  const cutUnsent = createCutUnsent(server);
  await once(server.listen(port, host), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async drain(graceMs, lingerMs = 0) {
      draining = true;
      if (lingerMs > 0) await wait(lingerMs);
      const unsent = setTimeout(cutUnsent, unsentMs);
      await close(server, graceMs);
      clearTimeout(unsent);
    },
  };
}

async function close(server: Server, graceMs: number): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(cut);
}
