import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Listens to errors that nobody awaits: unheard, one would end the process. */
export const ignore = (): void => {};

/** Connects to a PostgreSQL server; silence of `timeoutMs`, then or later, is an error of the socket. */
export async function connectTo(host: string, port: number, timeoutMs: number): Promise<Socket> {
  // libpq's name for the socket in a folder, which pg follows.
  const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect({ host, port });
  socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer within ${timeoutMs} ms`)));
  socket.on('error', ignore);
  await once(socket, 'connect');
  return socket;
}
