import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Answers a function that cuts the connections on which no whole request has come: those that say nothing, and those that
 * have stopped in the middle of one. Node looks at its timeouts for them no more once the server closes.
 */
export function createCutUnsent(server: Server): () => void {
  const latest = new Map<Socket, IncomingMessage | null>();
  server.on('connection', (socket: Socket) => {
    latest.set(socket, null);
    socket.on('close', () => latest.delete(socket));
  });
  server.on('request', (request) => latest.set(request.socket, request));
  return () => {
    for (const [socket, request] of latest) if (!request?.complete) socket.destroy();
  };
}
