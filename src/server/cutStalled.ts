import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Cuts the connections of clients that have stopped to read: those that for so long take nothing of what waits for
 * them, which costs memory. Yoga switches the server's own timeout off where it streams, and that one would also end
 * those that wait for their answer. Node's timeout of a socket sees when a part of a write gets through.
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
