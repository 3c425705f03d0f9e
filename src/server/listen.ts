import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { maxStreams } from '../db/inFlight.ts';
import { passTurn } from '../db/pool/slices.ts';
import { cutStalled } from './cutStalled.ts';
import { createCutUnsent } from './cutUnsent.ts';
import { DepartingResponse } from './departingResponse.ts';

export interface Listening {
  readonly port: number;
  /**
   * Closes the server in two phases. For `lingerMs` it serves as before but tells each client that its connection
   * closes, so that requests on their way are not lost. Then it stops accepting, cuts incomplete requests, and gives
   * running requests `graceMs` to end.
   */
  readonly drain: (graceMs: number, lingerMs?: number) => Promise<void>;
}

/** Time that clients have to send a request, in milliseconds; slower ones get a 408 and are disconnected. */
const patience = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  /** Interval at which both are checked. */
  connectionsCheckingInterval: 5000,
} satisfies ServerOptions;

/** Time that a client may leave its answer unread. */
const maxStallMs = 30_000;

/** Time that clients have, once the server stops accepting, to complete a request. */
const unsentMs = 2000;

/** Maximum size of the request line and headers together, in bytes; longer ones get a 431. */
const maxHeaderSize = 16_384;

/** Maximum number of connections. A sixth is left to requests and probes when all streams are open. */
const connections = 1.2 * maxStreams;

/** Rejects if `listen` would, so that a start fails before it does long work. */
export async function expectFree(host: string, port: number): Promise<void> {
  const server = createServer();
  await once(server.listen(port, host), 'listening');
  await once(server.close(), 'close');
}

/** Starts to listen; rejects if the port is taken or forbidden. */
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
  const settings = { maxHeaderSize, ServerResponse: DepartingResponse, ...patience, ...timeouts };
  const server = createServer(settings, (request, response) => {
    // Tells a client with a persistent connection that this is its last answer.
    if (draining) response.setHeader('connection', 'close');
    // Closes the connection of an answer that began earlier, such as a stream; Node would keep it although the server
    // accepts no more.
    response.on('close', () => !server.listening && server.closeIdleConnections());
    // Yoga builds a URL from the Host header and the target, and would answer an invalid one with a stack trace.
    const problem = !URL.canParse(`http://${request.headers.host ?? 'localhost'}`)
      ? 'The Host header is not the name of a host'
      : !request.url?.startsWith('/')
        ? 'The target of the request is not a path'
        : null;
    if (!problem) return handler(request, response);
    response.writeHead(400, { 'content-type': 'text/plain' }).end(`${problem}\n`);
  });
  server.maxConnections = maxConnections;
  server.on('connection', passTurn);
  // Makes room for new connections by closing idle ones.
  server.on('drop', () => server.closeIdleConnections());
  cutStalled(server, stalledMs);
  const cutUnsent = createCutUnsent(server);
  // With Node's default of 511, clients beyond that number would have to retry after a second.
  await once(server.listen({ port, host, backlog: maxConnections }), 'listening');
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
