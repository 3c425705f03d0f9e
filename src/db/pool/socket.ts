import { once } from 'node:events';
import { connect, isIP, type Socket } from 'node:net';
import { type TLSSocket, connect as wrap } from 'node:tls';

/** Listens to errors that nobody awaits: unheard, one would end the process. */
const ignore = (): void => {};

/** Where a PostgreSQL server is, and how to reach it: TLS verifies its certificate, by `ca` where that is given. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly ssl: false | { readonly ca?: string };
}

/** Connects to a PostgreSQL server; silence of `timeoutMs`, then or later, is an error of the socket. */
export async function connectTo(host: string, port: number, timeoutMs: number): Promise<Socket> {
  // libpq's name for the socket in a folder, which pg follows.
  const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect({ host, port });
  socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer within ${timeoutMs} ms`)));
  socket.on('error', ignore);
  await once(socket, 'connect');
  return socket;
}

/**
 * The same within TLS, with the server's certificate verified as a login does. PostgreSQL's own request for TLS comes
 * before TLS. Source: PostgreSQL documentation, "SSL Session Encryption".
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
  // Without a name the host of the socket is what the certificate must be for, an address included.
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

/** The next such event; rejects when the socket fails or closes before. */
export const next = <T>(socket: Socket, event: 'data' | 'end'): Promise<T> =>
  new Promise((resolve, reject) => {
    socket.once(event, resolve);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the server closed the connection')));
  });
