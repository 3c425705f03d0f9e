import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { listen } from '../../src/server/listen.ts';

/** Returns the kernel's states of the connections to a port; 01 means established. Source: proc(5), /proc/net/tcp. */
function statesAt(port: number): readonly string[] {
  const remote = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, , to, state = ''] = line.trim().split(/ +/);
      return to === remote ? [state] : [];
    });
}

test.runIf(process.platform === 'linux')('a thousand clients that connect at once need not try again', async () => {
  const server = await listen((_, response) => void response.end(), '127.0.0.1', 0);
  const sockets = Array.from({ length: 1000 }, () => connect(server.port, '127.0.0.1'));
  await new Promise((resolve) => process.nextTick(resolve)); // which is when Node.js connects
  // The server runs on the same thread and has not accepted any yet.
  expect(new Set(statesAt(server.port))).toEqual(new Set(['01']));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  for (const socket of sockets) socket.destroy();
  await server.drain(0);
});
