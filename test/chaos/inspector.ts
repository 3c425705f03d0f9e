import type { Container } from '../support/container.ts';

/** Arguments with which a server can be inspected. */
export const inspectable = ['--inspect=127.0.0.1:0'];

/**
 * Measures a server's heap after garbage collection, in megabytes. Source: DevTools protocol, domains HeapProfiler and
 * Runtime.
 */
export async function heapAfterCollection({ logged }: Container): Promise<number> {
  const [, url = ''] = await logged(/Debugger listening on (ws:\S+)/);
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  const call = (id: number, method: string) =>
    new Promise<{ readonly usedSize?: number }>((resolve) => {
      socket.addEventListener('message', ({ data }) => {
        const answer = JSON.parse(String(data)) as { id?: number; result: { usedSize?: number } };
        if (answer.id === id) resolve(answer.result);
      });
      socket.send(JSON.stringify({ id, method }));
    });
  await call(1, 'HeapProfiler.collectGarbage');
  const { usedSize = Number.NaN } = await call(2, 'Runtime.getHeapUsage');
  socket.close();
  return usedSize / 2 ** 20;
}
