import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy, which stands for a host name that moves to another server, or for an ingress in front of several. */
export interface Proxy {
  readonly port: number;
  /** Directs new connections to these ports in turn; without ports, they are closed at once. Open connections stay. */
  route(...ports: readonly number[]): void;
  /** Withholds what the servers send on open connections, which stay open. */
  silence(): void;
  /** Cuts all open connections. */
  cut(): void;
  close(): Promise<void>;
}

export async function startProxy(...first: readonly number[]): Promise<Proxy> {
  let ports = first;
  let turn = 0;
  const open = new Set<Socket>();
  const answering = new Set<Socket>();
  const track = (socket: Socket, other?: Socket) => {
    open.add(socket);
    socket.on('error', () => {}); // its end tells the other side
    socket.on('close', () => {
      open.delete(socket);
      answering.delete(socket);
      other?.destroySoon();
    });
  };
  const server = createServer((near) => {
    const port = ports[turn++ % ports.length];
    if (port === undefined) return void near.on('error', () => {}).destroy();
    const far = connect(port, '127.0.0.1');
    track(near, far);
    track(far, near);
    answering.add(far);
    near.pipe(far).pipe(near);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const cut = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    route(...next) {
      ports = next;
    },
    silence() {
      for (const far of answering) far.unpipe().pause();
    },
    cut,
    async close() {
      server.close();
      cut();
      await once(server, 'close');
    },
  };
}
