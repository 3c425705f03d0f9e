import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { listen } from '../../src/server/listen.ts';

test('incomplete requests do not delay shutdown; clients that wait for an answer get it', async () => {
  const waiting: ServerResponse[] = [];
  const server = await listen(
    (request, response) => {
      if (request.url === '/slow') waiting.push(response);
      else request.resume().on('end', () => response.end());
    },
    '127.0.0.1',
    0,
  );
  const beginnings = [
    '',
    'GET / HTTP/1.1\r\nhost: local',
    'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\nhalf',
    'GET / HTTP/1.1\r\nhost: localhost\r\n\r\nGET / HTTP/1.1\r\nhost: local',
  ];
  const closed = beginnings.map(async (beginning) => {
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => {}); // it is cut
    socket.resume().write(beginning);
    await once(socket, 'close');
  });
  const answer = fetch(`http://127.0.0.1:${server.port}/slow`).then((response) => response.text());
  await expect.poll(() => waiting).toHaveLength(1);
  const drained = server.drain(3_600_000);
  await Promise.all(closed);
  waiting[0]?.end('as asked for');
  expect(await answer).toBe('as asked for');
  await drained;
});

test('a client that never completes its second request does not delay shutdown', async () => {
  const server = await listen((_, response) => void response.end(), '127.0.0.1', 0);
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => {}); // it is cut
  const closed = new Promise((resolve) => socket.on('close', resolve));
  socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\nGET / HTTP/1.1\r\nhost: ');
  await once(socket, 'data');
  const sending = setInterval(() => socket.write('a'), 100);
  const drained = server.drain(3_600_000);
  await closed;
  clearInterval(sending);
  await drained;
});
