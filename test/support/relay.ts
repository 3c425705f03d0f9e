import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';

/** A relay to a local port, which the test opens when it wants. */
export function createRelay(target: number) {
  const sockets = new Set<{ destroy(): void }>();
  const server: Server = createServer((socket) => {
    const onward = connect(target, '127.0.0.1');
    for (const end of [socket, onward]) {
      sockets.add(end);
      end.on('error', () => {});
    }
    socket.pipe(onward).pipe(socket);
  });
  let port = 0;
  return {
    /** A port on which nothing listens yet. */
    async reserve() {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      port = (server.address() as AddressInfo).port;
      server.close();
      await once(server, 'close');
      return port;
    },
    async open() {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
