import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Returns a function that cuts each connection that has sent no request, or whose latest request is incomplete. Node no
 * longer applies its timeouts to them once the server closes.
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
