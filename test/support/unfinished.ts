import { connect, type Socket } from 'node:net';

/** Opens a client that sends almost all of a body, and then nothing. */
export function sendUnfinished(port: number, bytes: number, headers: Readonly<Record<string, string>> = {}): Socket {
  const lines = Object.entries({
    host: 'localhost',
    'content-type': 'application/json',
    'content-length': String(bytes),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = connect(port, '127.0.0.1').on('error', () => {}); // it is cut
  socket.write(`POST /graphql HTTP/1.1\r\n${lines.join('')}\r\n`);
  socket.write(' '.repeat(Math.floor(bytes * 0.98)));
  return socket;
}
