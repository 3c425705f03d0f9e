import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * The port that a running benchmark holds until its process ends, because two benchmarks at once would disturb each
 * other.
 */
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
