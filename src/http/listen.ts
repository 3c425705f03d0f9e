import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

export interface Listening {
  readonly port: number;
  /**
   * For `lingerMs` goes on as before, but for telling each client that its connection ends: so those that are about to
   * send lose nothing. Then stops accepting, lets running requests end, and cuts what still runs after `graceMs`.
   */
  readonly drain: (graceMs: number, lingerMs?: number) => Promise<void>;
}

/** Listens; rejects where the port is taken or not allowed. */
export async function listen(handler: RequestListener, host: string, port: number): Promise<Listening> {
  let draining = false;
  const server = createServer((request, response) => {
    // A client that keeps its connection must learn that it is the last answer on it.
    if (draining) response.setHeader('connection', 'close');
    // One whose answer began before that, such as a stream, would be kept though nobody accepts any more.
    response.on('close', () => !server.listening && server.closeIdleConnections());
    return handler(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async drain(graceMs, lingerMs = 0) {
      draining = true;
      if (lingerMs > 0) await wait(lingerMs);
      await close(server, graceMs);
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
