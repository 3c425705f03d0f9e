import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A proxy to PostgreSQL that fails like networks do. */
export interface Network {
  readonly port: number;
  /** Ends all connections, with an RST, or with a FIN from the database's side. */
  readonly cut: (how: 'reset' | 'half-close') => void;
  /** True if the proxy refuses new connections. */
  refuses: boolean;
  /** Makes incoming data wait, or lets it through again. */
  readonly stall: (stalls: boolean) => void;
  readonly end: () => Promise<void>;
}

export async function startNetwork(target: number): Promise<Network> {
  const pairs = new Set<{ readonly near: Socket; readonly far: Socket }>();
  let stalls = false;
  const server = createServer((near) => {
    if (network.refuses) return near.resetAndDestroy();
    const far = connect(target, '127.0.0.1');
    const pair = { near, far };
    pairs.add(pair);
    near.on('close', () => pairs.delete(pair));
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('error', () => to.destroy());
      from.on('data', (bytes) => void to.write(bytes));
      from.on('end', () => to.end());
      if (stalls) from.pause();
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const network = {
    port: (server.address() as AddressInfo).port,
    refuses: false,
    cut(how: 'reset' | 'half-close') {
      for (const { near, far } of pairs) {
        if (how === 'half-close') near.end();
        else near.resetAndDestroy();
        far.destroy();
      }
    },
    stall(now: boolean) {
      stalls = now;
      for (const { near, far } of pairs) for (const end of [near, far]) stalls ? end.pause() : end.resume();
    },
    async end() {
      server.close();
      network.cut('reset');
      await once(server, 'close');
    },
  };
  return network;
}
