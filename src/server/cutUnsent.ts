import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Returns a function that cuts each connection that has no complete request to answer. Node no longer applies its
 * timeouts to incomplete requests once the server closes.
 */
export function createCutUnsent(server: Server): () => void {
  const latest = new Map<Socket, ServerResponse | null>();
  server.on('connection', (socket: Socket) => {
    latest.set(socket, null);
    socket.on('close', () => latest.delete(socket));
  });
  server.on('request', ({ socket }, response) => latest.set(socket, response));
  return () => {
    for (const [socket, response] of latest) if (!response?.req.complete || response.writableFinished) socket.destroy();
  };
}
