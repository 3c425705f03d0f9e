import { once } from 'node:events';
import { createServer } from 'node:net';

/** Two benchmarks at once would measure each other. The port is held until the process ends, however it ends. */
const port = 47_113;

/** Rejects while another benchmark runs on this machine. */
export async function lock(): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1').unref();
  try {
    await once(server, 'listening');
  } catch {
    throw new Error(`Another benchmark runs (it holds port ${port}); wait for its end`);
  }
}
