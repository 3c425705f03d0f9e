import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Cuts the connections of clients that stopped reading, since what waits for them takes memory. Yoga disables the
 * server's own timeout for streams, and that timeout would also end clients that wait for an answer. Node's socket
 * timeout, used here, is reset whenever a part of a write gets through.
 */
export function cutStalled(server: Server, stalledMs: number): void {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const sweep = () => {
    for (const socket of sockets) {
      if (socket.writableLength > 0 && !socket.timeout) socket.setTimeout(stalledMs);
      else if (socket.writableLength === 0 && socket.timeout === stalledMs) socket.setTimeout(0);
    }
  };
  const timer = setInterval(sweep, stalledMs / 2).unref();
  server.on('close', () => clearInterval(timer));
}
