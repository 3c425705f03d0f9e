import { once } from 'node:events';
import { connect, isIP, type Socket } from 'node:net';
import { type TLSSocket, connect as wrap } from 'node:tls';

/** Listens to errors that nobody awaits, since an unheard error event would end the process. */
const ignore = (): void => {};

/** The address of a PostgreSQL server. With TLS its certificate is verified, by `ca` if given. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly ssl: false | { readonly ca?: string };
}

/** Connects to a PostgreSQL server. The socket fails after `timeoutMs` without traffic, also once it is connected. */
export async function connectTo(host: string, port: number, timeoutMs: number): Promise<Socket> {
  // libpq's name for a socket in a folder, which pg follows.
  const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect({ host, port });
  socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer within ${timeoutMs} ms`)));
  socket.on('error', ignore);
  await once(socket, 'connect');
  return socket;
}

/**
 * Connects with TLS and verifies the server's certificate as a login does. PostgreSQL expects its own request before
 * TLS starts. Source: PostgreSQL documentation, "SSL Session Encryption".
 */
export async function openTls(
  host: string,
  port: number,
  ca: string | undefined,
  timeoutMs: number,
): Promise<TLSSocket> {
  const plain = await connectTo(host, port, timeoutMs);
  plain.write(Buffer.of(0, 0, 0, 8, 4, 210, 22, 47));
  const answer = await next<Buffer>(plain, 'data');
  if (answer.toString('latin1') !== 'S') {
    plain.destroy();
    throw new Error('The server does not support SSL connections');
  }
  // Without a name, the certificate must be for the socket's host, which may be an address.
  const secure = wrap({ socket: plain, host, ...(ca && { ca }), ...(!isIP(host) && { servername: host }) });
  secure.on('error', ignore);
  try {
    await once(secure, 'secureConnect');
  } catch (error) {
    plain.destroy();
    throw error;
  }
  return secure;
}

/** Resolves with the next event; rejects if the socket fails or closes first. */
export const next = <T>(socket: Socket, event: 'data' | 'end'): Promise<T> =>
  new Promise((resolve, reject) => {
    socket.once(event, resolve);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the server closed the connection')));
  });
